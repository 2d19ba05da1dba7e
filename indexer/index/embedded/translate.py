"""Trees of words to queries of tantivy."""

import re
from collections.abc import Sequence

import tantivy

from indexer.index.compiling import Term, compiled
from indexer.index.embedded.schema import schema
from indexer.index.query import Node

_SHOULD, _MUST, _MUST_NOT = tantivy.Occur.Should, tantivy.Occur.Must, tantivy.Occur.MustNot


def translate(node: Node) -> tantivy.Query:
    """Returns the query for a tree; one that matches nothing where no word is left."""
    return compiled(node, _Tantivy())


class _Tantivy:
    """See indexer.index.compiling.Engine."""

    def nothing(self) -> tantivy.Query:
        return tantivy.Query.empty_query()

    def sequence(self, field: str, terms: Sequence[Term], slop: int, weight: float) -> tantivy.Query:
        if len(terms) == 1:
            return _weighted(tantivy.Query.term_query(schema(), field, terms[0][1]), weight)
        first = terms[0][0]
        words: list[str | tuple[int, str]] = [(position - first, term) for position, term in terms]
        return _weighted(tantivy.Query.phrase_query(schema(), field, words, slop), weight)

    def pattern(self, field: str, words: Sequence[str], weight: float) -> tantivy.Query:
        if len(words) == 1:
            return _weighted(tantivy.Query.regex_query(schema(), field, _regex(words[0])), weight)
        patterns: list[str | tuple[int, str]] = [_regex(each) for each in words]
        return _weighted(tantivy.Query.regex_phrase_query(schema(), field, patterns), weight)

    def better(self, one: tantivy.Query, other: tantivy.Query) -> tantivy.Query:
        return tantivy.Query.disjunction_max_query([one, other])

    def any_of(self, parts: Sequence[tantivy.Query], minimum: int) -> tantivy.Query:
        clauses = [(_SHOULD, each) for each in parts]
        if minimum == 1:
            return tantivy.Query.boolean_query(clauses)
        return tantivy.Query.boolean_query(clauses, minimum)

    def all_of(self, parts: Sequence[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(_MUST, each) for each in parts])

    def without(self, kept: tantivy.Query | None, removed: tantivy.Query) -> tantivy.Query:
        base = kept or tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        return tantivy.Query.boolean_query([(_MUST, base), (_MUST_NOT, removed)])


def _weighted(query: tantivy.Query, weight: float) -> tantivy.Query:
    return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)


def _regex(word: str) -> str:
    """Returns the regular expression over terms for a word with * and ?."""
    signs = {"*": ".*", "?": "."}
    parts = re.split(r"([*?])", word)
    return "".join(signs.get(part) or re.sub(r"(\W)", r"\\\1", part) for part in parts)
