"""Names the place of a passage in its document: "7 Limitation of liability › 7.2"."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from indexer.chunk.outline import Section
from indexer.chunk.titles import clean_title

SEPARATOR = " › "
_MOST_PARTS = 4
_LONGEST_TITLE = 100


class SectionPaths:
    """Looks up section paths of spans of one document."""

    def __init__(self, text: str, sections: Sequence[Section]) -> None:
        self._text = text
        self._sections = sections
        self._starts = [section.start for section in sections]
        self._chains = _chains(sections)

    def path(self, start: int, end: int) -> str:
        """Returns the headings over a passage, outermost first, joined; "" where there are none.

        A passage that opens with a heading and goes on with its first subsection is named after that
        subsection; one that covers several siblings is named after the first and the last of them.
        """
        place = bisect_right(self._starts, start) - 1
        last = bisect_left(self._starts, end) - 1
        if last < 0:
            return ""
        place = self._descended(max(place, 0), last) if place >= 0 or not self._before(start) else place
        if place < 0:
            return ""
        return SEPARATOR.join(_few(_spanning(self._chains[place], self._chains[last])))

    def _before(self, start: int) -> bool:
        """Says whether more than a title stands before the first section of a passage."""
        return len(self._text[start : self._starts[0]].strip()) > _LONGEST_TITLE

    def _descended(self, place: int, last: int) -> int:
        while place < last:
            section, following = self._sections[place], self._sections[place + 1]
            between = self._text[section.heading_end : following.start]
            if (following.depth <= section.depth and section.solid) or between.strip(" \t\n\r.:;-–—*_"):
                break
            place += 1
        return place


def _chains(sections: Sequence[Section]) -> list[tuple[Section, ...]]:
    chains: list[tuple[Section, ...]] = []
    chain: tuple[Section, ...] = ()
    for section in sections:
        chain = (*(outer for outer in chain if outer.depth < section.depth), section)
        chains.append(chain)
    return chains


def _spanning(first: tuple[Section, ...], last: tuple[Section, ...]) -> list[str]:
    parts: list[str] = []
    for outer, other in zip(first, last, strict=False):
        if outer != other:
            return [*parts, clean_title(f"{outer.label} – {other.number}")]
        parts.append(outer.label)
    return [section.label for section in first]


def _few(parts: list[str]) -> list[str]:
    return parts if len(parts) <= _MOST_PARTS else [*parts[:2], *parts[-2:]]
