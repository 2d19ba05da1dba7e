"""Packs pieces into passages of the size that reads and searches best, by dynamic programming."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from indexer.chunk.atoms import Atom, Cut, trimmed, whole_character

TARGET = 1000
LONGEST = 1400
_COMFORTABLE = 700
_TINY = 100
_WORDS_PER_TOKEN = 0.86  # Of an estimate that counts words and marks; measured on English contracts.

# What a cut in front of a piece costs; sums are compared, so only the proportions matter.
_CUT_COST = {
    Cut.SECTION: 0.0,
    Cut.PARAGRAPH: 15.0,
    Cut.ITEM: 25.0,
    Cut.SENTENCE: 45.0,
    Cut.CLAUSE: 90.0,
    Cut.PAUSE: 160.0,
    Cut.WORD: 300.0,
}
_PASSAGE_COST = 20.0
_SMALL_COST = 80.0
_TINY_COST = 120.0
_LARGE_COST = 250.0
_HEADING_ALONE = 500.0

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """What a passage must fit into.

    Attributes:
        count_tokens: Number of tokens of a text, special tokens included.
        max_tokens: No passage has more.
        outer: Depth of the document's main sections; passages do not reach from one into the next.
    """

    count_tokens: Callable[[str], int]
    max_tokens: int
    outer: int

    def holds(self, text: str) -> bool:
        """Says whether a text fits."""
        return self.count_tokens(text) <= self.max_tokens


def pack(text: str, atoms: Sequence[Atom], window: Window) -> Iterator[Span]:
    """Yields the spans of the passages of a document in order, from its text and its pieces."""
    yield from _fitting(text, atoms, window, window.max_tokens * _WORDS_PER_TOKEN)


def _fitting(text: str, atoms: Sequence[Atom], window: Window, budget: float) -> Iterator[Span]:
    """Packs by estimated tokens, counts what comes out, and packs again, closer, what is too long."""
    for first, last in _partition(atoms, budget, window.outer):
        start, end = atoms[first].start, atoms[last - 1].end
        tokens = window.count_tokens(text[start:end])
        if tokens <= window.max_tokens:
            yield start, end
        elif last - first == 1:
            yield from _halved(text, start, end, window)
        else:
            words = sum(atom.words for atom in atoms[first:last])
            closer = min(words * window.max_tokens / tokens, words - 1) * 0.97
            yield from _fitting(text, atoms[first:last], window, closer)


def _partition(atoms: Sequence[Atom], budget: float, outer: int) -> list[tuple[int, int]]:
    """Returns the cheapest division of the pieces into runs [first, last)."""
    count = len(atoms)
    joins = [0.0] * (count + 1)
    words = [0] * (count + 1)
    for place, atom in enumerate(atoms):
        joins[place + 1] = joins[place] + _join_cost(atom, outer)
        words[place + 1] = words[place] + atom.words
    best = [0.0] + [float("inf")] * count
    origin = [0] * (count + 1)
    for last in range(1, count + 1):
        end = atoms[last - 1].end
        for first in range(last - 1, -1, -1):
            size = end - atoms[first].start
            if first < last - 1 and (size > LONGEST or words[last] - words[first] > budget):
                break
            cost = best[first] + _cut_cost(atoms, first) + _size_cost(size) + joins[last] - joins[first + 1]
            if cost < best[last]:
                best[last], origin[last] = cost, first
    runs = []
    while count:
        runs.append((origin[count], count))
        count = origin[count]
    return runs[::-1]


def _cut_cost(atoms: Sequence[Atom], first: int) -> float:
    if first == 0:
        return 0.0
    before, after = atoms[first - 1], atoms[first]
    ended = before.solid and after.cut is Cut.SECTION and after.depth <= before.depth
    return _CUT_COST[after.cut] + (_HEADING_ALONE if before.heading and not ended else 0.0)


def _join_cost(atom: Atom, outer: int) -> float:
    """What it costs that a passage reaches over the start of a section."""
    if atom.cut is not Cut.SECTION:
        return 0.0
    if atom.depth <= outer:
        return 400.0 if atom.solid else 150.0
    return 40.0 if atom.titled else 8.0


def _size_cost(size: int) -> float:
    cost = _PASSAGE_COST
    if size < _COMFORTABLE:
        cost += _SMALL_COST * (_COMFORTABLE - size) / _COMFORTABLE
    if size < _TINY:
        cost += _TINY_COST
    if size > TARGET:
        cost += _LARGE_COST * ((size - TARGET) / (LONGEST - TARGET)) ** 2
    return cost


def _halved(text: str, start: int, end: int, window: Window) -> Iterator[Span]:
    """Halves a piece that no better place divides until each part fits."""
    start, end = trimmed(text, start, end)
    if start == end:
        return
    if end - start == 1 or window.holds(text[start:end]):
        yield start, end
        return
    middle = (start + end) // 2
    space = text.rfind(" ", start + 1, middle + 1)
    cut = space if space > start else whole_character(text, middle)
    cut = cut if start < cut < end else middle
    yield from _halved(text, start, cut, window)
    yield from _halved(text, cut, end, window)
