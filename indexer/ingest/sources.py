"""Where documents lie: what stands at a place, what stood there before, and what is gone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from indexer.ingest.values import File, Outcome
from indexer.records import schema
from indexer.records.database import take_turn
from indexer.records.write import insert_new

UPLOAD = "upload/"
ACTIVE, SUPERSEDED, REMOVED = "active", "superseded", "removed"
_sources = schema.sources


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document was placed: the source's id, and what that means for the file."""

    source: int
    document: str
    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """The source of an attachment, with its document."""

    id: int
    uri: str
    bytes: int
    document: str
    digest: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that was found at a file's place; ``mail`` is where the file that holds it was placed."""

    collection: str
    file: File
    document: str
    now: str
    mail: Place | None = None


def place(connection: Connection, arrival: Arrival, *, fresh: bool) -> Place:
    """Notes that a document lies where the file is; what lay there before becomes an older version.

    ``fresh`` says that the document's content was written just now.
    """
    document, now = arrival.document, arrival.now
    here = _source_at(connection, arrival.collection, arrival.file.uri)
    if here is not None and here.document == document and here.gone_at is None:
        _touch(connection, here.id, arrival)
        return Place(here.id, document, Outcome.INDEXED if fresh else Outcome.UNCHANGED)
    others = live_sources(connection, document, arrival.file.uri)
    moved = next((other for other in others if _has_gone(other, arrival.mail)), None)
    source = _move_or_put(connection, arrival, here, moved)
    revived = _revive(connection, document, now)
    if here is not None and here.document != document:
        retire(connection, here.document, SUPERSEDED, now)
    if fresh:
        return Place(source, document, Outcome.INDEXED)
    if moved is not None:
        return Place(source, document, Outcome.UNCHANGED, f"Moved from {moved.uri}.")
    if others:
        return Place(source, document, Outcome.DUPLICATE, f"The same file as {others[0].uri}.")
    reason = "Searchable again; its text was known." if revived else None
    return Place(source, document, Outcome.INDEXED, reason)


def children_of(connection: Connection, source: int) -> list[Child]:
    """Returns the live sources of the attachments of a mail at a source, in order of their names."""
    documents = schema.documents
    query = (
        select(_sources.c.id, _sources.c.uri, _sources.c.bytes, _sources.c.document, documents.c.digest)
        .join_from(_sources, documents, _sources.c.document == documents.c.id)
        .where(_sources.c.parent == source, _sources.c.gone_at.is_(None))
        .order_by(_sources.c.uri)
    )
    return [Child(*row) for row in connection.execute(query)]


def drop_children(connection: Connection, source: int, kept: Collection[str], now: str) -> None:
    """Notes that the attachments of a mail are gone, but for those that are kept, by uri."""
    for child in children_of(connection, source):
        if child.uri not in kept:
            remove(connection, child.id, child.document, now)


def remove(connection: Connection, source: int, document: str, now: str) -> None:
    """Notes that a source is gone with its attachments; a document without any other leaves the search."""
    connection.execute(update(_sources).where(_sources.c.id == source).values(gone_at=now))
    drop_children(connection, source, (), now)
    retire(connection, document, REMOVED, now)


def retire(connection: Connection, document: str, status: str, now: str) -> None:
    """Takes a document out of the search unless a live source still has it."""
    if live_sources(connection, document):
        return
    table = schema.documents
    own = (table.c.id == document) & (table.c.status == ACTIVE)
    if connection.execute(update(table).where(own).values(status=status)).rowcount:
        enqueue(connection, document, now)


def enqueue(connection: Connection, document: str, now: str) -> None:
    """Notes that the index is out of date for a document."""
    take_turn(connection)
    connection.execute(insert(schema.outbox).values(document=document, created_at=now))


def _revive(connection: Connection, document: str, now: str) -> bool:
    table = schema.documents
    own = (table.c.id == document) & (table.c.status != ACTIVE)
    revived = connection.execute(update(table).where(own).values(status=ACTIVE)).rowcount > 0
    if revived:
        enqueue(connection, document, now)
    return revived


def live_sources(connection: Connection, document: str, besides: str = "") -> Sequence[Row[Any]]:
    """Returns the sources that still have a document, oldest first, but for the one at ``besides``."""
    query = select(_sources).where(
        _sources.c.document == document, _sources.c.gone_at.is_(None), _sources.c.uri != besides
    )
    return connection.execute(query.order_by(_sources.c.id)).all()


def _source_at(connection: Connection, collection: str, uri: str) -> Row[Any] | None:
    query = select(_sources).where(_sources.c.collection == collection, _sources.c.uri == uri)
    return connection.execute(query).first()


def _has_gone(other: Row[Any], mail: Place | None) -> bool:
    """Returns whether a source that is thought live has left its place, so that the file was moved."""
    if other.parent is not None:
        # The same attachment of the same mail under another address: the mail itself was moved.
        return mail is not None and other.parent == mail.source
    return not other.uri.startswith(UPLOAD) and not Path(other.uri).exists()


def _move_or_put(
    connection: Connection, arrival: Arrival, here: Row[Any] | None, moved: Row[Any] | None
) -> int:
    if moved is None or here is not None:
        source = _put(connection, arrival, here)
        if moved is not None:
            remove(connection, moved.id, arrival.document, arrival.now)
        return source
    values = {"uri": arrival.file.uri, "parent": arrival.mail.source if arrival.mail else None}
    connection.execute(update(_sources).where(_sources.c.id == moved.id).values(**values))
    _touch(connection, moved.id, arrival)
    return int(moved.id)


def _put(connection: Connection, arrival: Arrival, here: Row[Any] | None) -> int:
    if here is None:
        source, version = _insert(connection, arrival), 1
    else:
        source = int(here.id)
        version = here.version + (here.document != arrival.document)
        values = {
            "document": arrival.document,
            "version": version,
            "parent": arrival.mail.source if arrival.mail else None,
            "gone_at": None,
        }
        connection.execute(update(_sources).where(_sources.c.id == source).values(**values))
        _touch(connection, source, arrival)
    row = {"source": source, "version": version, "document": arrival.document, "seen_at": arrival.now}
    insert_new(connection, schema.source_versions, [row])
    return source


def _insert(connection: Connection, arrival: Arrival) -> int:
    statement = insert(_sources).values(
        collection=arrival.collection,
        uri=arrival.file.uri,
        parent=arrival.mail.source if arrival.mail else None,
        document=arrival.document,
        version=1,
        bytes=arrival.file.bytes,
        modified_ns=arrival.file.modified_ns,
        first_seen=arrival.now,
        last_seen=arrival.now,
    )
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])


def _touch(connection: Connection, source: int, arrival: Arrival) -> None:
    values = {
        "bytes": arrival.file.bytes,
        "modified_ns": arrival.file.modified_ns,
        "last_seen": arrival.now,
    }
    connection.execute(update(_sources).where(_sources.c.id == source).values(**values))
