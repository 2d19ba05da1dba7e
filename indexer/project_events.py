"""Sends search events to the indexes that relevance tools read, each at least once and under its own id."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from indexer.records import schema
from indexer.records.events import last_number, numbered, waiting

if TYPE_CHECKING:
    from indexer.index.opensearch.event_index import EventIndex

BATCH = 500
# The column that names a row, and those that hold JSON.
EVENT_TABLES = {
    "ubi_queries": ("query_id", ("query_response_hit_ids", "query_attributes")),
    "ubi_events": ("event_id", ("event_attributes",)),
}


@dataclass(frozen=True, slots=True)
class EventStatus:
    """How far an index is.

    Attributes:
        index: Its name.
        waiting: Rows of the records that it does not have yet.
        left_out: Rows that the server refused for good.
    """

    index: str
    waiting: int
    left_out: int


class EventProjection:
    """Brings the indexes of searches and events up to the records.

    How far an index is stands beside it in the cluster, so that one that was deleted is filled again. Killed
    at any line it goes on from there; what was sent already is overwritten with itself.
    """

    def __init__(self, engine: Engine, indexes: Sequence["EventIndex"]) -> None:
        self._engine = engine
        self._indexes = indexes
        self._done: dict[str, int] = {}

    def run(self, stop: threading.Event) -> int:
        """Sends what is new, until there is nothing or ``stop`` is set; returns how many rows that were.

        Raises:
            IndexUnavailableError: The server cannot be reached, is busy, or has an index that is not ours.
        """
        return sum(self._bring_up(each, stop) for each in self._indexes)

    def status(self) -> list[EventStatus]:
        """Says how far each index is. Raises IndexUnavailableError."""
        found = []
        for each in self._indexes:
            progress = each.progress()
            with self._engine.connect() as connection:
                count = waiting(connection, schema.metadata.tables[each.name], progress.position)
            found.append(EventStatus(each.index, count, progress.left_out))
        return found

    def sent(self, table: str) -> int:
        """Returns up to which number the index of a table has everything. Raises IndexUnavailableError."""
        return min(each.progress().position for each in self._indexes if each.name == table)

    def remove_before(self, time: str) -> int:
        """Removes what is older than a time (UTC ISO 8601) from the indexes; returns how much that was.

        Raises IndexUnavailableError.
        """
        return sum(each.remove_before(time) for each in self._indexes)

    def _bring_up(self, index: "EventIndex", stop: threading.Event) -> int:
        table = schema.metadata.tables[index.name]
        with self._engine.connect() as connection:
            last = last_number(connection, table)
        if self._done.get(index.name) == last:
            return 0
        position, sent = index.progress().position, 0
        if position > last:  # of other records, or of these before a backup was restored
            position = 0
        while position < last and not stop.is_set():
            with self._engine.connect() as connection:
                rows = numbered(connection, table, position, BATCH)
            position = rows[-1][0] if rows else last  # those up to there are gone by now
            index.send([document(index.name, row) for _, row in rows], position)
            sent += len(rows)
        self._done[index.name] = position
        return sent


def document(name: str, row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Returns the id and the content of the document of a row; what the row does not say is left out."""
    key, structured = EVENT_TABLES[name]
    content = {
        column: json.loads(value) if column in structured else value
        for column, value in row.items()
        if value is not None and column != "event_id"
    }
    return row[key], content
