"""Writes one look at everything: its measurements, alarms that began, and those that ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, update

from indexer.monitoring.read import open_alarms
from indexer.monitoring.values import Alarm, Measurement, Series
from indexer.records import schema
from indexer.records.database import take_turn

_PER_STATEMENT = 1000


def write_round(
    connection: Connection, at: str, state: str, seconds: float, found: Sequence[Measurement]
) -> None:
    """Appends the measurements of one look, inside the caller's transaction.

    Args:
        connection: To the records.
        at: UTC ISO 8601 with milliseconds.
        state: Of the records when they were looked at.
        seconds: How long it took.
        found: At most one of each series.
    """
    values = {"at": at, "state": state, "seconds": seconds}
    made = connection.execute(insert(schema.monitor_rounds).values(values)).inserted_primary_key
    assert made is not None
    rows = [_row(made[0], each) for each in found]
    for start in range(0, len(rows), _PER_STATEMENT):
        connection.execute(insert(schema.measurements), rows[start : start + _PER_STATEMENT])


def write_alarms(connection: Connection, at: str, found: Mapping[Series, tuple[str, str]]) -> list[Alarm]:
    """Begins and ends alarms, so that those last that were found; inside the caller's transaction.

    One that lasts keeps its beginning and takes the new words.

    Args:
        connection: To the records.
        at: Now, UTC ISO 8601.
        found: Cause and action of what is wrong now.

    Returns:
        Those that last, the oldest first.
    """
    take_turn(connection)
    table = schema.alarms
    lasting = {alarm.series: alarm for alarm in open_alarms(connection)}
    for series, alarm in lasting.items():
        words = found.get(series)
        values = {"ended_at": at} if words is None else {"cause": words[0], "action": words[1]}
        connection.execute(update(table).where(table.c.seq == alarm.seq).values(values))
    for series, (cause, action) in found.items():
        if series not in lasting:
            row = _names(series) | {"began_at": at, "cause": cause, "action": action}
            connection.execute(insert(table).values(row))
    return open_alarms(connection)


def _names(series: Series) -> dict[str, Any]:
    return {
        "pack": series.pack,
        "collection": series.collection,
        "source": series.source,
        "metric": series.metric.value,
        "label": series.label,
    }


def _row(number: int, each: Measurement) -> dict[str, Any]:
    return _names(each.series) | {
        "round": number,
        "value": each.value,
        "low": each.low,
        "high": each.high,
        "n": each.n,
        "before": each.before,
        "before_n": each.before_n,
        "distance": each.distance,
        "chance": each.chance,
        "model": each.model,
    }
