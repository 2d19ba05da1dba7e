"""Search events in the columns of the User Behavior Insights schema: written, and read in their order."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from indexer.records import schema
from indexer.records.codec import storable
from indexer.records.database import EVENTS_LOCK
from indexer.records.write import insert_new, upsert


@dataclass(frozen=True, slots=True)
class QueryEvent:
    """A search that was answered.

    Attributes:
        timestamp: UTC ISO 8601 with milliseconds.
        query_response_hit_ids: JSON list of the chunk ids shown.
        query_attributes: JSON object: mode, filters, counts, milliseconds.
    """

    query_id: str
    application: str
    client_id: str
    timestamp: str
    user_query: str
    query_response_id: str
    query_response_hit_ids: str
    query_attributes: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person did with results, or was shown.

    Attributes:
        event_id: Given by whoever saw it first; the same id twice counts once.
        action_name: impression, click, view, dwell, …
        timestamp: UTC ISO 8601 with milliseconds.
        event_attributes: JSON object: position, object, dwell_ms, ranker.
    """

    event_id: str
    application: str
    action_name: str
    query_id: str | None
    client_id: str
    session_id: str
    timestamp: str
    message_type: str | None
    user_query: str | None
    event_attributes: str


def record_query(connection: Connection, event: QueryEvent) -> None:
    """Records a search. Raises ValueError for an id or name longer than its column."""
    _record(connection, schema.ubi_queries, [asdict(event)])


def record_events(connection: Connection, events: Iterable[Event]) -> None:
    """Records events; one that is there already is left as it is.

    Raises:
        ValueError: An id or name is longer than its column; none of the events is recorded.
    """
    _record(connection, schema.ubi_events, [asdict(event) for event in events])


def numbered(
    connection: Connection, table: Table, after: int, limit: int
) -> list[tuple[int, dict[str, Any]]]:
    """Returns the rows of searches or events behind a number, each with its own, in their order."""
    query = select(table).where(table.c.seq > after).order_by(table.c.seq).limit(limit)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [(row.pop("seq"), row) for row in rows]


def last_number(connection: Connection, table: Table) -> int:
    """Returns the number of the newest row of searches or events, be it gone by now; 0 where none was."""
    newest = connection.execute(select(func.max(table.c.seq))).scalar() or 0
    return max(newest, removed_upto(connection, table))


def removed_upto(connection: Connection, table: Table) -> int:
    """Returns the highest number of a row that was removed since it was too old; 0 where none was."""
    progress = schema.event_progress
    query = select(progress.c.seq).where(progress.c.name == _removed(table))
    return connection.execute(query).scalar() or 0


def remove_old(connection: Connection, table: Table, before: str, upto: int, limit: int) -> int:
    """Removes rows of before a time, the oldest first, and notes their numbers; returns how many.

    Args:
        connection: Of a transaction that writes.
        table: Searches or events.
        before: UTC ISO 8601 with milliseconds.
        upto: Number of the last row that may go.
        limit: Rows at most.
    """
    old = select(table.c.seq).where(table.c.timestamp < before, table.c.seq <= upto)
    numbers = list(connection.execute(old.order_by(table.c.timestamp).limit(limit)).scalars())
    if numbers:
        connection.execute(table.delete().where(table.c.seq.in_(numbers)))
        noted = {"name": _removed(table), "seq": max(*numbers, removed_upto(connection, table))}
        upsert(connection, schema.event_progress, [noted])
    return len(numbers)


def _removed(table: Table) -> str:
    return f"removed {table.name}"


def waiting(connection: Connection, table: Table, after: int) -> int:
    """Returns how many rows of searches or events stand behind a number."""
    return connection.execute(select(func.count()).where(table.c.seq > after)).scalar_one()


def _record(connection: Connection, table: Table, rows: list[Mapping[str, Any]]) -> None:
    for row in rows:
        _check(table, row)
    if connection.dialect.name == "postgresql":
        # Numbers must become visible in their order, or who reads by them would pass over a late one.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": EVENTS_LOCK})
    # What people type may hold characters that PostgreSQL does not take.
    clean = [{name: value and storable(value) for name, value in row.items()} for row in rows]
    insert_new(connection, table, clean)


def _check(table: Table, row: Mapping[str, Any]) -> None:
    # SQLite would take any length, and OpenSearch would silently not index it.
    for name, value in row.items():
        limit = getattr(table.c[name].type, "length", None)
        if limit is not None and value is not None and len(value) > limit:
            raise ValueError(f"{name} of a search event has {len(value)} characters; at most {limit} fit")
