"""From a page to its characters: what pdfium says of each, turned upright and rid of doubles."""

import ctypes
import math
import unicodedata
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from pypdfium2 import raw

_SYMBOLS = {
    0x02: "-",
    0xFFFE: "-",
    0xAD: "-",
    0xA0: " ",
    **dict.fromkeys((0xF0B7, 0xF0A7, 0xF0D8, 0xF076), "•"),
}
_SCALE = 1_000
_LINE_END = 10
_BLANK = 32


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of a page in the order of the file.

    Attributes:
        codes: int32, shape (n,): code points; blanks are 32, line ends 10.
        boxes: float64, shape (n, 4): left, top, right, bottom in points as shown on the page.
        upright: float64, shape (n, 4): the same with the page turned so that most text is upright.
        turned: bool, shape (n,): characters that stand at another angle than most.
        width: Of the page as shown, in points.
        height: Of the page as shown, in points.
        origin: int64, shape (n,): pdfium's index of each.
        quarters: Quarter turns, clockwise, at which most text is shown; 0 is upright.
        unreadable: How many characters have no meaning that the file states.
    """

    codes: NDArray[np.int32]
    boxes: NDArray[np.float64]
    upright: NDArray[np.float64]
    turned: NDArray[np.bool_]
    width: float
    height: float
    origin: NDArray[np.int64]
    quarters: int
    unreadable: int


def read_characters(page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> Characters:
    """Returns the characters of a page with the page's rotation and crop honoured.

    Args:
        page: A pypdfium2 page.
        text_page: Its text page.
    """
    width, height = page.get_size()
    codes, raw_boxes, angles = _read_raw(text_page)
    boxes = _to_display(page, raw_boxes, width, height)
    quarter = _quarters(page, angles)
    visible = codes > _BLANK
    main = int(np.bincount(quarter[visible], minlength=4).argmax()) if visible.any() else 0
    upright = _turn(boxes, main, width, height)
    doubled = _doubles(codes, upright)
    kept = ~(doubled | _false_blanks(text_page, codes, upright, doubled))
    return Characters(
        codes=codes[kept],
        boxes=boxes[kept],
        upright=upright[kept],
        turned=(quarter != main)[kept],
        width=width,
        height=height,
        quarters=main,
        origin=np.flatnonzero(kept),
        unreadable=int(((codes == 0) | (codes == 0xFFFD)).sum()),
    )


def characters_of(code: int) -> str:
    """Returns what a code point reads as: ligatures spelled out, nothing for controls."""
    if code in _SYMBOLS:
        return _SYMBOLS[code]
    if code < 32 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code in {0x200B, 0xFEFF, 0x2060}:
        return ""
    character = chr(code)
    if 0xFB00 <= code <= 0xFB06:
        return unicodedata.normalize("NFKC", character)
    return " " if character.isspace() else character


def _read_raw(
    text_page: pdfium.PdfTextPage,
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Asks pdfium for code, box and angle of each character, in the page's own coordinates."""
    handle, count = text_page.raw, max(0, text_page.count_chars())
    code_of, box_of, byref = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, ctypes.byref
    codes = np.fromiter((code_of(handle, index) for index in range(count)), np.int64, count)
    rectangles = (raw.FS_RECTF * max(1, count))()
    first, size = rectangles[0], ctypes.sizeof(raw.FS_RECTF)
    for index in range(count):
        box_of(handle, index, byref(first, index * size))
    boxes = np.frombuffer(rectangles, np.float32).reshape(-1, 4)[:count].astype(np.float64)
    codes[(codes == 10) | (codes == 13)] = _LINE_END
    codes[codes == 0xA0] = _BLANK
    return codes.astype(np.int32), boxes, _angles(handle, codes)


