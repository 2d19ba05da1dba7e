"""Finds a document's sections, from the blocks that its format gives and from the text itself."""

from indexer.chunk.headings import Heading, find_headings
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
    for block in stated:
        start = block.start + len(text[block.start : block.end]) - len(text[block.start : block.end].lstrip())
        if start not in numbered and text[start : block.end].strip():
            headings.append(_stated_heading(text, start, block))
    return build_outline(text, markers, sorted(headings, key=lambda heading: heading.start))


def _stated_heading(text: str, start: int, block: Block) -> Heading:
    end = start + len(text[start : block.end].rstrip())
    end = min(end, start + _LONGEST_HEADING)
    return Heading(start, end, 0 if is_capitals(text[start:end]) else 1, block.level)


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
