"""Running headers, footers and page numbers: lines that stand on page after page at one place."""

import re
from collections import defaultdict
from collections.abc import Sequence

from indexer.extract.headings import starts_clause
from indexer.extract.pdf.lines import Line

_MARGIN = 0.14
_OUTERMOST = 4
_SAME_PLACE = 12.0
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]{1,7}\b")
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
    return [[line for line in lines if id(line) not in dropped] for lines in pages]


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
