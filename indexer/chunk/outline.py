"""Decides which markers and headings are sections of the document, and how they nest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from indexer.chunk.contents import without_lists
from indexer.chunk.headings import Heading
from indexer.chunk.levels import Levels, Place, is_section_style
from indexer.chunk.markers import Family, Marker
from indexer.chunk.titles import clean_title, title_span

_AHEAD = 12
_LONGEST_CONTENTS = 500
_ORDERING = 3  # As many headings without a number are no accident: they order the document.


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
        loose: Whether such a heading becomes the title of a number that follows at once.
    """

    start: int
    heading_end: int
    depth: int
    label: str
    number: str
    solid: bool = True
    loose: bool = False


def build_outline(
    text: str, markers: Sequence[Marker], headings: Sequence[Heading], stated: Mapping[int, Heading]
) -> tuple[Section, ...]:
    """Returns the sections in order, from candidates in order.

    Args:
        text: The document's text.
        markers: Where numbered clauses may begin.
        headings: Headings without a number.
        stated: Headings that the format marks as such and that begin with a number, by their start;
            they are sections even where the number is out of sequence.
    """
    builder = _Builder(text)
    markers = without_lists(text, markers)
    ends = {marker.end for marker in markers}
    pending = [heading for heading in headings if _end_of_text_before(text, heading.start) not in ends]
    for index, marker in enumerate(markers):
        while pending and pending[0].start < marker.start:
            builder.add_heading(pending[0], marker)
            del pending[0]
        limit = min(
            markers[index + 1].start if index + 1 < len(markers) else len(text),
            pending[0].start if pending else len(text),
        )
        placed = builder.add_marker(marker, markers[index + 1 : index + 1 + _AHEAD], limit)
        if not placed and marker.start in stated:
            builder.restart(marker, stated[marker.start], limit)
    for heading in pending:
        builder.add_heading(heading, None)
    return tuple(builder.sections)


def _end_of_text_before(text: str, offset: int) -> int:
    while offset and text[offset - 1].isspace():
        offset -= 1
    return offset


