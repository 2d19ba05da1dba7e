"""Reads recorded events in their order, a batch at a time, and what must be known beside them."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Engine, bindparam, func, select

from indexer.export.columns import Snapshot, Source
from indexer.records import schema
from indexer.records.events import last_number

BATCH = 2_000
# More searches of one client within a minute of the clock than anyone reads.
MOST_SEARCHES = 20
_MINUTE, _HOUR = len("2026-01-31T09:00"), len("2026-01-31T09")
_ASKED = schema.ubi_queries.c
_OF_MINUTE = func.substr(_ASKED.timestamp, 1, _MINUTE)
_FAST = (
    select(_ASKED.client_id, _OF_MINUTE)
    .where(
        _ASKED.timestamp >= bindparam("first"),
        _ASKED.timestamp < bindparam("behind"),
        _ASKED.seq <= bindparam("until"),
    )
    .group_by(_ASKED.client_id, _OF_MINUTE)
    .having(func.count() > MOST_SEARCHES)
)
_KEPT = 50_000
_IDS = 500


class Recorded(NamedTuple):
    """An event as it was recorded, its attributes read.

    Attributes:
        chunk: Id of the passage that it is about; None where it is about none.
        document: Id of the document that this is of, or that it is about; None where neither is named.
        details: All that was recorded of the passage: ranks, and scores where there are any.
    """

    seq: int
    action: str
    application: str
    query_id: str | None
    client: str
    session: str
    at: str
    text: str | None
    chunk: str | None
    document: str | None
    position: int | None
    attributes: dict[str, Any]
    details: dict[str, Any]


def snapshot(engine: Engine) -> Snapshot:
    """Returns the newest numbers. Searches are looked up second, since theirs are committed no later."""
    with engine.connect() as connection:
        events = last_number(connection, schema.ubi_events)
        return Snapshot(events, last_number(connection, schema.ubi_queries))


def recorded(source: Source, actions: Collection[str], after: int) -> Iterator[list[Recorded]]:
    """Yields the events behind a number with one of some actions, in batches, those of the selection only."""
    since, until = source.selection.since, source.snapshot.events
    table = schema.ubi_events
    position = max(after, _before(source, since) if since else 0)
    places = Places(source.engine)
    while position < until:
        query = select(table).where(
            table.c.seq > position, table.c.seq <= until, table.c.action_name.in_(sorted(actions))
        )
        with source.engine.connect() as connection:
            rows = connection.execute(query.order_by(table.c.seq).limit(BATCH)).all()
        if not rows:
            return
        position = rows[-1].seq
        events = [read_event(row) for row in rows if row.timestamp >= since]
        if source.selection.collection:
            found = places.collections(event.document for event in events)
            wanted = source.selection.collection
            events = [event for event in events if event.document and found.get(event.document) == wanted]
        if events:
            yield events


class Places:
    """Which collection documents belong to; those asked for last are remembered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[str, str | None] = OrderedDict()

    def collections(self, documents: Iterable[str | None]) -> dict[str, str | None]:
        """Returns the collection of each document; None for one that the records do not know."""
        asked = {document for document in documents if document}
        found = {name: self._known[name] for name in asked if name in self._known}
        missing = sorted(asked - found.keys())
        table = schema.documents
        for start in range(0, len(missing), _IDS):
            batch = missing[start : start + _IDS]
            query = select(table.c.id, table.c.collection).where(table.c.id.in_(batch))
            with self._engine.connect() as connection:
                found |= dict.fromkeys(batch) | {row.id: row.collection for row in connection.execute(query)}
        for name in missing:
            self._known[name] = found[name]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found


class Robots:
    """Which clients searched faster than anyone reads; looked up by the hour, told by the minute."""

    def __init__(self, source: Source) -> None:
        self._engine = source.engine
        self._until = source.snapshot.queries
        self._fast: OrderedDict[str, frozenset[tuple[str, str]]] = OrderedDict()

    def is_one(self, client: str, at: str) -> bool:
        """Whether a client made more than 20 searches in the minute of a time."""
        hour = at[:_HOUR]
        if hour not in self._fast:
            self._fast[hour] = self._clients(hour)
            if len(self._fast) > _KEPT:
                self._fast.popitem(last=False)
        fast = self._fast[hour]
        return bool(fast) and (client, at[:_MINUTE]) in fast

    def _clients(self, hour: str) -> frozenset[tuple[str, str]]:
        # ":" and ";" follow each other, so that these are all times which begin with the hour.
        values = {"first": f"{hour}:", "behind": f"{hour};", "until": self._until}
        with self._engine.connect() as connection:
            return frozenset((client, minute) for client, minute in connection.execute(_FAST, values))


def batches(values: Sequence[str]) -> Iterator[list[str]]:
    """Yields lists that fit into one statement."""
    return (list(values[start : start + _IDS]) for start in range(0, len(values), _IDS))


def _before(source: Source, since: str) -> int:
    """Returns the number before that of the first event since a time; some behind it may be older."""
    table = schema.ubi_events
    query = select(func.min(table.c.seq)).where(table.c.timestamp >= since)
    with source.engine.connect() as connection:
        first = connection.execute(query).scalar()
    return source.snapshot.events if first is None else first - 1


def read_event(row: Any) -> Recorded:  # noqa: ANN401 - a row of the table
    """Returns a row of ubi_events, its attributes read."""
    attributes = as_object(orjson.loads(row.event_attributes))
    details = as_object(attributes.get("object"))
    name, field = details.get("object_id"), details.get("object_id_field")
    identifier = name if isinstance(name, str) else None
    chunk = identifier if field == "chunk" else None
    document = identifier if field == "document" else chunk.partition("-")[0] if chunk else None
    return Recorded(
        row.seq, row.action_name, row.application, row.query_id, row.client_id, row.session_id,
        row.timestamp, row.user_query, chunk, document,
        whole(as_object(attributes.get("position")).get("ordinal")), attributes, details,
    )  # fmt: skip


def whole(value: object) -> int | None:
    """Returns a recorded whole number; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def real(value: object) -> float | None:
    """Returns a recorded number; None for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def word(value: object) -> str | None:
    """Returns a recorded text; None for anything else."""
    return value if isinstance(value, str) else None


def as_object(value: object) -> dict[str, Any]:
    """Returns a recorded object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}
