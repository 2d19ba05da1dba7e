"""Counts of the passages that need a person's eye."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from indexer.records import schema
from models.labels import LabelSource, Standing

_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents
_decided = schema.predictions.alias()


def unsure_counts(connection: Connection, collection: str, labels: Collection[str]) -> dict[str, int]:
    """Returns the number of passages that each label is unsure of, the most first."""
    number = func.count()
    query = _open(_predictions.c.label, number).where(
        _documents.c.collection == collection, _predictions.c.label.in_(sorted(labels))
    )
    rows = connection.execute(
        query.group_by(_predictions.c.label).order_by(number.desc(), _predictions.c.label)
    )
    return {row[0]: row[1] for row in rows}


def unsure_total(connection: Connection, collection: str, labels: Collection[str]) -> int:
    """Returns the number of passages with at least one unsure label."""
    query = _open(func.count(_predictions.c.chunk.distinct())).where(
        _documents.c.collection == collection, _predictions.c.label.in_(sorted(labels))
    )
    number: int = connection.execute(query).scalar_one()
    return number


def _open(*columns: Any) -> Select[Any]:  # noqa: ANN401 - SQLAlchemy's columns have no common public type
    """Selects from unsure predictions on active documents, unless people decided; disputes are open."""
    decided = select(_decided.c.chunk).where(
        _decided.c.chunk == _predictions.c.chunk,
        _decided.c.label == _predictions.c.label,
        _decided.c.source == LabelSource.HUMAN.value,
        _decided.c.standing != Standing.UNSURE.value,
    )
    chosen: Sequence[Any] = columns
    return (
        select(*chosen)
        .select_from(_predictions.join(_chunks).join(_documents))
        .where(
            _predictions.c.standing == Standing.UNSURE.value,
            _documents.c.status == "active",
            ~decided.exists(),
        )
    )
