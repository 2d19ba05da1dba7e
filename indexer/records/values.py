"""What is read from the records, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.labels import LabelPrediction


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A passage with what a result shows of its document.

    Attributes:
        source: Where the document lies: a live source where there is one, the oldest first.
        start: Offset of the first character in the document's text; ``end`` after the last.
        labels: One per label, what outranks the rest; most probable first.
        unsure: The same for labels of which a model is not sure; no label is in both.
        outvoted: What lower sources say of labels that a higher one decides.
        denied: Labels of which people say that they do not apply.
    """

    key: int
    id: str
    document: str
    collection: str
    title: str
    source: str
    document_type: str
    date: date | None
    section: str
    page: int | None
    start: int
    end: int
    text: str
    labels: tuple[LabelPrediction, ...]
    unsure: tuple[LabelPrediction, ...] = ()
    outvoted: tuple[LabelPrediction, ...] = ()
    denied: tuple[LabelPrediction, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A place where a document lies or lay. ``gone_at`` is None while the file is there."""

    uri: str
    version: int
    first_seen: str
    last_seen: str
    gone_at: str | None


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of what stood at a source: ``version`` counts from 1."""

    uri: str
    version: int
    document: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document without its text.

    Attributes:
        pages: 0 where the format has none.
        characters: Length of the text.
        bytes: Length of the file.
        warnings: Sentences on what may be wrong with the text.
        facts: Strings worth showing: From, To, Author.
        parent: The mail that it was attached to.
        children: What was attached to it, by file name.
        unfamiliar: Number of passages in words that the classifier did not learn from.
        status: active, superseded or removed.
        sources: Where it lies; those that are gone last.
        versions: All versions of all its sources, oldest first.
    """

    id: str
    collection: str
    digest: str
    title: str
    file_name: str
    media_type: str
    document_type: str
    date: date | None
    pages: int
    characters: int
    bytes: int
    warnings: tuple[str, ...]
    facts: Mapping[str, str]
    parent: str | None
    children: tuple[str, ...]
    unfamiliar: int
    status: str
    sources: tuple[SourceRecord, ...]
    versions: tuple[VersionRecord, ...]
    created_at: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One ingest run.

    Attributes:
        origin: command, upload or watch.
        state: queued, running, done or interrupted.
        seconds: None until it ends.
        files: Files that it knows of so far.
        outcomes: Files by outcome; those that wait are in none.
    """

    id: str
    collection: str
    origin: str
    state: str
    started_at: str
    finished_at: str | None
    seconds: float | None
    files: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunFile:
    """What a run did with a file. ``outcome`` is None while it waits; ``reason`` is for people."""

    uri: str
    bytes: int
    outcome: str | None
    code: str | None
    reason: str | None
    document: str | None
    chunks: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Active documents and their chunks in a collection."""

    documents: int
    chunks: int
