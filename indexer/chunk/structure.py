"""Finds a document's sections, from the blocks that its format gives and from the text itself."""

from collections.abc import Sequence

from indexer.chunk.headings import Heading, find_headings, is_neutral
from indexer.chunk.markers import Marker, find_markers
from indexer.chunk.outline import Section, build_outline
from indexer.chunk.titles import is_capitals
from indexer.documents import Block, BlockKind, Document

_WITHOUT_SECTIONS = frozenset({BlockKind.TABLE_ROW, BlockKind.MAIL_HEADER, BlockKind.FOOTNOTE})
_LONGEST_HEADING = 200


def sections_of(document: Document) -> tuple[Section, ...]:
    """Returns the sections of a document in order; empty where it shows none."""
    text = document.text
    markers: list[Marker] = []
    headings: list[Heading] = []
    stated = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    for start, end in _running_text(document):
        markers.extend(find_markers(text, start, end))
        if not stated:
            headings.extend(find_headings(text, start, end))
    numbered = {marker.start for marker in markers}
    headings = [heading for heading in headings if heading.start not in numbered]
    by_start = {heading.start: heading for heading in _stated_headings(document, stated)}
    headings.extend(heading for start, heading in by_start.items() if start not in numbered)
    headings.sort(key=lambda heading: heading.start)
    return build_outline(text, markers, headings, by_start)


def _stated_headings(document: Document, blocks: Sequence[Block]) -> list[Heading]:
    """Returns the headings that the format marks, their levels from 1, without the document's title."""
    text = document.text
    blocks = [block for block in blocks if text[block.start : block.end].strip()]
    if len(blocks) > 1 and _is_title(document, blocks):
        blocks = blocks[1:]
    outermost = min((block.level for block in blocks if block.level), default=1)
    return [_stated_heading(text, block, outermost) for block in blocks]


def _is_title(document: Document, blocks: Sequence[Block]) -> bool:
    """Says whether the first heading is the title: it opens the text, alone at its level or by name."""
    first = blocks[0]
    if document.text[: first.start].strip("# \t\r\n"):  # a Markdown heading begins after its marks
        return False
    levels = [block.level for block in blocks]
    words = document.text[first.start : first.end].casefold().split()
    return words == document.title.casefold().split() or (
        levels[0] == min(levels) and levels.count(levels[0]) == 1
    )


def _stated_heading(text: str, block: Block, outermost: int) -> Heading:
    whole = text[block.start : block.end]
    start = block.start + len(whole) - len(whole.lstrip())
    title = whole.strip()[:_LONGEST_HEADING]
    level = block.level - outermost + 1 if block.level else 0
    return Heading(start, start + len(title), 0 if is_capitals(title) else 1, level, is_neutral(title))


def _running_text(document: Document) -> list[tuple[int, int]]:
    """Returns the stretches between table rows, mail headers and footnotes."""
    stretches = []
    start = 0
    for block in document.blocks:
        if block.kind in _WITHOUT_SECTIONS:
            if block.start > start:
                stretches.append((start, block.start))
            start = block.end
    stretches.append((start, len(document.text)))
    return stretches
