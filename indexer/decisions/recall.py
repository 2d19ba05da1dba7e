"""How much is missed, by what people found in random passages on which nothing is claimed."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, func, literal_column, select

from indexer.decisions.estimate import Precision
from indexer.decisions.silence import Stratum, looked_at, named, unclaimed
from indexer.records import schema
from indexer.records.labels import MACHINES
from models.evaluation.found import Recall, Silent, recall
from models.labels import LabelSource, Standing

_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents
_checks = schema.silence_checks


def live_recall(
    connection: Connection, collection: str, labels: Collection[str], right: Mapping[str, Precision]
) -> Recall | None:
    """Returns how much of what applies is claimed now; None while a sample that this needs is empty.

    Labels that the model is unsure of count as missed: nobody sees them in a search for claims.

    Args:
        connection: To the records.
        collection: Whose passages.
        labels: Those that its pack has.
        right: The precision of the claims, of all together under an empty name.
    """
    precision = right.get("")
    if precision is None or not precision.judged:
        return None
    ends = {stratum: _frontier(connection, collection, stratum) for stratum in Stratum}
    if not any(ends.values()):
        return None
    silent = [_silent(connection, stratum, collection, labels, ends[stratum]) for stratum in Stratum]
    claims = _claims(connection, collection, labels)
    return recall(claims, precision.right, precision.judged, silent)


def missed_labels(connection: Connection, collection: str, labels: Collection[str]) -> dict[str, int]:
    """Returns how often each label was named in a passage on which nothing is claimed, the most first."""
    found: dict[str, int] = {}
    for stratum in Stratum:
        end = _frontier(connection, collection, stratum)
        if end is not None:
            human = _by_people(labels)
            query = unclaimed(stratum, collection, labels, _predictions.c.label, func.count())
            query = query.join(_predictions, human).where(_chunks.c.key <= end)
            for label, number in connection.execute(query.group_by(_predictions.c.label)):
                found[label] = found.get(label, 0) + number
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _frontier(connection: Connection, collection: str, stratum: Stratum) -> int | None:
    """Returns up to which key passages of a kind were drawn; None where none was."""
    query = (
        select(func.max(_chunks.c.key))
        .select_from(_checks.join(_chunks, _chunks.c.id == _checks.c.chunk))
        .join(_documents, _documents.c.id == _chunks.c.document)
        .where(_checks.c.stratum == stratum.value, _documents.c.collection == collection)
    )
    found: int | None = connection.execute(query).scalar()
    return found


def _silent(
    connection: Connection, stratum: Stratum, collection: str, labels: Collection[str], end: int | None
) -> Silent:
    passages = connection.execute(unclaimed(stratum, collection, labels, func.count())).scalar_one()
    if end is None:
        return Silent(passages, 0, 0, 0)
    counted = (
        select(func.count())
        .select_from(_predictions)
        .where(_by_people(labels))
        .correlate(_chunks)
        .scalar_subquery()
    )
    query = unclaimed(stratum, collection, labels, counted.label("missed"))
    known = query.where(_chunks.c.key <= end, looked_at() | named(labels))
    found = [row.missed for row in connection.execute(known)]
    return Silent(passages, len(found), sum(number > 0 for number in found), sum(found))


def _claims(connection: Connection, collection: str, labels: Collection[str]) -> int:
    own = (_chunks.c.key == _predictions.c.chunk) & (_documents.c.collection == collection)
    active = _documents.c.status == "active"
    lies_in = select(_chunks.c.key).join_from(_chunks, _documents).where(own, active).correlate(_predictions)
    query = (
        select(func.count())
        .select_from(_predictions)
        .where(
            _predictions.c.source.in_(MACHINES),
            _predictions.c.standing == literal_column(f"'{Standing.SPEAKS.value}'"),
            _predictions.c.label.in_(sorted(labels)),
            lies_in.exists(),
        )
    )
    return connection.execute(query).scalar_one()


def _by_people(labels: Collection[str]) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy
    return (
        (_predictions.c.chunk == _chunks.c.key)
        & (_predictions.c.source == LabelSource.HUMAN.value)
        & (_predictions.c.standing == Standing.SPEAKS.value)
        & _predictions.c.label.in_(sorted(labels))
    )
