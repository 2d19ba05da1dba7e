"""Decides which markers and headings are sections of the document, and how they nest."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.chunk.headings import Heading
from indexer.chunk.markers import Family, Lead, Marker
from indexer.chunk.numerals import Numeral
from indexer.chunk.titles import clean_title, title_span

_MOST_SKIPPED = 3
_LIST_OF_SCHEDULES = 150


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document with a number or a title of its own.

    Attributes:
        start: Offset of its first character.
        heading_end: Offset after its number and title; its text begins there.
        depth: 0 the outermost.
        label: Number and title for display, at most about 80 characters.
        number: The number alone, or the title where it has none.
        solid: False for a heading without a number, which a numbered neighbour may end.
    """

    start: int
    heading_end: int
    depth: int
    label: str
    number: str
    solid: bool = True


@dataclass(frozen=True, slots=True)
class _Open:
    """A level of the outline that can still be continued."""

    style: str
    values: tuple[int, ...]
    index: int


class _Builder:
    """Places one candidate after the other under those before it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._levels: list[_Open] = []
        self._group = 0  # Levels of unnumbered or schedule headings under which the numbering stands.
        self.sections: list[Section] = []

    def add_marker(self, marker: Marker, ahead: Sequence[Marker], limit: int) -> None:
        """Makes a section of a marker, unless its number does not fit in sequence."""
        if marker.family is Family.SCHEDULE:
            self._add_schedule(marker, limit)
            return
        for numeral in _by_context(marker, ahead):
            depth = self._depth_of(numeral, marker)
            if depth is None:
                continue
            title_start, title_end = title_span(self._text, marker.end, limit)
            title = clean_title(self._text[title_start:title_end])
            if self._is_contents(numeral, depth, title):
                self._drop_from(depth, title)
            del self._levels[depth:]
            self._levels.append(_Open(numeral.style, numeral.values, len(self.sections)))
            label = clean_title(f"{marker.label} {title}") if title else marker.label
            end = title_end if title else marker.end
            self.sections.append(Section(marker.start, end, depth + self._group, label, marker.label))
            return

    def add_heading(self, heading: Heading, before_number: bool) -> None:
        """Makes a section of a heading without a number.

        Args:
            heading: It.
            before_number: Whether a section of the outermost numbering follows at once.
        """
        title = clean_title(self._text[heading.start : heading.end])
        if heading.level:
            self._levels = []
            self._group = heading.level
            depth = heading.level - 1
        elif before_number or not self._levels:
            depth = self._group = min(heading.rank, len(self._open_groups()))
            self._group += 1
            self._levels = [] if not before_number else self._levels
        else:
            depth = self._group + len(self._levels)
        self.sections.append(Section(heading.start, heading.end, depth, title, title, solid=False))

    def _open_groups(self) -> list[Section]:
        chain: list[Section] = []
        for section in reversed(self.sections):
            if not chain or section.depth < chain[-1].depth:
                chain.append(section)
        return [section for section in chain if not section.solid]

    def _add_schedule(self, marker: Marker, limit: int) -> None:
        start, end = title_span(self._text, marker.end, limit)
        title = clean_title(self._text[start:end])
        self._levels = []
        self._group = 1
        label = clean_title(f"{marker.label} {title}") if title else marker.label
        self.sections.append(Section(marker.start, end if title else marker.end, 0, label, marker.label))

    def _depth_of(self, numeral: Numeral, marker: Marker) -> int | None:
        skipped = _MOST_SKIPPED if marker.lead >= Lead.LINE else 1
        for depth in range(len(self._levels) - 1, -1, -1):
            level = self._levels[depth]
            if level.style == numeral.style and _follows(level.values, numeral.values, skipped):
                return depth
        if marker.lead is Lead.WORD:
            return None
        parent = self._parent_of(numeral)
        if parent is not None:
            return parent + 1
        return self._first_of_list(numeral, marker)

    def _parent_of(self, numeral: Numeral) -> int | None:
        """Returns the level whose number a decimal extends: 3 or ARTICLE III for 3.2."""
        if len(numeral.values) < 2:
            return None
        for depth in range(len(self._levels) - 1, -1, -1):
            level = self._levels[depth]
            if level.values == numeral.values[:-1] and (
                level.style == "1" or level.style.isalpha() or level.style == "§"
            ):
                return depth
        return None

    def _first_of_list(self, numeral: Numeral, marker: Marker) -> int | None:
        last = numeral.values[-1]
        if last > (2 if marker.lead >= Lead.LINE else 1):
            return None
        same = [depth for depth, level in enumerate(self._levels) if level.style == numeral.style]
        if not same:
            if marker.family is Family.DIVISION:
                return 0
            return len(self._levels) if len(numeral.values) == 1 or not self._levels else None
        if last != 1 or marker.lead < Lead.LINE:
            return None
        return same[-1] if same[-1] == len(self._levels) - 1 else len(self._levels)

    def _is_contents(self, numeral: Numeral, depth: int, title: str) -> bool:
        return bool(title) and depth == 0 and numeral.values[-1] == 1 and bool(self._levels)

    def _drop_from(self, depth: int, title: str) -> None:
        """Forgets the entries of a table of contents once its first title begins again."""
        wanted = _bare(title)
        for index, section in enumerate(self.sections):
            same = section.depth == depth + self._group and _bare(section.label).endswith(wanted)
            if same and index and section.start > 0:
                del self.sections[index:]
                return
            if same:
                self.sections.clear()
                return


def _bare(title: str) -> str:
    return title.casefold().rstrip("0123456789. ")


def _follows(before: tuple[int, ...], after: tuple[int, ...], skipped: int) -> bool:
    if len(after) > len(before):
        return False
    if len(after) < len(before):
        return len(after) == 1 and len(before) == 2 and after[0] == before[0] + 1
    if before[:-1] == after[:-1]:
        return 0 < after[-1] - before[-1] <= skipped
    rolled = before[:-2] == after[:-2] and 0 < after[-2] - before[-2] <= skipped
    return rolled and after[-1] == 1


def _by_context(marker: Marker, ahead: Sequence[Marker]) -> tuple[Numeral, ...]:
    """Orders the readings of "(i)": the letter where (j) comes before (ii), else the number."""
    if len(marker.numerals) < 2:
        return marker.numerals
    for later in ahead:
        for index, numeral in enumerate(marker.numerals):
            wanted = Numeral(numeral.style, (numeral.values[0] + 1,))
            if wanted in later.numerals:
                return (numeral, *(other for place, other in enumerate(marker.numerals) if place != index))
    return marker.numerals


def build_outline(text: str, markers: Sequence[Marker], headings: Sequence[Heading]) -> tuple[Section, ...]:
    """Returns the sections in order, from candidates in order.

    Args:
        text: The document's text.
        markers: Where numbered clauses may begin.
        headings: Headings without a number.
    """
    builder = _Builder(text)
    markers = _without_lists_of_schedules(markers)
    pending = list(headings)
    for index, marker in enumerate(markers):
        while pending and pending[0].start < marker.start:
            heading = pending.pop(0)
            outer = marker.family is not Family.SCHEDULE and not text[heading.end : marker.start].strip()
            builder.add_heading(heading, outer)
        following = markers[index + 1].start if index + 1 < len(markers) else len(text)
        limit = min(following, pending[0].start if pending else len(text))
        builder.add_marker(marker, markers[index + 1 : index + 9], limit)
    for heading in pending:
        builder.add_heading(heading, before_number=False)
    return tuple(builder.sections)


def _without_lists_of_schedules(markers: Sequence[Marker]) -> list[Marker]:
    """Leaves out lists of exhibits and the filing's own exhibit number at the top."""
    schedules = [marker for marker in markers if marker.family is Family.SCHEDULE]
    dropped = {marker for marker in schedules[:1] if marker.start < _LIST_OF_SCHEDULES}
    seen: set[str] = set()
    for before, after in zip(schedules, schedules[1:], strict=False):
        if after.start - before.end < _LIST_OF_SCHEDULES:
            dropped |= {before, after}
    for marker in schedules:
        if marker not in dropped:
            if marker.label.upper() in seen:
                dropped.add(marker)
            seen.add(marker.label.upper())
    return [marker for marker in markers if marker not in dropped]
