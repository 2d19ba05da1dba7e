"""Reads documents and passages; one function per question, one or two statements each."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, select
from sqlalchemy.sql.elements import ColumnElement

from indexer.documents import Block, Page
from indexer.errors import UnknownDocumentError
from indexer.records import schema
from indexer.records.codec import blocks_from_bytes, boxes_from_bytes
from indexer.records.labels import effective, prediction_from_row
from indexer.records.read_runs import run_files, run_record, run_records
from indexer.records.values import (
    ChunkRecord,
    DocumentRecord,
    RunFile,
    RunRecord,
    SourceRecord,
    Totals,
    VersionRecord,
)
from models.labels import LabelPrediction, Standing

__all__ = [
    "ChunkRecord",
    "DocumentRecord",
    "RunFile",
    "RunRecord",
    "SourceRecord",
    "Totals",
    "VersionRecord",
    "chunk_documents",
    "chunk_records",
    "collection_names",
    "document_chunks",
    "document_page",
    "document_record",
    "document_text",
    "run_files",
    "run_record",
    "run_records",
    "totals",
]

BATCH = 500  # keys per statement; SQLite binds 32,766 values at most

_SOURCE = (
    select(schema.sources.c.uri)
    .where(schema.sources.c.document == schema.documents.c.id)
    .order_by(schema.sources.c.gone_at.is_not(None), schema.sources.c.id)
    .limit(1)
    .scalar_subquery()
)
_CHUNKS = select(
    schema.chunks,
    schema.documents.c.collection,
    schema.documents.c.title,
    schema.documents.c.document_type,
    schema.documents.c.document_date,
    func.coalesce(_SOURCE, schema.documents.c.file_name).label("source"),
).join_from(schema.chunks, schema.documents)
_BY_KEYS = _CHUNKS.where(schema.chunks.c.key.in_(bindparam("keys", expanding=True)))
_BY_DOCUMENT = _CHUNKS.where(schema.chunks.c.document == bindparam("document")).order_by(
    schema.chunks.c.ordinal
)
_LABELS = select(schema.predictions).where(schema.predictions.c.chunk.in_(bindparam("keys", expanding=True)))


def chunk_records(connection: Connection, keys: Sequence[int]) -> dict[int, ChunkRecord]:
    """Returns the passages with these keys, in their order; a key that is not there is left out."""
    found = {}
    for batch in _batches(keys):
        rows = connection.execute(_BY_KEYS, {"keys": batch}).mappings().all()
        found.update({record.key: record for record in _with_labels(connection, rows)})
    return {key: found[key] for key in keys if key in found}


def chunk_documents(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    """Returns the ids of the documents that the passages with these keys belong to."""
    table = schema.chunks
    found = {}
    for batch in _batches(keys):
        query = select(table.c.key, table.c.document).where(table.c.key.in_(batch))
        found.update({row.key: row.document for row in connection.execute(query)})
    return found


def document_chunks(connection: Connection, document: str) -> list[ChunkRecord]:
    """Returns all passages of a document in reading order. Raises UnknownDocumentError."""
    rows = connection.execute(_BY_DOCUMENT, {"document": document}).mappings().all()
    if not rows:
        _document_row(connection, document)
    return _with_labels(connection, rows)


def neighbours(connection: Connection, key: int, characters: int = 400) -> tuple[str, str]:
    """Returns the end of the passage before one, and the beginning of the next; empty where there is none."""
    table = schema.chunks
    own = connection.execute(select(table.c.document, table.c.ordinal).where(table.c.key == key)).first()
    if own is None:
        return "", ""
    near = select(table.c.ordinal, table.c.text).where(
        table.c.document == own.document, table.c.ordinal.in_([own.ordinal - 1, own.ordinal + 1])
    )
    texts = {row.ordinal: row.text for row in connection.execute(near)}
    before, after = texts.get(own.ordinal - 1, ""), texts.get(own.ordinal + 1, "")
    return before[-characters:], after[:characters]


def labels_of(connection: Connection, texts: Mapping[int, str]) -> dict[int, tuple[LabelPrediction, ...]]:
    """Returns what counts of passages, sure or not, given their keys and texts; only keys with labels."""
    return {key: effective(found) for key, found in predictions_of(connection, texts).items()}


def predictions_of(connection: Connection, texts: Mapping[int, str]) -> dict[int, list[LabelPrediction]]:
    """Returns all that was said of passages, given their keys and texts; only keys of which anything was."""
    said: dict[int, list[LabelPrediction]] = defaultdict(list)
    for batch in _batches(list(texts)):
        for row in connection.execute(_LABELS, {"keys": batch}):
            said[row.chunk].append(prediction_from_row(row, texts[row.chunk]))
    return dict(said)


def document_record(connection: Connection, document: str) -> DocumentRecord:
    """Returns a document without its text. Raises UnknownDocumentError."""
    row = _document_row(connection, document)
    children = select(schema.documents.c.id).where(schema.documents.c.parent == document)
    return DocumentRecord(
        id=row["id"],
        collection=row["collection"],
        digest=row["digest"],
        title=row["title"],
        file_name=row["file_name"],
        media_type=row["media_type"],
        document_type=row["document_type"],
        date=_date(row["document_date"]),
        pages=row["pages"],
        characters=row["characters"],
        bytes=row["bytes"],
        warnings=tuple(json.loads(row["warnings"])),
        facts=json.loads(row["facts"]),
        parent=row["parent"],
        children=tuple(connection.scalars(children.order_by(schema.documents.c.file_name))),
        unfamiliar=row["unfamiliar"],
        status=row["status"],
        sources=_sources(connection, document),
        versions=_versions(connection, document),
        created_at=row["created_at"],
    )


def document_text(connection: Connection, document: str) -> tuple[str, tuple[Block, ...]]:
    """Returns a document's text and its blocks. Raises UnknownDocumentError."""
    table = schema.document_texts
    row = connection.execute(select(table).where(table.c.document == document)).first()
    if row is None:
        raise _unknown(document)
    return row.text, blocks_from_bytes(row.blocks)


