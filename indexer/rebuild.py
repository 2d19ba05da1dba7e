"""Builds the index anew from the records alone, beside the old one, and goes back if need be."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from sqlalchemy import Engine

from indexer.apply import apply_outbox, last_position
from indexer.encode import store_vectors, vector_rows
from indexer.errors import IndexUnavailableError, IndexUnreachableError, NewerIndexError, OtherEncoderError
from indexer.index.protocol import ChunkIndex, IndexedChunk, IndexStatus
from indexer.project import active_chunks, all_indexed_chunks, texts_without_vector
from indexer.records.database import writing
from models.packs import Pack
from models.protocols import Encoder

_BATCH_TEXTS = 256


class Report(Protocol):
    """What long work calls to say how far it is."""

    def __call__(self, done: int, total: int, detail: str = "") -> None:
        """Says that ``done`` of ``total`` units are finished; ``detail`` names what came last."""
        ...


def silent(done: int, total: int, detail: str = "") -> None:
    """Reports to nobody."""


def rebuild(
    engine: Engine,
    index: ChunkIndex,
    encoder: Encoder,
    packs: Mapping[str, Pack],
    report: Report = silent,
    *,
    relabelled: bool = False,
) -> IndexStatus:
    """Builds a new generation and switches to it; the old one is kept to go back to.

    No file is read, and only texts are encoded that have no vector of this encoder. Killed at any
    moment it leaves the old generation in place and keeps the vectors made so far. Call it while
    holding the writer lock. ``report`` is told passages done, of how many. ``relabelled`` says that labels
    are most of what changed since the index was last brought up.

    Raises:
        IndexUnavailableError: The new generation does not hold what the records hold.
        WriterBusyError: Another process writes the index.
    """
    encode_missing(engine, encoder, report)
    with engine.connect() as connection:
        position, expected = last_position(connection), active_chunks(connection)
    counter = _Counter(expected, report)
    with index.rebuild(encoder.version, encoder.dimension, relabelled=relabelled) as builder:
        builder.add(counter.counted(all_indexed_chunks(engine, packs, encoder.version)))
        if counter.done != expected:
            raise IndexUnavailableError(
                f"The records changed during the rebuild: {expected} passages were expected, "
                f"{counter.done} came. The old index is still in place; run the rebuild again"
            )
        builder.finish(position)
    return index.status()


def encode_missing(engine: Engine, encoder: Encoder, report: Report) -> None:
    """Encodes the texts that have no vector of an encoder yet; killed, it keeps what was made so far."""
    last, done = -1, 0
    with engine.connect() as connection:
        total = active_chunks(connection)
    while True:
        with engine.connect() as connection:
            missing = texts_without_vector(connection, encoder.version, last, _BATCH_TEXTS)
        if not missing:
            return
        rows = vector_rows(encoder, {row.text_hash: row.text for row in missing})
        with writing(engine) as connection:
            store_vectors(connection, rows)
        last, done = missing[-1].key, done + len(missing)
        report(done, total, "encoding")


def rollback(engine: Engine, index: ChunkIndex, packs: Mapping[str, Pack]) -> IndexStatus:
    """Goes back to the previous generation and brings it up to the records.

    Raises:
        IndexUnavailableError: There is no previous generation.
    """
    index.rollback()
    apply_outbox(engine, index, packs)
    return index.status()


def ensure_index(
    engine: Engine, index: ChunkIndex, encoder: Encoder, packs: Mapping[str, Pack]
) -> IndexStatus:
    """Returns the state of the index; one that is missing is built, where the vectors for it are there.

    Raises:
        IndexUnreachableError: The index is there, as far as one can tell, and does not answer.
        NewerIndexError: A newer version made the index and may still use it.
        OtherEncoderError: The index was made with another encoder: that is for a person to change.
        IndexUnavailableError: Building it would mean to encode the whole collection: that is for a person to
            start, with a rebuild.
    """
    try:
        status = index.status()
    except (IndexUnreachableError, NewerIndexError, OtherEncoderError):
        raise
    except IndexUnavailableError:
        with engine.connect() as connection:
            if texts_without_vector(connection, encoder.version, -1, 1):
                raise
        return rebuild(engine, index, encoder, packs)
    if status.encoder != encoder.version:
        raise OtherEncoderError(
            f"The index was made with the encoder {status.encoder}, the settings name {encoder.version}. "
            "Run: clausewatch rebuild"
        )
    return status


class _Counter:
    """Counts passages that go by."""

    def __init__(self, total: int, report: Report) -> None:
        self.done = 0
        self._total = total
        self._report = report

    def counted(self, pages: Iterator[list[IndexedChunk]]) -> Iterator[IndexedChunk]:
        for page in pages:
            yield from page
            self.done += len(page)
            self._report(self.done, self._total, "indexing")
