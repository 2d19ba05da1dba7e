"""Reading order: columns of prose one after the other, tables row by row.

A page is cut at gutters as in recursive XY-cut (Nagy and Seth 1984), with one difference: a gutter
counts only where running text stands on both sides of it. The gap between a table's columns is as
wide, but what stands beside it belongs to the same row.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from indexer.extract.headings import is_marker
from indexer.extract.pdf.lines import Line, group_rows, join

_MIN_ROWS = 4
_MIN_CHARACTERS = 22
_CANDIDATES = 24
_MAX_DEPTH = 12
_ALIGNED = 3.0
_CELL_GAP = 1.9


def reading_order(segments: Sequence[Line], depth: int = 0) -> list[list[Line]]:
    """Returns the regions of a page in reading order, each as lines from top to bottom.

    Args:
        segments: Runs of characters of one page.
        depth: How many cuts led here.
    """
    if not segments:
        return []
    parts = _cut(sorted(segments, key=lambda line: (line.top, line.left))) if depth < _MAX_DEPTH else None
    if parts is None:
        return [_merge_rows(group_rows(segments))]
    return [region for part in parts for region in reading_order(part, depth + 1)]


def _cut(segments: list[Line]) -> list[list[Line]] | None:
    """Returns what is above, left of, right of and below the best gutter; None without one."""
    gap = 0.8 * median(line.height for line in segments)
    best: tuple[int, int, float] | None = None
    for edge in _candidates(segments):
        for first, last in _clear_runs(segments, edge, gap):
            if (best is None or last - first > best[1] - best[0]) and _is_gutter(segments[first:last], edge):
                best = first, last, edge
    if best is None:
        return None
    first, last, edge = best
    while segments[first].left >= edge:
        first += 1
    inside = segments[first:last]
    left = [line for line in inside if line.left < edge]
    right = [line for line in inside if line.left >= edge]
    return [segments[:first], left, right, segments[last:]]


def _candidates(segments: list[Line]) -> list[float]:
    """Returns left edges that several segments share, the commonest first, the outermost left out."""
    edges = Counter(round(line.left / 2) for line in segments)
    outermost = min(edges)
    common = [edge for edge, count in edges.most_common(_CANDIDATES) if count >= 2 and edge > outermost + 10]
    return [edge * 2 - 3.0 for edge in common]


def _clear_runs(segments: list[Line], edge: float, gap: float) -> Iterator[tuple[int, int]]:
    """Yields ranges of consecutive segments none of which crosses a gutter that ends at an edge."""
    first = 0
    for index, line in enumerate(segments):
        if line.left < edge and line.right > edge - gap + 3.0:
            if index - first >= 2 * _MIN_ROWS:
                yield first, index
            first = index + 1
    if len(segments) - first >= 2 * _MIN_ROWS:
        yield first, len(segments)


def _is_gutter(segments: list[Line], edge: float) -> bool:
    left = [line for line in segments if line.left < edge]
    right = [line for line in segments if line.left >= edge]
    return _is_prose(left) and _is_prose(right)


def _is_prose(side: list[Line]) -> bool:
    """Says whether the rows of a column are mostly filled with words, as running text is."""
    if len(side) < _MIN_ROWS:
        return False
    rows = group_rows(side)
    width = max(line.right for line in side) - min(line.left for line in side)
    filled = [row for row in rows if row[-1].right - row[0].left >= 0.7 * width]
    lengths = [sum(len(line.text) for line in row) for row in rows]
    return len(rows) >= _MIN_ROWS and len(filled) >= 0.45 * len(rows) and median(lengths) >= _MIN_CHARACTERS


def _merge_rows(rows: list[list[Line]]) -> list[Line]:
    """Returns one line per row; rows of a table have their cells divided by a bar."""
    rows = [_cells(row) for row in rows]
    tabular = _table_rows(rows)
    return [
        replace(join(row, " | "), cells=len(row)) if number in tabular else join(row, " ")
        for number, row in enumerate(rows)
    ]


def _cells(row: list[Line]) -> list[Line]:
    """Joins what only a narrow gap divides, and a clause number with what it numbers."""
    cells = [row[0]]
    for line in row[1:]:
        narrow = line.left - cells[-1].right < _CELL_GAP * max(line.height, cells[-1].height)
        if narrow or (len(cells) == 1 and is_marker(cells[0].text)):
            cells[-1] = join([cells[-1], line], " ")
        else:
            cells.append(line)
    return cells


def _table_rows(rows: list[list[Line]]) -> set[int]:
    """Returns the numbers of rows that are aligned with a row before or after them.

    Two rows of two cells may be aligned by accident; three rows or three cells are a table.
    """
    pairs = [_aligned(one, other) for one, other in pairwise(rows)]
    found: set[int] = set()
    first = 0
    for number in range(len(rows)):
        if number < len(pairs) and pairs[number]:
            continue
        if number - first >= 2 or (number > first and len(rows[first]) > 2):
            found.update(range(first, number + 1))
        first = number + 1
    return found


def _aligned(one: list[Line], other: list[Line]) -> bool:
    """Says whether each cell of the shorter row stands under or above one of the longer row."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 2 or any("__" in line.text for line in (*one, *other)):
        return False
    return all(
        any(abs(a.left - b.left) < _ALIGNED or abs(a.right - b.right) < _ALIGNED for b in longer[1:])
        for a in shorter[1:]
    )
