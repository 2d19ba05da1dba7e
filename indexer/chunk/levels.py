"""Decides whether a number fits where it stands: after 3.2 come 3.3, 3.2.1, (a) and 4."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.chunk.markers import Family, Lead, Marker
from indexer.chunk.numerals import Numeral

_MOST_SKIPPED = 3
_MOST_SKIPPED_ROOTS = 8


_SECTION_STYLES = frozenset({"1", "I.", "ARTICLE", "§"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands in the outline.

    Attributes:
        depth: 0 the outermost numbering.
        numeral: The reading of the number that fits.
    """

    depth: int
    numeral: Numeral


class Levels:
    """The numbers that can still be continued, from the outermost list to the innermost."""

    def __init__(self) -> None:
        self._open: list[Numeral] = []

    def __len__(self) -> int:
        return len(self._open)

    def clear(self) -> None:
        """Forgets every list; the next number begins one."""
        self._open.clear()

    def cut(self, depth: int) -> None:
        """Ends the lists from a depth on."""
        del self._open[depth:]

    def leave_recitals(self, numerals: Sequence[Numeral]) -> None:
        """Ends the lettered recitals where the numbering of the sections begins."""
        if any(numeral.values == (1,) and is_section_style(numeral) for numeral in numerals):
            self.clear()

    def enter(self, place: Place) -> None:
        """Continues or begins a list, and ends those below it."""
        self._open[place.depth :] = [place.numeral]

    def place(self, marker: Marker, ahead: Sequence[Marker], after_heading: bool) -> Place | None:
        """Returns where a marker stands, or None where its number does not fit.

        Args:
            marker: A candidate.
            ahead: The next few candidates; what continues a number confirms it.
            after_heading: Whether nothing but a heading stands before it.
        """
        numerals = _by_context(marker, ahead)
        for numeral in numerals:
            depth = self._continued(numeral, marker, after_heading)
            if depth is not None:
                return Place(depth, numeral)
        if marker.lead is Lead.WORD and not after_heading:
            return None
        for numeral in numerals:
            depth = self._begun(numeral, marker, ahead)
            if depth is None and marker.lead >= Lead.GAP:
                depth = self._recovered(numeral, marker, ahead)
            if depth is not None:
                return Place(depth, numeral)
        return None

    def _continued(self, numeral: Numeral, marker: Marker, after_heading: bool) -> int | None:
        if marker.lead is Lead.WORD and not after_heading and len(numeral.values) == 1:
            return None
        skipped = _MOST_SKIPPED if marker.lead >= Lead.LINE else 1
        same = self._depths(numeral.style)
        for depth in reversed(same):
            if _follows(self._open[depth].values, numeral.values, skipped):
                return depth
        for depth in reversed(same):
            before = self._open[depth].values
            if len(numeral.values) == 1 and len(before) == 2 and numeral.values[0] == before[0] + 1:
                return depth  # 4 after 3.2, where no 3 stood.
        return None

    def _begun(self, numeral: Numeral, marker: Marker, ahead: Sequence[Marker]) -> int | None:
        parent = self._parent(numeral)
        if parent is not None:
            return parent + 1
        last = numeral.values[-1]
        if last > (2 if marker.lead >= Lead.LINE else 1):
            return None
        same = self._depths(numeral.style)
        if not same:
            if marker.family is Family.DIVISION:
                return 0
            return len(self._open) if len(numeral.values) == 1 or not self._open else None
        divided = any(Numeral("1", (*numeral.values, 1)) in later.numerals for later in ahead[:2])
        if last != 1 or (marker.lead < Lead.LINE and not divided):
            return None
        return same[-1] if same[-1] == len(self._open) - 1 else len(self._open)

    def _parent(self, numeral: Numeral) -> int | None:
        """Returns the level whose number a decimal extends: 3 or ARTICLE III for 3.2."""
        for depth in range(len(self._open) - 1, -1, -1):
            level = self._open[depth]
            if level.values == numeral.values[:-1] and (level.style[0] in "1§" or level.style.isalpha()):
                return depth
        return None

    def _recovered(self, numeral: Numeral, marker: Marker, ahead: Sequence[Marker]) -> int | None:
        """Takes up the decimals again after a gap, where the next numbers agree."""
        if numeral.style != "1" or not any(_continues(numeral, later) for later in ahead):
            return None
        same = self._depths("1")
        if not same:
            extract = not self._open and marker.lead >= Lead.LINE
            return 0 if extract or numeral.values[0] <= _MOST_SKIPPED else None
        root = self._open[same[0]].values[0]
        first = numeral.values[0]
        if len(numeral.values) == 1:
            return same[0] if root < first <= root + _MOST_SKIPPED_ROOTS else None
        if first == root:
            return same[0] + 1 if len(self._open[same[0]].values) == 1 else same[0]
        return same[0] if root < first <= root + _MOST_SKIPPED_ROOTS else None

    def _depths(self, style: str) -> list[int]:
        return [depth for depth, level in enumerate(self._open) if level.style == style]


def is_section_style(numeral: Numeral) -> bool:
    """Says whether sections are numbered so, rather than recitals and lists."""
    return numeral.style in _SECTION_STYLES


def _follows(before: tuple[int, ...], after: tuple[int, ...], skipped: int) -> bool:
    if len(after) != len(before):
        return False
    if before[:-1] == after[:-1]:
        return 0 < after[-1] - before[-1] <= skipped
    rolled = before[:-2] == after[:-2] and 0 < after[-2] - before[-2] <= skipped
    return rolled and after[-1] == 1


def _continues(numeral: Numeral, later: Marker) -> bool:
    values = numeral.values
    expected = {
        (*values[:-1], values[-1] + 1),
        (*values, 1),
        (*values[:-2], values[-2] + 1, 1) if values[1:] else (),
    }
    return any(other.style == "1" and other.values in expected for other in later.numerals)


def _by_context(marker: Marker, ahead: Sequence[Marker]) -> tuple[Numeral, ...]:
    """Orders the readings of "(i)": the letter where (j) comes before (ii), else the number."""
    if len(marker.numerals) < 2:
        return marker.numerals
    for later in ahead:
        for numeral in marker.numerals:
            if Numeral(numeral.style, (numeral.values[0] + 1,)) in later.numerals:
                return (numeral, *(other for other in marker.numerals if other != numeral))
    return marker.numerals
