"""Counts what each document looks like, once: a look at all of them then reads numbers, not passages."""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select

from indexer.records import schema
from indexer.records.codec import vector_from_bytes, vector_to_bytes
from indexer.records.database import writing
from indexer.records.labels import MACHINES
from indexer.records.write import upsert
from models.labels import Standing

Report = Callable[[int, int, str], None]
_documents, _chunks, _vectors = schema.documents, schema.chunks, schema.vectors
_predictions, _profiles = schema.predictions, schema.document_profiles
# Documents that are counted together: what is in memory at one time.
BATCH = 50
_DIGITS = str.maketrans("", "", "0123456789")


def refresh(engine: Engine, encoder: str, report: Report) -> int:
    """Counts the documents that are new, were extracted anew, or have other labels; returns how many.

    What was counted is committed after each batch, so that a process that dies loses little.

    Args:
        engine: Of the records.
        encoder: Version of the encoder whose vectors are averaged.
        report: Called before each batch; may raise to end it.
    """
    done, last = 0, ""
    while True:
        with engine.connect() as connection:
            batch = _stale(connection, encoder, last)
            if not batch:
                return done
            report(done, done + len(batch), "counting documents")
            rows = _counted(connection, batch, encoder)
        with writing(engine) as connection:
            upsert(connection, _profiles, rows)
        done, last = done + len(batch), batch[-1].id


def _stale(connection: Connection, encoder: str, last: str) -> Sequence[Any]:
    own = _documents.c
    same = _profiles.c.made_from == _made_from(encoder)
    query = (
        select(own.id, own.labelled_by, _made_from(encoder).label("made_from"), same.label("same"), _profiles)
        .outerjoin_from(_documents, _profiles, _profiles.c.document == own.id)
        .where(
            own.status == "active",
            own.id > last,
            or_(_profiles.c.document.is_(None), ~same, _profiles.c.labelled_by != own.labelled_by),
        )
        .order_by(own.id)
        .limit(BATCH)
    )
    return connection.execute(query).all()


def _made_from(encoder: str) -> ColumnElement[str]:
    own = _documents.c
    return own.extractor + " " + own.chunker + " " + encoder


def _counted(connection: Connection, batch: Sequence[Any], encoder: str) -> list[dict[str, Any]]:
    labels = _labels(connection, [row.id for row in batch])
    content = _content(connection, [row.id for row in batch if not row.same], encoder)
    nothing = {"passages": 0, "characters": 0, "digits": 0, "centroid": None}
    rows = []
    for row in batch:
        kept = {name: getattr(row, name) for name in nothing}
        rows.append(
            {
                "document": row.id,
                "made_from": row.made_from,
                "labelled_by": row.labelled_by,
                "labels": json.dumps(labels[row.id], sort_keys=True),
            }
            | (kept if row.same else content.get(row.id, nothing))
        )
    return rows


def _labels(connection: Connection, documents: Sequence[str]) -> dict[str, dict[str, int]]:
    query = (
        select(_chunks.c.document, _predictions.c.label, func.count(_predictions.c.chunk.distinct()))
        .join_from(_chunks, _predictions)
        .where(
            _chunks.c.document.in_(documents),
            _predictions.c.source.in_(MACHINES),
            _predictions.c.standing == Standing.SPEAKS.value,
        )
        .group_by(_chunks.c.document, _predictions.c.label)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for document, label, number in connection.execute(query):
        found[document][label] = number
    return found


def _content(connection: Connection, documents: Sequence[str], encoder: str) -> dict[str, dict[str, Any]]:
    same = and_(_vectors.c.text_hash == _chunks.c.text_hash, _vectors.c.encoder == encoder)
    query = (
        select(_chunks.c.document, _chunks.c.text, _vectors.c.vector)
        .outerjoin_from(_chunks, _vectors, same)
        .where(_chunks.c.document.in_(documents))
    )
    texts: dict[str, list[str]] = defaultdict(list)
    vectors: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    for document, text, vector in connection.execute(query):
        texts[document].append(text)
        if vector is not None:
            vectors[document].append(vector_from_bytes(vector))
    return {
        document: {
            "passages": len(own),
            "characters": sum(map(len, own)),
            "digits": sum(len(text) - len(text.translate(_DIGITS)) for text in own),
            "centroid": vector_to_bytes(np.mean(vectors[document], axis=0)) if vectors[document] else None,
        }
        for document, own in texts.items()
    }
