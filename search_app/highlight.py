"""Marks the words of a query in a passage, by the analysis that the index itself applies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from indexer.index.analysis import EXACT, STEMMED, fold, stems_of_runs, terms, tokens
from indexer.index.query import AllOf, AnyOf, Node, Phrase, TextField, Wildcard, Without, Word
from search_app.results import Mark

_Leaf = Word | Phrase | Wildcard
_Token = tuple[str, int, int]  # term, start, end
_PIECE = re.compile(r"\S+")
_LONGEST_PIECE = 64


class Highlighter:
    """Marks one query in many passages; the query is analysed once."""

    def __init__(self, query: Node | None) -> None:
        leaves = _leaves(query) if query is not None else ()
        found = [matcher for leaf in leaves if (matcher := _matcher(leaf)) is not None]
        single = frozenset(matcher for matcher in found if isinstance(matcher, str))
        self._matchers: list[_Matcher] = [_AnyWord(single)] if single else []
        self._matchers += [matcher for matcher in found if not isinstance(matcher, str)]

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
        self.text = text

    @cached_property
    def stemmed(self) -> list[_Token]:
        return _tokens(self.text, STEMMED)

    @cached_property
    def exact(self) -> list[_Token]:
        return _tokens(self.text, EXACT)

    @cached_property
    def places(self) -> dict[int, int]:
        """The ordinal of the word that begins at an offset."""
        return {start: place for place, (_, start, _) in enumerate(self.exact)}


def _analyse(piece: str, kind: str) -> tuple[_Token, ...]:
    """What stands between two blanks; no term reaches over a blank."""
    return tuple((token.term, token.start, token.end) for token in tokens(piece, kind))


_analysed = lru_cache(maxsize=100_000)(_analyse)


def _tokens(text: str, kind: str) -> list[_Token]:
    found = []
    for match in _PIECE.finditer(text):
        each, at = match.group(), match.start()
        for term, start, end in (_analysed if len(each) <= _LONGEST_PIECE else _analyse)(each, kind):
            found.append((term, at + start, at + end))
    return found


@dataclass(frozen=True, slots=True)
class _AnyWord:
    """Single words, the common case: only pieces that hold one are looked for in the passage."""

    terms: frozenset[str]

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        text, known = words.text, stems_of_runs()
        for each in set(text.split()):
            found = known[each]
            if found not in self.terms and (" " not in found or self.terms.isdisjoint(found.split())):
                continue
            piece = (_analysed if len(each) <= _LONGEST_PIECE else _analyse)(each, STEMMED)
            for at in _places(each, text):
                yield from ((at + start, at + end) for term, start, end in piece if term in self.terms)


def _places(piece: str, text: str) -> Iterator[int]:
    """Where a piece stands in a text with blanks on both sides."""
    at = text.find(piece)
    while at >= 0:
        end = at + len(piece)
        if (at == 0 or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
            yield at
        at = text.find(piece, end)


@dataclass(frozen=True, slots=True)
class _Pattern:
    pattern: re.Pattern[str]

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        return ((start, end) for term, start, end in words.exact if self.pattern.fullmatch(term))


@dataclass(frozen=True, slots=True)
class _Sequence:
    """Terms one directly after the other, as one run."""

    terms: tuple[str, ...]
    exact: bool

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        found = words.exact if self.exact else words.stemmed
        length = len(self.terms)
        for place, (term, start, _) in enumerate(found):
            if term == self.terms[0]:
                run = found[place : place + length]
                if tuple(item[0] for item in run) == self.terms:
                    yield start, run[-1][2]


@dataclass(frozen=True, slots=True)
class _Together:
    """Terms of which the last stands at most ``distance`` words after the first; each is a run."""

    terms: tuple[str, ...]
    distance: int
    ordered: bool

    def spans(self, words: _Words) -> Iterator[tuple[int, int]]:
        wanted = set(self.terms)
        hits = [token for token in words.stemmed if token[0] in wanted]
        for first, (_, begin, _) in enumerate(hits):
            last = words.places[begin] + self.distance
            window = [token for token in hits[first:] if words.places[token[1]] <= last]
            if self._complete([term for term, _, _ in window]):
                yield from ((start, end) for _, start, end in window)

    def _complete(self, found: list[str]) -> bool:
        if not self.ordered:
            return set(found) == set(self.terms)
        rest = iter(found)
        return all(term in rest for term in self.terms)


_Matcher = _AnyWord | _Pattern | _Sequence | _Together


def _matcher(leaf: _Leaf) -> str | _Matcher | None:
    """Returns what finds a leaf, the term itself for a word; None where the analysis leaves nothing."""
    if isinstance(leaf, Wildcard):
        pattern = re.escape(fold(leaf.pattern)).replace(r"\*", ".*").replace(r"\?", ".")
        return _Pattern(re.compile(pattern))
    if isinstance(leaf, Word):
        stems = _terms(leaf.text, STEMMED)
        return stems[0] if len(stems) == 1 else _Sequence(stems, False) if stems else None
    if leaf.slop == 0:
        exact = _terms(" ".join(leaf.words), EXACT)
        return _Sequence(exact, True) if exact else None
    stems = tuple(term for word in leaf.words for term in _terms(word, STEMMED))
    distance = leaf.slop + (len(stems) - 1 if leaf.ordered else 0)
    return _Together(stems, distance, leaf.ordered) if stems else None


def _terms(text: str, kind: str) -> tuple[str, ...]:
    return tuple(term for _, term in terms(text, kind))


def _leaves(node: Node) -> Iterator[_Leaf]:
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
