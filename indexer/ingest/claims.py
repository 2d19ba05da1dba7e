"""The files of a run as a queue in the records, from which several processes take.

A file is claimed for a minute and the claim renewed while it is worked on. When a process dies its claims
run out, and others take the files. Whoever was only slow finds its claim gone when it wants to write.
"""

import os
import platform
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select, update

from indexer.errors import RecordsUnavailableError
from indexer.ingest.walk import Found, uri_of
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import database_time, writing
from indexer.records.write import insert_new
from indexer.runs import LEADER, RUNNING

LEASE_SECONDS = 60.0
# Of what is left a process takes a sixteenth at a time, so that all end at about the same moment.
_SHARE, _MOST = 16, 200
_files = schema.run_files


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that this process works on; ``digest`` is there from the start for uploads only."""

    uri: str
    digest: str | None
    bytes: int


class Claims:
    """What one process has claimed of a run; one thread takes and gives back, another renews.

    Args:
        leading: This process holds the writer lock; its claims end with that, not with time alone.

    Attributes:
        left: Files without an outcome, when this process last took some.
    """

    def __init__(self, engine: Engine, run: str, *, leading: bool) -> None:
        self.run = run
        self.left = 0
        self._engine = engine
        role = LEADER if leading else "joined"
        self._owner = f"{role} {platform.node()[:48]} {os.getpid()} {uuid.uuid4().hex[:8]}"
        self._mine = (_files.c.run == run, _files.c.claimed_by == self._owner, _files.c.outcome.is_(None))

    def put(self, found: Sequence[Found]) -> list[Found]:
        """Puts files into the run; returns those that other processes could not open, claimed by this one."""
        with writing(self._engine) as connection:
            now = database_time(connection)
            insert_new(connection, _files, [self._row(each, now) for each in found])
        return [each for each in found if not _is_plain(each)]

    def take(self, besides: Sequence[str] = ()) -> list[Claimed]:
        """Claims some files, but for those at ``besides``; none where all are done or claimed by others."""
        with writing(self._engine) as connection:
            running = select(schema.runs.c.id).where(schema.runs.c.id == self.run)
            if connection.execute(running.where(schema.runs.c.state == RUNNING)).first() is None:
                return []
            self.left = self._unfinished(connection)
            size = min(_MOST, max(1, self.left // _SHARE))
            now = database_time(connection)
            lapsed = (_files.c.claimed_by != self._owner) & (_files.c.lease_until < time_to_text(now))
            free = (
                select(_files.c.uri, _files.c.digest, _files.c.bytes)
                .where(_files.c.run == self.run, _files.c.outcome.is_(None), _files.c.uri.not_in(besides))
                .where(or_(_files.c.claimed_by.is_(None), lapsed))
            )
            rows = connection.execute(
                free.order_by(_files.c.uri).limit(size).with_for_update(skip_locked=True)
            ).all()
            self._set(connection, [row.uri for row in rows], claimed_by=self._owner, lease_until=_until(now))
        return [Claimed(*row) for row in rows]

    def kept(self, connection: Connection, uris: Sequence[str]) -> set[str]:
        """Returns those files that are still this process's, and keeps others off until the commit."""
        query = select(_files.c.uri).where(*self._mine, _files.c.uri.in_(uris))
        return set(connection.scalars(query.with_for_update()))

    def give_back(self, uris: Sequence[str]) -> None:
        """Leaves files to others."""
        with writing(self._engine) as connection:
            self._set(connection, uris, claimed_by=None, lease_until=None)

    def unfinished(self) -> int:
        """Returns how many files of the run have no outcome yet."""
        with self._engine.connect() as connection:
            return self._unfinished(connection)

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Renews the claims while the block runs; what is left of them at its end is given back."""
        ended = threading.Event()
        thread = threading.Thread(target=self._renew_until, args=(ended,), name="renew", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            with suppress(RecordsUnavailableError):  # then they run out
                self._release()

    def _renew_until(self, ended: threading.Event) -> None:
        while not ended.wait(LEASE_SECONDS / 4):
            with suppress(RecordsUnavailableError), writing(self._engine) as connection:
                # Rows that are locked are being written just now.
                held = select(_files.c.uri).where(*self._mine).with_for_update(skip_locked=True)
                uris = connection.scalars(held).all()
                self._set(connection, uris, lease_until=_until(database_time(connection)))

    def _release(self) -> None:
        with writing(self._engine) as connection:
            released = update(_files).where(*self._mine)
            connection.execute(released.values(claimed_by=None, lease_until=None))

    def _set(self, connection: Connection, uris: Sequence[str], **values: str | None) -> None:
        if uris:
            own: ColumnElement[bool] = (_files.c.run == self.run) & _files.c.uri.in_(uris)
            connection.execute(update(_files).where(own).values(**values))

    def _row(self, found: Found, now: datetime) -> dict[str, object]:
        row: dict[str, object] = {"run": self.run, "uri": uri_of(found.path), "bytes": 0, "chunks": 0}
        own = not _is_plain(found)
        return row | {
            "claimed_by": self._owner if own else None,
            "lease_until": _until(now) if own else None,
        }

    def _unfinished(self, connection: Connection) -> int:
        query = select(func.count()).where(_files.c.run == self.run, _files.c.outcome.is_(None))
        return int(connection.execute(query).scalar_one())


def _is_plain(found: Found) -> bool:
    """Returns whether a file can be opened by what the records say of its place."""
    return not found.problem and str(found.path) == uri_of(found.path)


def _until(now: datetime) -> str:
    return time_to_text(now + timedelta(seconds=LEASE_SECONDS))
