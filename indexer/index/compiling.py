"""From a tree of words to the query of an engine: the same walk for every backend.

A plain word is looked for in the text, and with less weight in the section path and in the title.
``indexer.index.normal`` says what of a tree counts.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, islice
from typing import Generic, Protocol, TypeVar

from indexer.index import analysis
from indexer.index.mapping import SearchedField, chunk_mapping
from indexer.index.normal import MAX_PAIRS, MAX_SLOP, joined, normal, says_something, wildcard_pieces
from indexer.index.query import AllOf, AnyOf, Node, Phrase, TextField, Wildcard, Without, Word

Q = TypeVar("Q")
# A term and its position.
Term = tuple[int, str]


class Engine(Protocol[Q]):
    """Makes the queries of one engine; every score is that of BM25, times the weight."""

    def nothing(self) -> Q:
        """Matches no chunk."""

    def sequence(self, field: str, terms: Sequence[Term], slop: int, weight: float) -> Q:
        """Matches terms at their distances, with at most ``slop`` moves between them."""

    def pattern(self, field: str, words: Sequence[str], weight: float) -> Q:
        """Matches words side by side, folded as terms are, where * is any characters and ? is one."""

    def better(self, one: Q, other: Q) -> Q:
        """Matches either; the better of the two counts."""

    def any_of(self, parts: Sequence[Q], minimum: int) -> Q:
        """Matches at least ``minimum`` of several parts, fewer than all; each that matches counts."""

    def all_of(self, parts: Sequence[Q]) -> Q:
        """Matches every one of several parts."""

    def without(self, kept: Q | None, removed: Q) -> Q:
        """Matches ``kept``, or every chunk at no score, but none that ``removed`` matches."""


def compiled(node: Node, engine: Engine[Q]) -> Q:
    """Returns the query for a tree; one that matches nothing where no word is left."""
    found = normal(node)
    if found is None:
        return engine.nothing()
    query = _Compiler(engine, literal=not says_something(found)).query(found)
    return engine.nothing() if query is None else query


class _Compiler(Generic[Q]):
    """One walk; ``literal`` looks for stop words too."""

    def __init__(self, engine: Engine[Q], literal: bool) -> None:
        self._engine = engine
        self._literal = literal

    def query(self, node: Node) -> Q | None:
        """Returns the query, or None where the node has no words."""
        if isinstance(node, Without):
            return self._without(node)
        if isinstance(node, AllOf):
            return self._all(self._queries(node.parts))
        if isinstance(node, AnyOf):
            return self._any_of(node)
        return self._any(self._leaf(node))

    def _queries(self, parts: Sequence[Node]) -> list[Q]:
        return [query for each in parts if (query := self.query(each)) is not None]

    def _any_of(self, node: AnyOf) -> Q | None:
        if node.minimum > 1:
            return self._any(self._queries(node.parts), node.minimum)
        # One flat union lets an engine skip blocks that cannot reach the best scores.
        flat: list[Q] = []
        for each in node.parts:
            flat += self._word(each) if isinstance(each, Word) else self._queries([each])
        return self._any(flat)

    def _without(self, node: Without) -> Q | None:
        kept = self.query(node.kept) if node.kept is not None else None
        removed = self.query(node.removed)
        return kept if removed is None else self._engine.without(kept, removed)

    def _leaf(self, node: Word | Phrase | Wildcard) -> list[Q]:
        if isinstance(node, Word):
            return self._word(node)
        return self._phrase(node) if isinstance(node, Phrase) else self._wildcard(node)

    def _word(self, word: Word) -> list[Q]:
        """The word in each field; its parts as a phrase where it has several."""
        kind = analysis.EXACT if self._literal else analysis.STEMMED
        return self._sequences(word.field, analysis.terms(word.text, kind), 0, exact=self._literal)

    def _phrase(self, phrase: Phrase) -> list[Q]:
        slop = min(max(phrase.slop, 0), MAX_SLOP)
        if phrase.ordered and slop == 0:
            found = analysis.terms(" ".join(phrase.words), analysis.EXACT)
            return self._sequences(phrase.field, found, 0, exact=True)
        words = [found for each in phrase.words if (found := analysis.terms(each, analysis.STEMMED))]
        if not words:
            return self._phrase(replace(phrase, slop=0, ordered=True))
        if phrase.ordered:
            found = analysis.terms(" ".join(phrase.words), analysis.STEMMED)
            return self._sequences(phrase.field, found, slop, exact=False)
        if len(words) == 1:
            return self._sequences(phrase.field, words[0], 0, exact=False)
        return [self._near(each, words, max(slop - 1, 0)) for each in _fields(phrase.field)]

    def _sequences(self, field: TextField, found: Sequence[Term], slop: int, exact: bool) -> list[Q]:
        return [
            self._engine.sequence(each.exact if exact else each.field, found, slop, each.weight)
            for each in _fields(field)
            if found
        ]

    def _near(self, searched: SearchedField, words: Sequence[list[Term]], slop: int) -> Q:
        """Matches where each two of the words stand near each other, in either order."""
        engine, field, weight = self._engine, searched.field, searched.weight
        pairs = [
            # The better order counts; a sum would reward two words for matching both ways.
            engine.better(
                engine.sequence(field, joined([first, second]), slop, weight),
                engine.sequence(field, joined([second, first]), slop, weight),
            )
            for first, second in islice(combinations(words, 2), MAX_PAIRS)
        ]
        return pairs[0] if len(pairs) == 1 else engine.all_of(pairs)

    def _wildcard(self, wildcard: Wildcard) -> list[Q]:
        words = [_folded(each) for each in wildcard_pieces(wildcard.pattern)]
        if not words:
            return [self._engine.nothing()]
        return [self._engine.pattern(each.exact, words, each.weight) for each in _fields(wildcard.field)]

    def _any(self, parts: list[Q], minimum: int = 1) -> Q | None:
        if len(parts) <= max(minimum, 1):
            return self._all(parts)
        return self._engine.any_of(parts, max(minimum, 1))

    def _all(self, parts: list[Q]) -> Q | None:
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else self._engine.all_of(parts)


def _folded(piece: str) -> str:
    """Returns a piece of a pattern as terms are, its * and ? kept."""
    parts = re.split(r"([*?])", piece)
    return "".join(part if part in {"*", "?"} else analysis.fold(part) for part in parts)


def _fields(field: TextField) -> tuple[SearchedField, ...]:
    return chunk_mapping().searched[field]
