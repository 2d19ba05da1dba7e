"""Plain text and separated values: the text stays as it is, only its blocks are found."""

from collections.abc import Iterator

from indexer.documents import Block, BlockKind, Document
from indexer.extract.assemble import default_title, guess_title
from indexer.extract.decode import decode
from indexer.extract.headings import heading_level, starts_clause

_HARD_WRAP = 120
_INDENT = 3

Line = tuple[int, int]
"""Offsets of a line's first character that is not blank and after its last."""


def read(content: bytes, file_name: str) -> Document:
    """Reads a text file; nothing but line endings is changed."""
    text = normalise_line_ends(decode(content))
    blocks = tuple(find_blocks(text))
    title = guess_title(text, blocks) or default_title(file_name)
    return Document(text=text, title=title, media_type="text/plain", blocks=blocks)


def read_csv(content: bytes, file_name: str) -> Document:
    """Reads separated values; each line is a row."""
    text = normalise_line_ends(decode(content))
    blocks = tuple(Block(BlockKind.TABLE_ROW, start, end) for start, end in lines_of(text) if end > start)
    return Document(text=text, title=default_title(file_name), media_type="text/csv", blocks=blocks)


def normalise_line_ends(text: str) -> str:
    """Returns the text with line feeds as its only line endings."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str) -> Iterator[Line]:
    """Yields the offsets of each line without the blanks around it; start == end for a blank one."""
    start = 0
    for raw in text.split("\n"):
        body = raw.strip(" \t\f\v\xa0\ufeff")
        first = start + (raw.index(body) if body else 0)
        yield first, first + len(body)
        start += len(raw) + 1


def find_blocks(text: str) -> Iterator[Block]:
    """Yields headings, list items and paragraphs of a text, in order, blank lines left out.

    In a text whose lines are wrapped at a fixed width, a paragraph goes on until an empty line, a
    numbered clause, a heading or a deeper indent; otherwise each line is a paragraph of its own.
    """
    lines = list(lines_of(text))
    wrapped = is_hard_wrapped(lines)
    group: list[Line] = []
    indent = 0
    for start, end in lines:
        deeper = start - text.rfind("\n", 0, start) - 1 - indent
        heading = heading_level(text[start:end]) is not None
        if group and (
            start == end or heading or not wrapped or _starts_block(text, group[-1], (start, end), deeper)
        ):
            yield _block(text, group)
            group = []
        if end > start:
            group.append((start, end))
            indent += deeper
        if heading:
            yield _block(text, group)
            group = []
    if group:
        yield _block(text, group)


def is_hard_wrapped(lines: list[Line]) -> bool:
    """Says whether nearly all lines are as short as a typewriter's."""
    lengths = sorted(end - start for start, end in lines if end > start)
    return bool(lengths) and lengths[int(0.95 * (len(lengths) - 1))] <= _HARD_WRAP


def _starts_block(text: str, before: Line, line: Line, deeper: int) -> bool:
    return deeper >= _INDENT or starts_clause(text[slice(*line)], after=text[slice(*before)])


def _block(text: str, group: list[Line]) -> Block:
    start, end = group[0][0], group[-1][1]
    level = heading_level(text[start:end]) if len(group) == 1 else None
    if level:
        return Block(BlockKind.HEADING, start, end, level=level)
    kind = BlockKind.LIST_ITEM if starts_clause(text[start:end]) else BlockKind.PARAGRAPH
    return Block(kind, start, end)