class _Recitals(Enum):
    """Whether lettered lists are recitals, which the numbered sections do not stand under."""

    PRESUMED = 0  # At the start, as long as the letters have no titles.
    STATED = 1
    LEFT = 2


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The kind of unnumbered headings that divide the present numbered section."""

    rank: int
    under: int  # Number of levels above them.


class _Builder:
    """Places one candidate after the other under those before it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._levels = Levels()
        self._group = 0  # Number of headings and schedules under which the present numbering stands.
        self._recitals = _Recitals.PRESUMED
        self._loose = 0  # Headings without a number or a level, which may or may not order the document.
        self._leaf: _Leaf | None = None
        self.sections: list[Section] = []

    def add_marker(self, marker: Marker, ahead: Sequence[Marker], limit: int) -> bool:
        """Makes a section of a marker and says so, unless its number does not fit in sequence.

        Args:
            marker: A candidate.
            ahead: The next few.
            limit: Offset that its title cannot reach over.
        """
        if marker.family is Family.SCHEDULE:
            self._levels.clear()
            self._group, self._loose = 1, _ORDERING
            self._append(marker, 0, limit)
            return True
        if self._recitals is not _Recitals.LEFT:
            self._levels.leave_recitals(marker.numerals)
        place = self._levels.place(marker, ahead, self._follows_heading(marker))
        if place is None:
            return False
        opened = len(self._levels) > 0
        stray = not opened and self._loose < _ORDERING and not self._follows_heading(marker)
        if stray and place.numeral.values == (1,) and is_section_style(place.numeral):
            self._group = 0
        recital = self._recitals is _Recitals.STATED and not is_section_style(place.numeral)
        section = self._append(marker, place.depth + self._group + recital, limit)
        if opened:
            self._forget_contents(section, place)
        self._levels.enter(place)
        if self._leaf is not None and place.depth < self._leaf.under:
            self._leaf = None
        titled = section.label != section.number
        if is_section_style(place.numeral) or (titled and self._recitals is _Recitals.PRESUMED):
            self._recitals = _Recitals.LEFT
        return True

    def restart(self, marker: Marker, heading: Heading, limit: int) -> None:
        """Makes a section of a heading whose number is out of sequence; the numbering goes on from there."""
        outermost = next((numeral for numeral in marker.numerals if len(numeral.values) == 1), None)
        if outermost is None or not self.sections:
            self.add_heading(heading, None)
            return
        self._levels.clear()
        self._append(marker, self._group, limit)
        self._levels.enter(Place(0, outermost))

    def add_heading(self, heading: Heading, following: Marker | None) -> None:
        """Makes a section of a heading without a number; ``following`` is the next candidate."""
        title = clean_title(self._text[heading.start : heading.end])
        if heading.level:
            self._levels.clear()
            self._group, self._loose = heading.level, _ORDERING
            depth = heading.level - 1
        elif self._groups_numbers(heading, following) or not (
            len(self._levels) or self._titles(heading, following)
        ):
            depth = min(heading.rank, len(self._open_headings()))
            self._group = depth if heading.neutral else depth + 1
            self._recitals = _Recitals.STATED if heading.neutral else self._recitals
            self._loose += not heading.neutral
        else:
            depth = self._leaf_depth(heading)
        loose = self._titles(heading, following) and depth == self._group + len(self._levels)
        self.sections.append(
            Section(heading.start, heading.end, depth, title, title, solid=False, loose=loose)
        )

    def _leaf_depth(self, heading: Heading) -> int:
        """Returns the depth of a heading within a numbered section, beside its like in that section."""
        if self._leaf is None or self._leaf.rank != heading.rank:
            self._leaf = _Leaf(heading.rank, len(self._levels))
        self._levels.cut(self._leaf.under)
        return self._group + self._leaf.under

    def _append(self, marker: Marker, depth: int, limit: int) -> Section:
        start, end = title_span(self._text, marker.end, limit)
        title = clean_title(self._text[start:end])
        label = clean_title(f"{marker.label} {title}") if title else marker.label
        section = Section(marker.start, end if title else marker.end, depth, label, marker.label)
        above = self.sections[-1] if self.sections else None
        if (
            not title
            and above is not None
            and above.loose
            and not self._text[above.heading_end : marker.start].strip()
        ):
            label = clean_title(f"{marker.label} {above.label}")
            section = Section(above.start, marker.end, depth, label, marker.label)
            self.sections.pop()
        self.sections.append(section)
        return section

    def _titles(self, heading: Heading, following: Marker | None) -> bool:
        """Says whether a heading may be the title of the number on the next line."""
        if following is None or heading.level or heading.neutral or following.keyword:
            return False
        near = not self._text[heading.end : following.start].strip()
        return near and (heading.rank > 0 or len(self._levels) > 0 or len(following.numerals[0].values) > 1)

    def _groups_numbers(self, heading: Heading, following: Marker | None) -> bool:
        """Says whether a heading stands over numbered sections: one in capitals, or before a new 1."""
        if following is None or self._text[heading.end : following.start].strip():
            return False
        first = any(numeral.values == (1,) and is_section_style(numeral) for numeral in following.numerals)
        return (first and heading.rank == 0) or following.family is Family.DIVISION

    def _follows_heading(self, marker: Marker) -> bool:
        if not self.sections:
            return False
        between = self._text[self.sections[-1].heading_end : marker.start]
        return len(between) < 9 and not between.strip(" \t\n\r.:-–—")

    def _open_headings(self) -> list[Section]:
        chain: list[Section] = []
        for section in reversed(self.sections):
            if not chain or section.depth < chain[-1].depth:
                chain.append(section)
            if section.depth == 0:
                break
        return [section for section in chain if not section.solid]

    def _forget_contents(self, section: Section, place: Place) -> None:
        """Drops the entries of a table of contents once its first title begins again."""
        title = _bare(section.label)
        if place.depth or place.numeral.values[-1] != 1 or title == _bare(section.number):
            return
        for index, earlier in enumerate(self.sections[:-1][:_LONGEST_CONTENTS]):
            if earlier.depth == section.depth and _bare(earlier.label) == title:
                self.sections[index:] = [section]
                return


def _bare(title: str) -> str:
    return title.casefold().rstrip("0123456789. ")
