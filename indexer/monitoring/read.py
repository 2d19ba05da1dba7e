"""Reads what was measured: the newest look at everything, series over time, and alarms."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, select

from indexer.monitoring.values import Alarm, Measurement, Metric, Reading, Series
from indexer.records import schema

_rounds, _measurements, _alarms = schema.monitor_rounds, schema.measurements, schema.alarms
_OF_VERSIONS = [Metric.GOLDEN_PRECISION.value, Metric.GOLDEN_RECALL.value, Metric.LABEL_MS.value]
_KNOWN = [metric.value for metric in Metric]


def latest(connection: Connection) -> Reading:
    """Returns the newest measurement of everything and the alarms that last.

    A metric that this version does not know, since a newer one measured it, is left out.
    """
    newest = connection.execute(select(_rounds).order_by(_rounds.c.seq.desc()).limit(1)).first()
    if newest is None:
        return Reading("", (), tuple(open_alarms(connection)))
    query = _points().where(_measurements.c.round == newest.seq).order_by(*_series_columns())
    found = tuple(_measurement(row) for row in connection.execute(query))
    return Reading(newest.at, found, tuple(open_alarms(connection)), newest.seconds)


def history(
    connection: Connection,
    pack: str,
    metrics: Collection[Metric],
    since: str,
    most: int = 20_000,
    *,
    overall: bool = False,
) -> list[Measurement]:
    """Returns the points of some metrics of a pack from a time on, the oldest first.

    Args:
        connection: To the records.
        pack: Its name.
        metrics: Those that are wanted.
        since: UTC ISO 8601.
        most: Where there are more points, the newest so many.
        overall: Only what is of all sources and of all labels; that of the golden set counts as such.
    """
    wanted = [metric.value for metric in metrics]
    own = (_measurements.c.pack == pack) & _measurements.c.metric.in_(wanted) & (_rounds.c.at >= since)
    if overall:
        whole = (_measurements.c.label == "") | _measurements.c.metric.in_(_OF_VERSIONS)
        own &= (_measurements.c.source == "") & whole
    query = _points().where(own).order_by(_measurements.c.round.desc(), *_series_columns()).limit(most)
    return [_measurement(row) for row in connection.execute(query)][::-1]


def open_alarms(connection: Connection) -> list[Alarm]:
    """Returns the alarms that last, the oldest first."""
    query = select(_alarms).where(_alarms.c.ended_at.is_(None), _alarms.c.metric.in_(_KNOWN))
    return [_alarm(row) for row in connection.execute(query.order_by(_alarms.c.seq))]


def ended_alarms(connection: Connection, most: int) -> list[Alarm]:
    """Returns the alarms that ended, the newest first."""
    query = select(_alarms).where(_alarms.c.ended_at.is_not(None), _alarms.c.metric.in_(_KNOWN))
    return [_alarm(row) for row in connection.execute(query.order_by(_alarms.c.seq.desc()).limit(most))]


def _points() -> Select[Any]:
    query = select(_measurements, _rounds.c.at).join_from(_measurements, _rounds)
    return query.where(_measurements.c.metric.in_(_KNOWN))


def _series_columns() -> tuple[Any, ...]:
    own = _measurements.c
    return own.pack, own.collection, own.source, own.metric, own.label


def _series(row: Any) -> Series:  # noqa: ANN401 - a row of one of the tables
    return Series(row.pack, Metric(row.metric), row.collection, row.source, row.label)


def _measurement(row: Any) -> Measurement:  # noqa: ANN401 - a row of the table
    return Measurement(
        _series(row), row.value, row.n, row.low, row.high, row.before, row.before_n, row.distance, row.chance,
        row.model, row.at,
    )  # fmt: skip


def _alarm(row: Any) -> Alarm:  # noqa: ANN401 - a row of the table
    return Alarm(_series(row), row.began_at, row.cause, row.action, row.ended_at, row.seq)
