"""Marks the words of a query in a passage, by the analysis that the index itself applies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from indexer.index.analysis import EXACT, Token, fold, tokens
from indexer.index.query import AllOf, AnyOf, Node, Phrase, TextField, Wildcard, Without, Word
from search_app.results import Mark

_LEAVES = Word | Phrase | Wildcard


class Highlighter:
    """Marks one query in many passages; the query is analysed once."""

    def __init__(self, query: Node | None) -> None:
        self._matchers = tuple(_matcher(leaf) for leaf in _leaves(query)) if query is not None else ()

    def marks(self, text: str) -> tuple[Mark, ...]:
        """Returns the runs that match, in order, overlapping ones merged."""
        if not self._matchers:
            return ()
        words = _Words(text)
        found = sorted(span for matcher in self._matchers for span in matcher.spans(words))
        return tuple(Mark(start, end) for start, end in _merged(found))


class _Words:
    """A passage as its words, analysed at first need."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def stemmed(self) -> list[Token]:
        return tokens(self._text)

    @cached_property
    def exact(self) -> list[Token]:
        return tokens(self._text, EXACT)

    @cached_property
    def places(self) -> dict[int, int]:
        """The ordinal of the word that begins at an offset."""
        return {token.start: place for place, token in enumerate(self.exact)}


@dataclass(frozen=True, slots=True)
class _AnyWord:
    term: str

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        return ((token.start, token.end) for token in words.stemmed if token.term == self.term)


@dataclass(frozen=True, slots=True)
class _Pattern:
    pattern: re.Pattern[str]

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        return ((token.start, token.end) for token in words.exact if self.pattern.fullmatch(token.term))


@dataclass(frozen=True, slots=True)
class _Sequence:
    """Terms one directly after the other, as one run."""

    terms: tuple[str, ...]

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        length = len(self.terms)
        for place, token in enumerate(words.exact):
            if token.term == self.terms[0]:
                run = words.exact[place : place + length]
                if tuple(item.term for item in run) == self.terms:
                    yield token.start, run[-1].end


@dataclass(frozen=True, slots=True)
class _Together:
    """Terms within a window of words; each of them is a run."""

    terms: tuple[str, ...]
    slop: int
    ordered: bool

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        wanted = set(self.terms)
        hits = [(words.places.get(token.start, 0), token) for token in words.stemmed if token.term in wanted]
        widest = self.slop + len(self.terms)
        for first, (place, _) in enumerate(hits):
            window = [token for at, token in hits[first:] if at - place < widest]
            if self._complete([token.term for token in window]):
                yield from ((token.start, token.end) for token in window)

    def _complete(self, found: list[str]) -> bool:
        if not self.ordered:
            return set(found) == set(self.terms)
        rest = iter(found)
        return all(term in rest for term in self.terms)


def _matcher(leaf: _LEAVES) -> _AnyWord | _Pattern | _Sequence | _Together:
    if isinstance(leaf, Wildcard):
        pattern = re.escape(fold(leaf.pattern)).replace(r"\*", r"\w*").replace(r"\?", r"\w")
        return _Pattern(re.compile(pattern))
    if isinstance(leaf, Word):
        stems = tokens(leaf.text)
        return _AnyWord(stems[0].term) if len(stems) == 1 else _Sequence(_terms(leaf.text))
    if leaf.slop:
        stems = [token for word in leaf.words for token in tokens(word)]
        return _Together(tuple(token.term for token in stems), leaf.slop, leaf.ordered)
    return _Sequence(_terms(" ".join(leaf.words)))


def _terms(text: str) -> tuple[str, ...]:
    return tuple(token.term for token in tokens(text, EXACT)) or ("",)


def _leaves(node: Node) -> Iterator[_LEAVES]:
    """What the passage itself may hold: no excluded words, no words of the title or the headings."""
    if isinstance(node, AnyOf | AllOf):
        for part in node.parts:
            yield from _leaves(part)
    elif isinstance(node, Without):
        if node.kept is not None:
            yield from _leaves(node.kept)
    elif node.field is TextField.TEXT:
        yield node


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
