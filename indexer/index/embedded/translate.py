"""Trees of words to queries of tantivy.

A plain word is looked for in the text, and with less weight in the section path and in the title.
``indexer.index.normal`` says what of a tree counts.
"""

import re
from dataclasses import replace
from itertools import combinations, islice

import tantivy

from indexer.index import analysis
from indexer.index.embedded.schema import schema
from indexer.index.mapping import SearchedField, chunk_mapping
from indexer.index.normal import MAX_PAIRS, MAX_SLOP, joined, normal, says_something, wildcard_pieces
from indexer.index.query import AnyOf, Node, Phrase, TextField, Wildcard, Without, Word

_SHOULD, _MUST, _MUST_NOT = tantivy.Occur.Should, tantivy.Occur.Must, tantivy.Occur.MustNot


def translate(node: Node) -> tantivy.Query:
    """Returns the query for a tree; one that matches nothing where no word is left."""
    found = normal(node)
    if found is None:
        return tantivy.Query.empty_query()
    return _translate(found, literal=not says_something(found)) or tantivy.Query.empty_query()


def _translate(node: Node, literal: bool) -> tantivy.Query | None:
    """Returns the query, or None where the node has no words; ``literal`` looks for stop words too."""
    if isinstance(node, Word):
        return _any(_word(node, literal))
    if isinstance(node, Phrase):
        return _any(_phrase(node))
    if isinstance(node, Wildcard):
        return _any(_wildcard(node))
    if isinstance(node, Without):
        return _without(node, literal)
    if isinstance(node, AnyOf):
        return _any_of(node, literal)
    parts = [part for each in node.parts if (part := _translate(each, literal)) is not None]
    if len(parts) == 1:
        return parts[0]
    return tantivy.Query.boolean_query([(_MUST, each) for each in parts]) if parts else None


def _any_of(node: AnyOf, literal: bool) -> tantivy.Query | None:
    if node.minimum <= 1:
        # One flat union lets tantivy skip blocks that cannot reach the best scores.
        flat: list[tantivy.Query] = []
        for each in node.parts:
            if isinstance(each, Word):
                flat += _word(each, literal)
            elif (part := _translate(each, literal)) is not None:
                flat.append(part)
        return _any(flat)
    parts = [part for each in node.parts if (part := _translate(each, literal)) is not None]
    if not parts:
        return None
    if len(parts) <= node.minimum:
        return tantivy.Query.boolean_query([(_MUST, each) for each in parts])
    return tantivy.Query.boolean_query([(_SHOULD, each) for each in parts], node.minimum)


def _without(node: Without, literal: bool) -> tantivy.Query | None:
    kept = _translate(node.kept, literal) if node.kept is not None else None
    removed = _translate(node.removed, literal)
    if removed is None:
        return kept
    base = kept or tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
    return tantivy.Query.boolean_query([(_MUST, base), (_MUST_NOT, removed)])


def _word(word: Word, literal: bool) -> list[tantivy.Query]:
    """The word in each field; its parts as a phrase where it has several."""
    kind = analysis.EXACT if literal else analysis.STEMMED
    found = analysis.terms(word.text, kind)
    return [
        _weighted(_sequence(each.exact if literal else each.field, found, 0), each)
        for each in _fields(word.field)
        if found
    ]


def _phrase(phrase: Phrase) -> list[tantivy.Query]:
    slop = min(max(phrase.slop, 0), MAX_SLOP)
    if phrase.ordered and slop == 0:
        found = analysis.terms(" ".join(phrase.words), analysis.EXACT)
        return [_weighted(_sequence(each.exact, found, 0), each) for each in _fields(phrase.field) if found]
    words = [found for each in phrase.words if (found := analysis.terms(each, analysis.STEMMED))]
    if not words:
        return _phrase(replace(phrase, slop=0, ordered=True))
    if phrase.ordered:
        found = analysis.terms(" ".join(phrase.words), analysis.STEMMED)
        return [_weighted(_sequence(each.field, found, slop), each) for each in _fields(phrase.field)]
    return [_weighted(_near(each.field, words, slop), each) for each in _fields(phrase.field)]


def _near(field: str, words: list[list[tuple[int, str]]], distance: int) -> tantivy.Query:
    """Matches where each two of the words stand within the distance, in either order."""
    if len(words) == 1:
        return _sequence(field, words[0], 0)
    slop = max(distance - 1, 0)
    pairs = [
        # The better order counts; a sum would reward two words for matching both ways.
        tantivy.Query.disjunction_max_query(
            [_sequence(field, joined(each), slop) for each in ((first, second), (second, first))]
        )
        for first, second in islice(combinations(words, 2), MAX_PAIRS)
    ]
    return pairs[0] if len(pairs) == 1 else tantivy.Query.boolean_query([(_MUST, each) for each in pairs])


def _sequence(field: str, found: list[tuple[int, str]], slop: int) -> tantivy.Query:
    if len(found) == 1:
        return tantivy.Query.term_query(schema(), field, found[0][1])
    first = found[0][0]
    words: list[str | tuple[int, str]] = [(position - first, term) for position, term in found]
    return tantivy.Query.phrase_query(schema(), field, words, slop)


def _wildcard(wildcard: Wildcard) -> list[tantivy.Query]:
    pieces = wildcard_pieces(wildcard.pattern)
    if not pieces:
        return [tantivy.Query.empty_query()]
    patterns = [_regex(each) for each in pieces]
    words: list[str | tuple[int, str]] = list(patterns)
    return [
        _weighted(
            tantivy.Query.regex_query(schema(), each.exact, patterns[0])
            if len(patterns) == 1
            else tantivy.Query.regex_phrase_query(schema(), each.exact, words),
            each,
        )
        for each in _fields(wildcard.field)
    ]


def _regex(piece: str) -> str:
    """Returns the regular expression over terms for a word with * and ?."""
    parts = re.split(r"([*?])", piece)
    signs = {"*": ".*", "?": "."}
    return "".join(signs.get(part) or re.sub(r"(\W)", r"\\\1", analysis.fold(part)) for part in parts)


def _weighted(query: tantivy.Query, searched: SearchedField) -> tantivy.Query:
    return query if searched.weight == 1.0 else tantivy.Query.boost_query(query, searched.weight)


def _fields(field: TextField) -> tuple[SearchedField, ...]:
    return chunk_mapping().searched[field]


def _any(queries: list[tantivy.Query]) -> tantivy.Query | None:
    if not queries:
        return None
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(_SHOULD, each) for each in queries])
