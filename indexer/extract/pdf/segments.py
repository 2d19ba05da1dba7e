"""From characters to segments: runs that stand side by side without a gap."""

import ctypes
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from pypdfium2 import raw

from indexer.extract.pdf.characters import Characters, characters_of
from indexer.extract.pdf.lines import NO_BOX, Line

_MAX_GAP = 1.1
_BOLD_WEIGHT = 600
_BUFFER = 256
_HYPHEN = 2
_LINE_END = 10
_BLANK = 32


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


def _runs(characters: Characters) -> Iterator[NDArray[np.int64]]:
    """Yields the indices of characters that belong together, blanks between them included."""
    codes = characters.codes
    shown = np.flatnonzero((codes > _BLANK) | (codes == _HYPHEN))
    if not len(shown):
        return
    before, after = shown[:-1], shown[1:]
    line = np.cumsum(codes == _LINE_END)
    turned = characters.turned
    blanks = np.cumsum(codes == _BLANK)
    together = _touch(characters.upright[before], characters.upright[after], blanks[after] - blanks[before])
    together = (together | turned[before]) & (turned[before] == turned[after]) & (line[before] == line[after])
    starts = np.concatenate([[0], np.flatnonzero(~together) + 1, [len(shown)]])
    for first, last in pairwise(starts.tolist()):
        run = np.arange(shown[first], shown[last - 1] + 1)
        yield run[(codes[run] >= _BLANK) | (codes[run] == _HYPHEN)]


def _touch(
    before: NDArray[np.float64], after: NDArray[np.float64], blanks: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Says which characters follow one another on a line, about one letter apart, or a few blanks."""
    heights, others = before[:, 3] - before[:, 1], after[:, 3] - after[:, 1]
    shared = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    tallest = np.maximum(heights, others)
    gap, onward = after[:, 0] - before[:, 2], after[:, 0] - before[:, 0]
    most = (_MAX_GAP + 0.45 * np.clip(blanks - 1, 0, 3)) * tallest
    return (shared >= 0.4 * np.minimum(heights, others)) & (onward >= -0.5 * tallest) & (gap <= most)


def _line(characters: Characters, run: NDArray[np.int64], number: int, fonts: "_Fonts") -> Line | None:
    text, places = _spell(characters.codes, run)
    if not len(places):
        return None
    visible = places[characters.codes[places] != _BLANK]
    edges = characters.upright[visible]
    size, bold = fonts.of(int(visible[len(visible) // 2]))
    return Line(
        text=text,
        boxes=_tenths(characters, places),
        left=float(edges[:, 0].min()),
        top=float(np.median(edges[:, 1])),
        right=float(edges[:, 2].max()),
        bottom=float(np.median(edges[:, 3])),
        page=number,
        size=size,
        bold=bold,
    )


def _spell(codes: NDArray[np.int32], run: NDArray[np.int64]) -> tuple[str, NDArray[np.int64]]:
    """Returns the text of characters without doubled blanks, and for each letter whose it is."""
    spelled = [_spelled(code) for code in codes[run].tolist()]
    text = "".join(spelled)
    places = run if len(text) == len(run) else np.repeat(run, [len(letters) for letters in spelled])
    if "  " in text or text[-1:] == " " or text[:1] == " ":
        letters = np.array([letter != " " for letter in text], np.bool_)
        kept = letters | np.concatenate([[False], letters[:-1]])
        kept[len(text.rstrip()) :] = False
        places = places[kept]
        text = "".join(letter for letter, keep in zip(text, kept.tolist(), strict=True) if keep)
    return text, places


_spelled = lru_cache(maxsize=4096)(characters_of)


def _tenths(characters: Characters, places: NDArray[np.int64]) -> NDArray[np.int16]:
    """Returns boxes in tenths of a point; blanks have none."""
    boxes = np.clip(np.rint(characters.boxes[places] * 10), 0, np.iinfo(np.int16).max).astype(np.int16)
    boxes[characters.codes[places] == _BLANK] = NO_BOX
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
