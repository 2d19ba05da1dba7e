"""Sends what changed in the records to the index, idempotently; rows of the outbox are the list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, select

from indexer.errors import IndexUnavailableError
from indexer.index.protocol import ChunkIndex, IndexStatus
from indexer.project import indexed_chunks
from indexer.records import schema
from indexer.records.database import writing
from models.packs import Pack

# The index is given so many passages at once; a longer document goes alone.
BATCH_CHUNKS = 2000


@dataclass(frozen=True, slots=True)
class Change:
    """A document whose projection is out of date.

    Attributes:
        seq: Its newest row in the outbox.
        active: Whether it is to be in the index.
        chunks: Number of its passages; 0 unless active.
    """

    document: str
    seq: int
    active: bool
    chunks: int


def apply_outbox(engine: Engine, index: ChunkIndex, packs: Mapping[str, Pack]) -> int:
    """Brings the index up to the records; returns how many documents were sent to it.

    Raises:
        IndexUnavailableError: There is no index, or it was made with another encoder than the records
            have vectors of; a rebuild mends both.
        WriterBusyError: Another process writes the index.
    """
    status = index.status()
    _check_position(engine, status)
    changed = 0
    with engine.connect() as connection:
        batches = list(_batches(pending(connection, status.position)))
    for batch in batches:
        _apply_batch(engine, index, packs, status.encoder, batch)
        changed += len(batch)
    return changed


def pending(connection: Connection, position: int) -> list[Change]:
    """Returns the documents that changed after a position, each once, in order of their newest change."""
    outbox, documents, chunks = schema.outbox, schema.documents, schema.chunks
    newest = (
        select(outbox.c.document, func.max(outbox.c.seq).label("seq"))
        .where(outbox.c.seq > position)
        .group_by(outbox.c.document)
        .subquery()
    )
    size = (
        select(func.count())
        .where(chunks.c.document == documents.c.id, documents.c.status == "active")
        .scalar_subquery()
    )
    query = select(newest.c.document, newest.c.seq, documents.c.status, size.label("chunks"))
    rows = connection.execute(
        query.join_from(newest, documents, documents.c.id == newest.c.document).order_by(newest.c.seq)
    )
    return [Change(row.document, row.seq, row.status == "active", row.chunks) for row in rows]


def last_position(connection: Connection) -> int:
    """Returns the number of the newest change; 0 where nothing ever changed."""
    return connection.execute(select(func.max(schema.outbox.c.seq))).scalar() or 0


def _check_position(engine: Engine, status: IndexStatus) -> None:
    with engine.connect() as connection:
        last = last_position(connection)
    if status.position > last:
        raise IndexUnavailableError(
            f"The index is ahead of the records (change {status.position}, they have {last}): it belongs to "
            "other records. Run: clausewatch rebuild"
        )


def _batches(changes: Sequence[Change]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    size = 0
    for change in changes:
        if batch and size + change.chunks > BATCH_CHUNKS:
            yield batch
            batch, size = [], 0
        batch.append(change)
        size += change.chunks
    if batch:
        yield batch


def _apply_batch(
    engine: Engine, index: ChunkIndex, packs: Mapping[str, Pack], encoder: str, batch: Sequence[Change]
) -> None:
    active = [change.document for change in batch if change.active]
    removed = [change.document for change in batch if not change.active]
    position = batch[-1].seq
    with engine.connect() as connection:
        upserts = list(indexed_chunks(connection, packs, encoder, active))
    present = {chunk.document for chunk in upserts}
    # A document without passages would otherwise keep the ones it had.
    removed += [document for document in active if document not in present]
    index.apply(upserts, removed, position)
    with writing(engine) as connection:
        _prune(connection, position)


def _prune(connection: Connection, position: int) -> None:
    """Deletes applied rows that a newer row of the same document stands for."""
    outbox, newer = schema.outbox, schema.outbox.alias()
    later = select(newer.c.seq).where(newer.c.document == outbox.c.document, newer.c.seq > outbox.c.seq)
    connection.execute(delete(outbox).where(outbox.c.seq <= position, later.exists()))
