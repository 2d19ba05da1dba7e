"""The folders that the worker watches."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, select

from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.write import insert_new


@dataclass(frozen=True, slots=True)
class Watch:
    """A folder (or file) whose content belongs to a collection."""

    collection: str
    path: Path


def add_watch(connection: Connection, watch: Watch, now: datetime) -> None:
    """Watches a folder from now on; twice is harmless. The collection must be there, the path absolute."""
    row = {
        "collection": watch.collection,
        "path": str(watch.path),
        "created_at": time_to_text(now),
    }
    insert_new(connection, schema.watches, [row])


def remove_watch(connection: Connection, watch: Watch) -> bool:
    """Watches a folder no longer; its documents stay. Returns whether it was watched."""
    table = schema.watches
    own = (table.c.collection == watch.collection) & (table.c.path == str(watch.path))
    return connection.execute(delete(table).where(own)).rowcount > 0


def watches(connection: Connection) -> list[Watch]:
    """Returns all watched folders, by collection and path."""
    table = schema.watches
    rows = connection.execute(select(table).order_by(table.c.collection, table.c.path))
    return [Watch(row.collection, Path(row.path)) for row in rows]
