"""From characters to segments: runs that stand side by side without a gap."""

import ctypes
from collections.abc import Iterator

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.extract.pdf.characters import Characters, characters_of
from indexer.extract.pdf.lines import NO_BOX, Line

_MAX_GAP = 1.1
_BOLD_WEIGHT = 600
_BUFFER = 256


def read_segments(
    characters: Characters, text_page: pdfium.PdfTextPage, number: int
) -> tuple[list[Line], list[Line]]:
    """Returns the segments of a page that are upright, and those at another angle.

    Args:
        characters: Of the page.
        text_page: Its pypdfium2 text page, asked for the fonts.
        number: Of the page, 1-based.
    """
    upright: list[Line] = []
    turned: list[Line] = []
    fonts = _Fonts(text_page, characters)
    for run in _runs(characters):
        line = _line(characters, run, number, fonts)
        if line is not None:
            (turned if characters.turned[run[0]] else upright).append(line)
    return upright, turned


def _runs(characters: Characters) -> Iterator[list[int]]:
    """Yields the indices of characters that belong together, blanks between them included."""
    codes = characters.codes.tolist()
    boxes = characters.upright.tolist()
    turned = characters.turned.tolist()
    run: list[int] = []
    last = -1
    for index, code in enumerate(codes):
        if code == 32:
            if run:
                run.append(index)
            continue
        if code < 32 and code != 2:
            if code == 10 and run:
                yield run
                run = []
            continue
        if run and (
            turned[index] != turned[last] or not (turned[index] or _touches(boxes[last], boxes[index]))
        ):
            yield run
            run = []
        run.append(index)
        last = index
    if run:
        yield run


def _touches(before: list[float], box: list[float]) -> bool:
    """Says whether a character follows another on the same line, at most about one letter apart."""
    height = min(before[3] - before[1], box[3] - box[1])
    if min(before[3], box[3]) - max(before[1], box[1]) < 0.4 * height:
        return False
    tallest = max(before[3] - before[1], box[3] - box[1])
    return -0.7 * tallest <= box[0] - before[2] <= _MAX_GAP * tallest


def _line(characters: Characters, run: list[int], number: int, fonts: "_Fonts") -> Line | None:
    text: list[str] = []
    places: list[int] = []
    for index in run:
        spelled = characters_of(int(characters.codes[index]))
        if spelled == " " and (not text or text[-1] == " "):
            continue
        text.append(spelled)
        places += [index] * len(spelled)
    while text and text[-1] == " ":
        text.pop()
        places.pop()
    if not places:
        return None
    visible = [place for place in places if characters.codes[place] != 32]
    edges = characters.upright[visible]
    size, bold = fonts.of(visible[len(visible) // 2])
    return Line(
        text="".join(text),
        boxes=_tenths(characters, places),
        left=float(edges[:, 0].min()),
        top=float(np.median(edges[:, 1])),
        right=float(edges[:, 2].max()),
        bottom=float(np.median(edges[:, 3])),
        page=number,
        size=size,
        bold=bold,
    )


def _tenths(characters: Characters, places: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    """Returns boxes in tenths of a point; blanks have none."""
    boxes = np.clip(np.rint(characters.boxes[places] * 10), 0, np.iinfo(np.int16).max).astype(np.int16)
    boxes[characters.codes[places] == 32] = NO_BOX
    return boxes


class _Fonts:
    """Answers size and weight of the font at a character, asking pdfium once per character asked."""

    def __init__(self, text_page: pdfium.PdfTextPage, characters: Characters) -> None:
        self._page = text_page.raw
        self._origin = characters.origin
        self._name = ctypes.create_string_buffer(_BUFFER)

    def of(self, place: int) -> tuple[float, bool]:
        index = int(self._origin[place])
        size = float(raw.FPDFText_GetFontSize(self._page, index))
        flags = ctypes.c_int()
        length = raw.FPDFText_GetFontInfo(self._page, index, self._name, _BUFFER, ctypes.byref(flags))
        name = self._name.value if 0 < length <= _BUFFER else b""
        heavy = raw.FPDFText_GetFontWeight(self._page, index) >= _BOLD_WEIGHT
        return size, heavy or b"bold" in name.lower() or b"black" in name.lower()
