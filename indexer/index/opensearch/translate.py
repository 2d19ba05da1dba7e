"""Trees of words to the query language of OpenSearch.

Words are analysed here and looked up as terms, so that a query finds what the embedded index finds.
``indexer.index.normal`` says what of a tree counts.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, islice
from typing import Any

from indexer.index import analysis
from indexer.index.mapping import SearchedField, chunk_mapping
from indexer.index.normal import MAX_PAIRS, MAX_SLOP, joined, normal, says_something, wildcard_pieces
from indexer.index.opensearch.documents import spaced
from indexer.index.opensearch.schema import TERMS
from indexer.index.query import AllOf, Node, Phrase, TextField, Wildcard, Without, Word

Query = dict[str, Any]
# Words that a wildcard beside other words stands for, the most; a wildcard alone stands for all.
EXPANSIONS = 1_000

NOTHING: Query = {"match_none": {}}
EVERYTHING: Query = {"constant_score": {"filter": {"match_all": {}}, "boost": 0.0}}


def translate(node: Node) -> Query:
    """Returns the query for a tree; one that matches nothing where no word is left."""
    found = normal(node)
    if found is None:
        return NOTHING
    return _translate(found, literal=not says_something(found)) or NOTHING


def _translate(node: Node, literal: bool) -> Query | None:
    """Returns the query, or None where the node has no words; ``literal`` looks for stop words too."""
    if isinstance(node, Word):
        return _any(_word(node, literal))
    if isinstance(node, Phrase):
        return _any(_phrase(node))
    if isinstance(node, Wildcard):
        return _any(_wildcard(node))
    if isinstance(node, Without):
        return _without(node, literal)
    parts = [part for each in node.parts if (part := _translate(each, literal)) is not None]
    if isinstance(node, AllOf):
        return _all(parts)
    return _any(parts, node.minimum)


def _any(parts: Sequence[Query], minimum: int = 1) -> Query | None:
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    if minimum >= len(parts):
        return _all(parts)
    return {"bool": {"should": list(parts), "minimum_should_match": max(minimum, 1)}}


def _all(parts: Sequence[Query]) -> Query | None:
    if len(parts) <= 1:
        return parts[0] if parts else None
    return {"bool": {"must": list(parts)}}


def _without(node: Without, literal: bool) -> Query | None:
    kept = _translate(node.kept, literal) if node.kept is not None else None
    removed = _translate(node.removed, literal)
    if removed is None:
        return kept
    return {"bool": {"must": [kept or EVERYTHING], "must_not": [removed]}}


def _word(word: Word, literal: bool) -> list[Query]:
    """The word in each field; its parts as a phrase where it has several."""
    found = analysis.terms(word.text, analysis.EXACT if literal else analysis.STEMMED)
    return [
        _sequence(each.exact if literal else each.field, found, 0, _boost(each))
        for each in _fields(word.field)
        if found
    ]


def _phrase(phrase: Phrase) -> list[Query]:
    slop = min(max(phrase.slop, 0), MAX_SLOP)
    if phrase.ordered and slop == 0:
        found = analysis.terms(" ".join(phrase.words), analysis.EXACT)
        return [_sequence(each.exact, found, 0, _boost(each)) for each in _fields(phrase.field) if found]
    words = [found for each in phrase.words if (found := analysis.terms(each, analysis.STEMMED))]
    if not words:
        return _phrase(replace(phrase, slop=0, ordered=True))
    if phrase.ordered:
        found = analysis.terms(" ".join(phrase.words), analysis.STEMMED)
        return [_sequence(each.field, found, slop, _boost(each)) for each in _fields(phrase.field)]
    return [_near(each, words, slop) for each in _fields(phrase.field)]


def _near(searched: SearchedField, words: list[list[tuple[int, str]]], distance: int) -> Query:
    """Matches where each two of the words stand within the distance, in either order."""
    field, boost = searched.field, _boost(searched)
    if len(words) == 1:
        return _sequence(field, words[0], 0, boost)
    slop = max(distance - 1, 0)
    pairs = [
        # The better order counts; a sum would reward two words for matching both ways.
        {
            "dis_max": {
                "queries": [
                    _sequence(field, joined(each), slop, boost) for each in ((first, second), (second, first))
                ]
            }
        }
        for first, second in islice(combinations(words, 2), MAX_PAIRS)
    ]
    return _all(pairs) or NOTHING


def _sequence(field: str, found: list[tuple[int, str]], slop: int, boost: float) -> Query:
    """Matches terms at these distances.

    Spans, where they can: OpenSearch gives a phrase the idf of one shard when another lacks a word of it.
    They count a repeated term once, so that it takes a phrase.
    """
    if len(found) == 1:
        return {"term": {field: {"value": found[0][1], "boost": boost}}}
    if slop or len({term for _, term in found}) < len(found):
        query = {"query": spaced(found), "slop": slop, "analyzer": TERMS, "boost": boost}
        return {"match_phrase": {field: query}}
    clauses: list[Query] = []
    expected = found[0][0]
    for position, term in found:
        if position > expected:
            clauses.append({"span_gap": {field: position - expected}})
        clauses.append({"span_term": {field: term}})
        expected = position + 1
    return _spans(clauses, boost)


def _spans(clauses: list[Query], boost: float) -> Query:
    return {"span_near": {"clauses": clauses, "slop": 0, "in_order": True, "boost": boost}}


def _wildcard(wildcard: Wildcard) -> list[Query]:
    pieces = wildcard_pieces(wildcard.pattern)
    if not pieces:
        return [NOTHING]
    patterns = [_folded(each) for each in pieces]
    return [
        {"wildcard": {each.exact: {"value": patterns[0], "boost": each.weight}}}
        if len(patterns) == 1
        else _spans([_span(each.exact, pattern) for pattern in patterns], _boost(each))
        for each in _fields(wildcard.field)
    ]


def _span(field: str, pattern: str) -> Query:
    if not re.search(r"[*?]", pattern):
        return {"span_term": {field: pattern}}
    rewrite = f"top_terms_boost_{EXPANSIONS}"
    return {"span_multi": {"match": {"wildcard": {field: {"value": pattern, "rewrite": rewrite}}}}}


def _folded(piece: str) -> str:
    """Returns a piece of a pattern as terms are, its * and ? kept."""
    parts = re.split(r"([*?])", piece)
    return "".join(part if part in {"*", "?"} else analysis.fold(part) for part in parts)


def _boost(searched: SearchedField) -> float:
    """The weight of a field; Lucene leaves out the factor (k1 + 1) of BM25, which changes no order."""
    return searched.weight * (chunk_mapping().k1 + 1)


def _fields(field: TextField) -> tuple[SearchedField, ...]:
    return chunk_mapping().searched[field]
