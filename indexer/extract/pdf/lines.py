"""Lines of a page: what the steps of layout analysis hand to one another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

NO_BOX = -1


@dataclass(frozen=True, slots=True)
class Line:
    """A run of characters side by side.

    Attributes:
        text: The characters, without blanks at either end.
        boxes: int16, shape (len(text), 4): left, top, right, bottom in tenths of a point as shown.
        left: Left edge in points, as are the other edges; the text upright, the origin top left.
        top: Upper edge.
        right: Right edge.
        bottom: Lower edge.
        page: 1-based.
        size: Font size in points, 0 where unknown.
        bold: Whether the font is bold.
        cells: 1, or the number of cells of a table's row.
    """

    text: str
    boxes: NDArray[np.int16]
    left: float
    top: float
    right: float
    bottom: float
    page: int
    size: float = 0.0
    bold: bool = False
    cells: int = 1

    @property
    def height(self) -> float:
        """The height in points."""
        return self.bottom - self.top


def blank_boxes(count: int) -> NDArray[np.int16]:
    """Returns the boxes of characters that stand nowhere on the page, shape (count, 4)."""
    return np.full((count, 4), NO_BOX, np.int16)


def same_row(one: Line, other: Line) -> bool:
    """Says whether two lines stand at the same height: half of the lower one's height is shared."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared >= 0.5 * max(min(one.height, other.height), 0.1)


def group_rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Returns lines grouped by height, from top to bottom, each group from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.top + line.bottom, line.left)):
        if rows and any(same_row(line, other) for other in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def join(lines: Sequence[Line], separator: str) -> Line:
    """Returns one line of several that stand side by side, with a separator between them."""
    if len(lines) == 1:
        return lines[0]
    between = blank_boxes(len(separator))
    boxes = [part for line in lines for part in (line.boxes, between)][:-1]
    return replace(
        max(lines, key=lambda line: len(line.text)),
        text=separator.join(line.text for line in lines),
        boxes=np.concatenate(boxes),
        left=min(line.left for line in lines),
        top=min(line.top for line in lines),
        right=max(line.right for line in lines),
        bottom=max(line.bottom for line in lines),
        bold=all(line.bold for line in lines),
    )
