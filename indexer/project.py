"""Projects records onto the index: passages with the vector, labels and facts that search needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, and_, func, select

from indexer.errors import IndexUnavailableError
from indexer.index.protocol import IndexedChunk, IndexedLabel
from indexer.records import schema
from indexer.records.codec import vector_from_bytes
from indexer.records.read import labels_of
from models.labels import LabelPrediction
from models.packs import Pack

PAGE = 2000
_PER_STATEMENT = 500
_chunks, _documents, _vectors = schema.chunks, schema.documents, schema.vectors
_ACTIVE = _documents.c.status == "active"


def indexed_chunks(
    connection: Connection, packs: Mapping[str, Pack], encoder: str, documents: Sequence[str]
) -> Iterator[IndexedChunk]:
    """Yields the passages of those of some documents that are active.

    ``encoder`` is the version of the encoder whose vectors are taken.

    Raises:
        IndexUnavailableError: A passage has no vector of that encoder.
    """
    for start in range(0, len(documents), _PER_STATEMENT):
        part = documents[start : start + _PER_STATEMENT]
        query = _query(encoder).where(_chunks.c.document.in_(part), _ACTIVE)
        yield from _projected(connection, packs, query.order_by(_chunks.c.document, _chunks.c.ordinal))


def all_indexed_chunks(
    engine: Engine, packs: Mapping[str, Pack], encoder: str
) -> Iterator[list[IndexedChunk]]:
    """Yields all active passages in order of their keys, 2,000 at a time.

    Raises:
        IndexUnavailableError: A passage has no vector of that encoder.
    """
    last = -1
    while True:
        query = _query(encoder).where(_ACTIVE, _chunks.c.key > last).order_by(_chunks.c.key).limit(PAGE)
        with engine.connect() as connection:
            page = list(_projected(connection, packs, query))
        if not page:
            return
        yield page
        last = page[-1].key


def active_chunks(connection: Connection) -> int:
    """Returns the number of passages of active documents."""
    query = select(func.count()).select_from(_chunks.join(_documents)).where(_ACTIVE)
    return connection.execute(query).scalar_one()


def texts_without_vector(connection: Connection, encoder: str, after: int, limit: int) -> list[Any]:
    """Returns key, text_hash and text of active passages without a vector, keys above ``after``."""
    query = (
        select(_chunks.c.key, _chunks.c.text_hash, _chunks.c.text)
        .join_from(_chunks, _documents)
        .outerjoin(_vectors, _same_text(encoder))
        .where(_ACTIVE, _vectors.c.text_hash.is_(None), _chunks.c.key > after)
        .order_by(_chunks.c.key)
        .limit(limit)
    )
    return list(connection.execute(query))


def _same_text(encoder: str) -> Any:  # noqa: ANN401 - SQLAlchemy's clauses have no common public type
    return and_(_vectors.c.text_hash == _chunks.c.text_hash, _vectors.c.encoder == encoder)


def _query(encoder: str) -> Select[Any]:
    return (
        select(
            _chunks.c.key,
            _chunks.c.document,
            _chunks.c.section,
            _chunks.c.text,
            _documents.c.collection,
            _documents.c.title,
            _documents.c.document_type,
            _documents.c.document_date,
            _vectors.c.vector,
        )
        .join_from(_chunks, _documents)
        .outerjoin(_vectors, _same_text(encoder))
    )


def _projected(
    connection: Connection, packs: Mapping[str, Pack], query: Select[Any]
) -> Iterator[IndexedChunk]:
    rows = connection.execute(query).mappings().all()
    labels = labels_of(connection, {row["key"]: row["text"] for row in rows})
    pack_of = {collection: packs[collection] for collection in {row["collection"] for row in rows}}
    for row in rows:
        yield _indexed(row, labels.get(row["key"], ()), pack_of[row["collection"]])


def _indexed(row: RowMapping, labels: Iterable[LabelPrediction], pack: Pack) -> IndexedChunk:
    if row["vector"] is None:
        raise IndexUnavailableError(
            "The records have passages without a vector of the index's encoder; the encoder was changed. "
            "Run: clausewatch rebuild"
        )
    stated = row["document_date"]
    return IndexedChunk(
        key=row["key"],
        document=row["document"],
        collection=row["collection"],
        title=row["title"],
        section=row["section"],
        text=row["text"],
        document_type=row["document_type"],
        date=date.fromisoformat(stated) if stated else None,
        labels=tuple(
            IndexedLabel(
                item.label,
                item.probability,
                item.source,
                pack.labels[item.label].severity,
                item.model,
                item.standing,
            )
            for item in labels
            if item.label in pack.labels  # one that the pack has dropped since is not searched for
        ),
        vector=vector_from_bytes(row["vector"]),
    )
