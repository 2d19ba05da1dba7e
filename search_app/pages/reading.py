"""A document's text for reading: parts of bearable length, passages, paragraphs, marks."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from indexer.documents import Block, BlockKind
from indexer.records.read import ChunkRecord
from models.labels import Severity
from search_app.labels import NOTHING_SAID, LabelMaker
from search_app.pages.hits import label_spans
from search_app.pages.passages import Span, marked
from search_app.results import HitLabel

PART = 40_000
SLICE = 4_000
HEADING = 160
MAX_FOUND = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of the text that is read as one passage; ``chunk`` is None where none was recorded."""

    start: int
    end: int
    chunk: ChunkRecord | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph to print; ``kind`` is the block's, ``level`` its depth."""

    kind: str
    level: int
    html: Markup


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage to print; ``severity`` is that of its gravest label."""

    key: int
    id: str
    section: str
    page: int | None
    paragraphs: tuple[Paragraph, ...]
    labels: tuple[HitLabel, ...]
    unsure: tuple[HitLabel, ...]
    outvoted: tuple[HitLabel, ...]
    denied: tuple[HitLabel, ...]
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class _Source:
    """A document's text and blocks; ``starts`` are the blocks' own, for looking one up."""

    text: str
    blocks: Sequence[Block]
    starts: Sequence[int]


def stretches(text: str, chunks: Sequence[ChunkRecord]) -> list[Stretch]:
    """Cuts the whole text at the beginnings of its passages; without passages, at line breaks."""
    if not chunks:
        return list(_slices(text))
    ordered = sorted(chunks, key=lambda chunk: (chunk.start, chunk.end))
    starts = [0] + [chunk.start for chunk in ordered[1:]]
    ends = [*starts[1:], len(text)]
    return [
        Stretch(start, end, chunk)
        for start, end, chunk in zip(starts, ends, ordered, strict=True)
        if start < end
    ]


def parts(pieces: Sequence[Stretch], length: int = PART) -> list[Sequence[Stretch]]:
    """Divides a document into runs of passages of at most about ``length`` characters."""
    result: list[Sequence[Stretch]] = []
    first = 0
    for index, piece in enumerate(pieces):
        if index > first and piece.end - pieces[first].start > length:
            result.append(pieces[first:index])
            first = index
    return [*result, pieces[first:]] if pieces else [()]


def find(text: str, wanted: str) -> list[Span]:
    """Returns where some words stand, whatever the blanks and capitals; at most 1,000 places."""
    words = wanted.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    found = []
    for match in pattern.finditer(text):
        found.append(Span(match.start(), match.end()))
        if len(found) == MAX_FOUND:
            break
    return found


def read_passages(
    text: str, blocks: Sequence[Block], pieces: Sequence[Stretch], labels: LabelMaker, found: Sequence[Span]
) -> list[ReadPassage]:
    """Returns the passages of a part, ready to print, with labels and found words marked."""
    source = _Source(text, blocks, [block.start for block in blocks])
    return [_passage(source, piece, labels, found) for piece in pieces]


def _passage(source: _Source, piece: Stretch, labels: LabelMaker, found: Sequence[Span]) -> ReadPassage:
    chunk = piece.chunk
    shown = labels.of(chunk) if chunk else NOTHING_SAID
    spans = [span for span in found if span.start < piece.end and span.end > piece.start]
    if chunk:
        spans += label_spans((*shown.labels, *shown.unsure), chunk.start)
    return ReadPassage(
        key=chunk.key if chunk else 0,
        id=chunk.id if chunk else "",
        section=chunk.section if chunk else "",
        page=chunk.page if chunk else None,
        paragraphs=tuple(
            Paragraph(kind, level, marked(source.text, start, end, spans))
            for kind, level, start, end in _paragraphs(source, piece)
        ),
        labels=shown.labels,
        unsure=shown.unsure,
        outvoted=shown.outvoted,
        denied=shown.denied,
        severity=max((label.severity for label in shown.labels), default=None),
    )


def _paragraphs(source: _Source, piece: Stretch) -> Iterator[tuple[str, int, int, int]]:
    text, at = source.text, piece.start
    for block in source.blocks[max(0, bisect_right(source.starts, piece.start) - 1) :]:
        if block.start >= piece.end:
            break
        start, end = max(at, block.start), min(piece.end, block.end)
        if text[at:start].strip():
            yield BlockKind.PARAGRAPH, 0, at, start
        if text[start:end].strip():
            kind = block.kind
            if kind is BlockKind.HEADING and block.end - block.start > HEADING:
                kind = BlockKind.PARAGRAPH
            yield kind, min(block.level, 6), start, end
        at = max(at, end)
    if text[at : piece.end].strip():
        yield BlockKind.PARAGRAPH, 0, at, piece.end


def _slices(text: str) -> Iterator[Stretch]:
    start = 0
    while start < len(text):
        cut = text.find("\n", start + SLICE)
        end = len(text) if cut < 0 or cut - start > 2 * SLICE else cut + 1
        end = min(end, start + 2 * SLICE)
        yield Stretch(start, end, None)
        start = end
