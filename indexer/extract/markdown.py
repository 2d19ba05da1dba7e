"""Markdown: the text stays as it is; headings, lists and tables are recognised by their marks."""

import re
from collections.abc import Iterator

from indexer.documents import Block, BlockKind, Document
from indexer.extract.assemble import default_title, guess_title
from indexer.extract.decode import decode
from indexer.extract.plain import Line, lines_of, normalise_line_ends

_HEADING = re.compile(r"(#{1,6})\s+(?P<words>.*?)\s*#*")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s+\S")
_UNDERLINE = re.compile(r"=+|-+")
_FENCES = ("```", "~~~")


def read(content: bytes, file_name: str) -> Document:
    """Reads Markdown; nothing but line endings is changed, marks included."""
    text = normalise_line_ends(decode(content))
    blocks = tuple(find_blocks(text))
    title = guess_title(text, blocks) or default_title(file_name)
    return Document(text=text, title=title, media_type="text/markdown", blocks=blocks)


def find_blocks(text: str) -> Iterator[Block]:
    """Yields the blocks of a Markdown text; a heading's block spans its words without the marks."""
    group: list[Line] = []
    fenced = False
    for start, end in lines_of(text):
        line = text[start:end]
        if line.startswith(_FENCES):
            fenced = not fenced
        if not fenced and len(group) == 1 and _UNDERLINE.fullmatch(line) and len(line) > 2:
            yield Block(BlockKind.HEADING, *group.pop(), level=1 if line[0] == "=" else 2)
            continue
        single = None if fenced else _single(text, start, end)
        if group and (single or not line or (not fenced and _ITEM.match(line))):
            yield _paragraph(text, group)
            group = []
        if single:
            yield single
        elif line:
            group.append((start, end))
    if group:
        yield _paragraph(text, group)


def _single(text: str, start: int, end: int) -> Block | None:
    """Returns the block of a line that stands for itself: a heading or a table's row."""
    line = text[start:end]
    heading = _HEADING.fullmatch(line)
    if heading and heading["words"]:
        first, last = heading.span("words")
        return Block(BlockKind.HEADING, start + first, start + last, level=len(heading[1]))
    if line.startswith("|") and line.count("|") > 1:
        return Block(BlockKind.TABLE_ROW, start, end)
    return None


def _paragraph(text: str, group: list[Line]) -> Block:
    start, end = group[0][0], group[-1][1]
    item = _ITEM.match(text, start, end)
    return Block(BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH, start, end)
