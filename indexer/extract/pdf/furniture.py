"""Running headers, footers and page numbers: lines that stand on page after page at one place."""

import re
from collections import defaultdict
from collections.abc import Sequence

from indexer.extract.headings import starts_clause
from indexer.extract.pdf.lines import Line, group_rows

_MARGIN = 0.14
_OUTERMOST = 4
_SAME_PLACE = 12.0
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]{1,7}\b")
_ALONE = re.compile(r"(?:[Pp]age\s*)?[-–—\s]*(\d{1,4})[-–—\s]*")
# Numbers that an earlier print's pages may lack, the least distance of two as a share of a page's height, and
# how many make a row of them.
_SKIPPED = 3
_APART = 0.4
_CHAIN = 3
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—\s]*#[-–—\s]*(?:(?:of|/)\s*#)?", re.IGNORECASE)


def without_furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """Returns the lines of each page that are not repeated in the margins of the document.

    Args:
        pages: Lines of each page.
        heights: Of the pages in points.
    """
    margins = [_margin(lines, height) for lines, height in zip(pages, heights, strict=True)]
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, margin in enumerate(margins):
        for text, place, _ in margin:
            places[text].append((number, place))
    numbered = {number for text in places if _PAGE_NUMBER.fullmatch(text) for number, _ in places[text]}
    dropped = {
        id(line)
        for margin in margins
        for text, place, line in margin
        if _is_repeated(places[text], place, len(pages))
        or (_PAGE_NUMBER.fullmatch(text) and (len(numbered) > 1 or len(text) > 1))
    }
    dropped |= {id(line) for line in _counted_on(pages, heights)}
    return [[line for line in lines if id(line) not in dropped] for lines in pages]


def _counted_on(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[Line]:
    """Returns the page numbers of an earlier print, which stand anywhere on the pages of a later one.

    They stand alone, count on, and lie about a page apart; a number can stand twice, at the top of a page and
    at its end.
    """
    chain: list[tuple[int, float]] = []
    found: list[Line] = []
    above = 0.0
    for lines, height in zip(pages, heights, strict=True):
        for row in group_rows(lines):
            if len(row) == 1 and (match := _ALONE.fullmatch(row[0].text.strip())):
                number, place = int(match[1]), above + row[0].top
                last, before = chain[-1] if chain else (0, -height)
                again = bool(chain) and number == last
                on = 0 < number - last <= _SKIPPED and place - before > _APART * height
                if on:
                    chain.append((number, place))
                if on or again:
                    found.append(row[0])
        above += height
    return found if len(chain) >= _CHAIN else []


def _margin(lines: Sequence[Line], height: float) -> list[tuple[str, float, Line]]:
    """Returns the few outermost lines at the top and the bottom of a page.

    Each comes with its text, digits normalised, and its distance from the nearer edge, so that
    pages of several sizes agree; at the bottom it is negative.
    """
    ordered = sorted(lines, key=lambda line: line.top)
    top = [line for line in ordered[:_OUTERMOST] if line.bottom < _MARGIN * height]
    bottom = [line for line in ordered[-_OUTERMOST:] if line.top > (1 - _MARGIN) * height]
    return [
        *((_normalised(line.text), line.top, line) for line in top),
        *((_normalised(line.text), line.bottom - height, line) for line in bottom),
    ]


def _normalised(text: str) -> str:
    """Returns a line as it looks on every page; the number of a clause is no page number."""
    text = " ".join(text.casefold().split())
    counted = _DIGITS.sub("#", text)
    counted = _ROMAN.sub("#", counted) if len(counted) < 12 else counted
    return text if starts_clause(text) and not _PAGE_NUMBER.fullmatch(counted) else counted


def _is_repeated(places: Sequence[tuple[int, float]], place: float, pages: int) -> bool:
    alike = {number for number, other in places if abs(other - place) <= _SAME_PLACE}
    return len(alike) >= (2 if pages <= 4 else max(3, round(0.2 * pages)))
