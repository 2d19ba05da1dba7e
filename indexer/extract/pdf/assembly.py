"""Puts the paragraphs of a PDF into one text, with a box for each character of each page."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.documents import Block, BlockKind, Page
from indexer.errors import ExtractionError
from indexer.extract.limits import MAX_CHARACTERS
from indexer.extract.pdf.lines import blank_boxes
from indexer.extract.pdf.paragraphs import Paragraph, joint

_CLOSE = {BlockKind.TABLE_ROW, BlockKind.LIST_ITEM}


def assemble(
    paragraphs: Sequence[Paragraph], sizes: Sequence[tuple[float, float]], words: Counter[str]
) -> tuple[str, tuple[Block, ...], tuple[Page, ...]]:
    """Returns text, blocks and pages that agree with one another.

    Args:
        paragraphs: In reading order; their lines' pages never go back.
        sizes: Width and height of each page in points.
        words: How often each word occurs, to decide on hyphens.
    """
    writer = _Writer()
    blocks: list[Block] = []
    for paragraph in paragraphs:
        if blocks:
            close = paragraph.kind in _CLOSE and blocks[-1].kind is paragraph.kind
            writer.separate("\n" if close else "\n\n", paragraph.lines[0].page)
        start = writer.length
        _write_lines(writer, paragraph, words)
        page = paragraph.lines[0].page
        blocks.append(Block(paragraph.kind, start, writer.length, page=page, level=paragraph.level))
    return writer.text, tuple(blocks), writer.pages(sizes)


def _write_lines(writer: "_Writer", paragraph: Paragraph, words: Counter[str]) -> None:
    lines = paragraph.lines
    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else None
        dropped, between = joint(line.text, following.text, words) if following else (0, "")
        length = len(line.text) - dropped
        writer.write(line.text[:length], line.boxes[:length], line.page)
        if following and between:
            writer.separate(between, following.page)


class _Writer:
    """Collects text and boxes, and where each page starts and ends."""

    def __init__(self) -> None:
        self.length = 0
        self._parts: list[str] = []
        self._boxes: dict[int, list[NDArray[np.int16]]] = {}
        self._spans: dict[int, tuple[int, int]] = {}

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def write(self, text: str, boxes: NDArray[np.int16], page: int) -> None:
        start, _ = self._spans.get(page, (self.length, 0))
        self._boxes.setdefault(page, []).append(boxes)
        self._append(text)
        self._spans[page] = start, self.length

    def separate(self, separator: str, page: int) -> None:
        """Writes what stands between two lines; it is on a page only if both are."""
        if page in self._spans:
            self.write(separator, blank_boxes(len(separator)), page)
        else:
            self._append(separator)

    def pages(self, sizes: Sequence[tuple[float, float]]) -> tuple[Page, ...]:
        pages: list[Page] = []
        for number, (width, height) in enumerate(sizes, start=1):
            before = pages[-1].end if pages else 0
            start, end = self._spans.get(number, (before, before))
            boxes = np.concatenate(self._boxes.get(number, [blank_boxes(0)]))
            pages.append(Page(number, start, end, width, height, boxes))
        return tuple(pages)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)
        if self.length > MAX_CHARACTERS:
            raise ExtractionError("too_large", f"The text is longer than {MAX_CHARACTERS:,} characters.")