def document_page(connection: Connection, document: str, number: int) -> Page:
    """Returns a page with its character boxes; ``number`` from 1. Raises UnknownDocumentError."""
    table = schema.document_pages
    query = select(table).where(table.c.document == document, table.c.number == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownDocumentError(f"There is no page {number} in a document {document[:80]!r}")
    boxes = boxes_from_bytes(row["boxes"])
    return Page(row["number"], row["start"], row["end"], row["width"], row["height"], boxes)


def collection_names(connection: Connection) -> list[str]:
    """Returns the names of all collections, in order of the alphabet."""
    return list(connection.scalars(select(schema.collections.c.name).order_by("name")))


def newest_documents(connection: Connection, limit: int) -> list[tuple[str, str]]:
    """Returns id and title of the documents that came last, the newest first."""
    table = schema.documents
    query = select(table.c.id, table.c.title).where(table.c.status == "active")
    rows = connection.execute(query.order_by(table.c.created_at.desc(), table.c.id).limit(limit))
    return [(row.id, row.title) for row in rows]


def totals(connection: Connection) -> dict[str, Totals]:
    """Returns the number of active documents and of their chunks in each collection."""
    active = schema.documents.c.status == "active"
    documents = _counts(connection, select(schema.documents.c.collection, func.count()).where(active))
    chunks = _counts(
        connection,
        select(schema.documents.c.collection, func.count())
        .join_from(schema.chunks, schema.documents)
        .where(active),
    )
    names = collection_names(connection)
    return {name: Totals(documents.get(name, 0), chunks.get(name, 0)) for name in names}


def unfamiliar_passages(connection: Connection) -> dict[str, int]:
    """Returns for each collection how many passages are in words that its classifier did not learn from."""
    table = schema.documents
    query = select(table.c.collection, func.sum(table.c.unfamiliar)).where(table.c.status == "active")
    return {name: count for name, count in _counts(connection, query).items() if count}


def _counts(connection: Connection, query: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query.group_by("collection"))}


def _with_labels(connection: Connection, rows: Sequence[RowMapping]) -> list[ChunkRecord]:
    said = predictions_of(connection, {row["key"]: row["text"] for row in rows})
    return [_chunk(row, said.get(row["key"], ())) for row in rows]


def _chunk(row: RowMapping, said: Sequence[LabelPrediction]) -> ChunkRecord:
    counts = effective(said)
    return ChunkRecord(
        key=row["key"],
        id=row["id"],
        document=row["document"],
        collection=row["collection"],
        title=row["title"],
        source=row["source"],
        document_type=row["document_type"],
        date=_date(row["document_date"]),
        section=row["section"],
        page=row["page"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        labels=tuple(item for item in counts if item.standing is Standing.SPEAKS),
        unsure=tuple(item for item in counts if item.standing is Standing.UNSURE),
        outvoted=tuple(item for item in said if item.standing is Standing.OUTVOTED),
        denied=tuple(item for item in said if item.standing is Standing.DENIED),
    )


def _document_row(connection: Connection, document: str) -> RowMapping:
    query = select(schema.documents).where(schema.documents.c.id == document)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise _unknown(document)
    return row


def _sources(connection: Connection, document: str) -> tuple[SourceRecord, ...]:
    table = schema.sources
    query = select(table).where(table.c.document == document)
    rows = connection.execute(query.order_by(table.c.gone_at.is_not(None), table.c.id))
    return tuple(
        SourceRecord(row.uri, row.version, row.first_seen, row.last_seen, row.gone_at) for row in rows
    )


def _versions(connection: Connection, document: str) -> tuple[VersionRecord, ...]:
    sources, versions = schema.sources, schema.source_versions
    mine: ColumnElement[bool] = sources.c.id.in_(
        select(versions.c.source).where(versions.c.document == document)
    )
    query = select(sources.c.uri, versions).join_from(versions, sources).where(mine)
    rows = connection.execute(query.order_by(sources.c.id, versions.c.version))
    return tuple(VersionRecord(row.uri, row.version, row.document, row.seen_at) for row in rows)


def _unknown(document: str) -> UnknownDocumentError:
    return UnknownDocumentError(f"There is no document {document[:80]!r}")


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _batches(keys: Sequence[int]) -> Iterable[list[int]]:
    return (list(keys[start : start + BATCH]) for start in range(0, len(keys), BATCH))