def _angles(handle: object, codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns the angle of each character in radians, asked once for each of pdfium's lines."""
    lines = np.cumsum(codes == _LINE_END)
    visible = np.flatnonzero(codes > _BLANK)
    angles = np.zeros(int(lines[-1]) + 1 if len(lines) else 1)
    numbers, firsts = np.unique(lines[visible], return_index=True)
    for number, position in zip(numbers.tolist(), visible[firsts].tolist(), strict=True):
        angles[number] = max(0.0, raw.FPDFText_GetCharAngle(handle, position))
    return angles[lines] if len(lines) else angles[:0]


def _to_display(
    page: pdfium.PdfPage, boxes: NDArray[np.float64], width: float, height: float
) -> NDArray[np.float64]:
    """Maps boxes to points from the top left corner of the page as shown.

    The map is affine, so three points determine it; pdfium knows crop box and rotation.
    """
    corners = [_device_point(page, x, y, width, height) for x, y in ((0, 0), (_SCALE, 0), (0, _SCALE))]
    origin, along_x, along_y = (np.array(corner) for corner in corners)
    matrix = np.stack([along_x - origin, along_y - origin]) / _SCALE
    first = boxes[:, [0, 1]] @ matrix + origin
    second = boxes[:, [2, 3]] @ matrix + origin
    return np.concatenate([np.minimum(first, second), np.maximum(first, second)], axis=1)


def _device_point(
    page: pdfium.PdfPage, x: float, y: float, width: float, height: float
) -> tuple[float, float]:
    """Asks where a point of the page's coordinates is shown, in points, to a hundredth."""
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    size_x, size_y = round(width * 100), round(height * 100)
    raw.FPDF_PageToDevice(
        page.raw, 0, 0, size_x, size_y, 0, x, y, ctypes.byref(device_x), ctypes.byref(device_y)
    )
    return device_x.value * width / size_x, device_y.value * height / size_y


def _quarters(page: pdfium.PdfPage, angles: NDArray[np.float64]) -> NDArray[np.int64]:
    """Returns for each character the quarter turns, clockwise, at which it is shown; 0 is upright."""
    turns = np.rint(angles / (math.pi / 2)).astype(np.int64)
    return np.asarray((turns + page.get_rotation() // 90) % 4)


def _turn(boxes: NDArray[np.float64], quarters: int, width: float, height: float) -> NDArray[np.float64]:
    """Turns boxes back by quarter turns, so that text shown at that angle reads from left to right."""
    left, top, right, bottom = boxes.T
    if quarters == 1:
        return np.stack([top, width - right, bottom, width - left], axis=1)
    if quarters == 2:
        return np.stack([width - right, height - bottom, width - left, height - top], axis=1)
    if quarters == 3:
        return np.stack([height - bottom, left, height - top, right], axis=1)
    return boxes


def _doubles(codes: NDArray[np.int32], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Marks characters printed again at nearly the same place, which imitates bold type.

    Sorted by code and place, a double stands next to its original. Two grids, half a cell apart,
    catch those that a grid's line divides. Neighbours with the very same box are the letters of
    one ligature, as in "off".
    """
    doubled = np.zeros(len(codes), np.bool_)
    heights = boxes[:, 3] - boxes[:, 1]
    cell = max(2.0, float(np.median(heights)) / 3) if len(codes) else 2.0
    for shift in (0.0, 0.5):
        line = np.floor(boxes[:, 1] / cell + shift)
        order = np.lexsort((boxes[:, 0], line, codes))
        one, other = order[:-1], order[1:]
        near = boxes[other, 0] - boxes[one, 0] < 0.3 * (boxes[other, 2] - boxes[other, 0])
        same = (codes[one] == codes[other]) & (line[one] == line[other]) & (codes[one] > _BLANK)
        ligature = (np.abs(one - other) == 1) & (boxes[one] == boxes[other]).all(axis=1)
        doubled[np.maximum(one, other)[same & near & ~ligature]] = True
    return doubled


def _false_blanks(
    text_page: pdfium.PdfTextPage,
    codes: NDArray[np.int32],
    boxes: NDArray[np.float64],
    doubled: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Marks blanks that pdfium put between letters only because a double stood there."""
    false = np.zeros(len(codes), np.bool_)
    if not doubled.any():
        return false
    for blank in np.flatnonzero(codes == _BLANK).tolist():
        before = np.flatnonzero(~doubled[:blank] & (codes[:blank] > _BLANK))[-1:]
        after = blank + np.flatnonzero(~doubled[blank:] & (codes[blank:] > _BLANK))[:1]
        if len(before) and len(after) and raw.FPDFText_IsGenerated(text_page.raw, blank) == 1:
            gap = boxes[after[0], 0] - boxes[before[0], 2]
            false[blank] = abs(gap) < 0.12 * (boxes[after[0], 3] - boxes[after[0], 1])
    return false
