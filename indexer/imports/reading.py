"""Reads what people marked elsewhere as words of a named document, whatever the format."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.training.findings import Findings
from indexer.training.formats import FORMATS, UnknownFormatError, detect, text_of_bytes
from indexer.training.marked import MarkedText, Source
from indexer.training.names import LabelNames
from indexer.training.spans import Span, read_spans
from models.packs import Pack

FORMAT_NAMES = tuple(FORMATS)


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a document that carry a label.

    Attributes:
        place: Where the file says so.
        near: The offset that it gives them; the nearest of equal words is meant.
    """

    place: str
    label: str
    text: str
    near: int


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """What a file says of one document.

    Attributes:
        name: As the file calls it.
        place: Where the file first speaks of it.
        words: In the order of the file.
        passage: Its text, where the file speaks of one passage; else empty.
        labels: Those of that passage.
        looked_for: Labels that were looked for in all of it.
    """

    name: str
    place: str
    words: tuple[Words, ...]
    passage: str
    labels: frozenset[str]
    looked_for: frozenset[str]


def read_marked(
    content: bytes, name: str, form: str, pack: Pack, findings: Findings
) -> Iterator[MarkedDocument]:
    """Yields what a file says, document by document; what cannot be used is among the findings.

    Args:
        content: Of the file.
        name: Of the file, for people.
        form: Name of its format in ``FORMATS``; empty to find out.
        pack: Whose labels are meant.
        findings: Where to say what is wrong.
    """
    text = text_of_bytes(content)
    source = Source(name, text, LabelNames(pack), findings)
    try:
        chosen = form or detect(text)
    except UnknownFormatError as error:
        source.problem(error.place, str(error))
        return
    if chosen == "spans":
        yield from _of_spans(source)
    else:
        yield from (_of_text(each, source) for each in FORMATS[chosen](source))


def _of_spans(source: Source) -> Iterator[MarkedDocument]:
    by_file: dict[str, list[Span]] = defaultdict(list)
    for span in read_spans(source):
        by_file[span.file].append(span)
    for file, spans in by_file.items():
        words, doubtful = [], set()
        for span in spans:
            label = source.risk(span.place, span.category)
            if label is None:
                continue
            if not isinstance(span.text, str) or not span.text.strip() or not isinstance(span.start, int):
                source.problem(
                    span.place, f"{label}: text {span.text!r} and start {span.start!r} name no words"
                )
                doubtful.add(label)
                continue
            words.append(Words(span.place, label, span.text, span.start))
        looked_for = frozenset(source.names.labels) - doubtful
        yield MarkedDocument(file, spans[0].place, tuple(words), "", frozenset(), looked_for)


def _of_text(marked: MarkedText, source: Source) -> MarkedDocument:
    words = tuple(
        Words(marked.place, mark.label, marked.text[mark.start : mark.end], mark.start)
        for mark in marked.marks
    )
    looked_for = frozenset(source.names.labels) if marked.judged is None else marked.judged
    alone = marked.text if marked.is_passage or (marked.labels and not marked.marks) else ""
    return MarkedDocument(marked.document, marked.place, words, alone, marked.labels, looked_for)
