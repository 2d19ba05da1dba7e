"""Running headers, footers and page numbers: lines that stand on page after page at one place."""

import re
from collections import defaultdict
from collections.abc import Sequence

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
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    candidates = [_in_margin(lines, height) for lines, height in zip(pages, heights, strict=True)]
    for number, lines in enumerate(candidates):
        for line in lines:
            places[_normalised(line.text)].append((number, _place(line, heights[number])))
    dropped = {
        id(line)
        for number, lines in enumerate(candidates)
        for line in lines
        if _is_repeated(_normalised(line.text), _place(line, heights[number]), places, len(pages))
    }
    return [[line for line in lines if id(line) not in dropped] for lines in pages]


def _in_margin(lines: Sequence[Line], height: float) -> list[Line]:
    """Returns the few outermost lines at the top and at the bottom of a page."""
    ordered = sorted(lines, key=lambda line: line.top)
    top = [line for line in ordered if line.bottom < _MARGIN * height][:_OUTERMOST]
    bottom = [line for line in ordered if line.top > (1 - _MARGIN) * height][-_OUTERMOST:]
    return top + bottom


def _normalised(text: str) -> str:
    text = _DIGITS.sub("#", " ".join(text.casefold().split()))
    return _ROMAN.sub("#", text) if len(text) < 12 else text


def _place(line: Line, height: float) -> float:
    """Returns the distance from the nearer edge, so that pages of several sizes agree; bottom < 0."""
    return line.top if line.top < height / 2 else line.bottom - height


def _is_repeated(text: str, place: float, places: dict[str, list[tuple[int, float]]], pages: int) -> bool:
    alike = {number for number, other in places[text] if abs(other - place) <= _SAME_PLACE}
    if _PAGE_NUMBER.fullmatch(text):
        return len(alike) >= 2 or pages == 1 or len(text) > 1
    return len(alike) >= (2 if pages <= 4 else max(3, round(0.2 * pages)))
