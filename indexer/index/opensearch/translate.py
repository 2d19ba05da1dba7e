"""Trees of words to the query language of OpenSearch.

Words are analysed here and looked up as terms, so that a query finds what the embedded index finds.
"""

import re
from collections.abc import Sequence
from typing import Any

from indexer.index.compiling import Term, compiled
from indexer.index.mapping import chunk_mapping
from indexer.index.opensearch.documents import spaced
from indexer.index.opensearch.schema import TERMS
from indexer.index.query import Node

Query = dict[str, Any]
# Words that a wildcard beside other words stands for, the most; a wildcard alone stands for all.
EXPANSIONS = 1_000

NOTHING: Query = {"match_none": {}}
EVERYTHING: Query = {"constant_score": {"filter": {"match_all": {}}, "boost": 0.0}}


def translate(node: Node) -> Query:
    """Returns the query for a tree; one that matches nothing where no word is left."""
    return compiled(node, _OpenSearch())


class _OpenSearch:
    """See indexer.index.compiling.Engine."""

    def nothing(self) -> Query:
        return NOTHING

    def sequence(self, field: str, terms: Sequence[Term], slop: int, weight: float) -> Query:
        """Spans, where they can: a phrase gets the idf of one shard when another lacks a word of it.

        They count a repeated term once, so that it takes a phrase.
        """
        boost = _boost(weight)
        if len(terms) == 1:
            return {"term": {field: {"value": terms[0][1], "boost": boost}}}
        if slop or len({term for _, term in terms}) < len(terms):
            query = {"query": spaced(terms), "slop": slop, "analyzer": TERMS, "boost": boost}
            return {"match_phrase": {field: query}}
        clauses: list[Query] = []
        expected = terms[0][0]
        for position, term in terms:
            if position > expected:
                clauses.append({"span_gap": {field: position - expected}})
            clauses.append({"span_term": {field: term}})
            expected = position + 1
        return _spans(clauses, boost)

    def pattern(self, field: str, words: Sequence[str], weight: float) -> Query:
        if len(words) == 1:
            return {"wildcard": {field: {"value": words[0], "boost": weight}}}
        return _spans([_span(field, each) for each in words], _boost(weight))

    def better(self, one: Query, other: Query) -> Query:
        return {"dis_max": {"queries": [one, other]}}

    def any_of(self, parts: Sequence[Query], minimum: int) -> Query:
        return {"bool": {"should": list(parts), "minimum_should_match": minimum}}

    def all_of(self, parts: Sequence[Query]) -> Query:
        return {"bool": {"must": list(parts)}}

    def without(self, kept: Query | None, removed: Query) -> Query:
        return {"bool": {"must": [kept or EVERYTHING], "must_not": [removed]}}


def _spans(clauses: list[Query], boost: float) -> Query:
    return {"span_near": {"clauses": clauses, "slop": 0, "in_order": True, "boost": boost}}


def _span(field: str, word: str) -> Query:
    if not re.search(r"[*?]", word):
        return {"span_term": {field: word}}
    rewrite = f"top_terms_boost_{EXPANSIONS}"
    return {"span_multi": {"match": {"wildcard": {field: {"value": word, "rewrite": rewrite}}}}}


def _boost(weight: float) -> float:
    """The boost of a weight; Lucene leaves out the factor (k1 + 1) of BM25, which changes no order."""
    return weight * (chunk_mapping().k1 + 1)
