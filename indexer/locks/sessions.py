"""Locks as sessions of PostgreSQL, which frees them when the session ends; its name says who holds them.

The connection must reach the server itself: a pooler that hands sessions from one client to the next
would hand the locks on too.
"""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text

from indexer.errors import RecordsUnavailableError, WriterBusyError
from indexer.locks.holder import (
    EXPERIMENTS,
    LEARNER,
    MIRROR,
    RETRY_SECONDS,
    UNKNOWN,
    WORKER,
    WRITER,
    Holder,
    Lock,
    busy,
)

# Any numbers, the same in every process; none is one of those in indexer.records.database (7_203_001 and on).
_NUMBERS = {
    WRITER: 7_203_101,
    WORKER: 7_203_102,
    LEARNER: 7_203_103,
    MIRROR: 7_203_104,
    EXPERIMENTS: 7_203_105,
}
_NAME_LENGTH = 63  # of a session; PostgreSQL cuts longer ones
# A machine that lost its power frees its locks within a minute.
_PREPARE = text(
    "SELECT set_config('tcp_keepalives_' || name, setting, false) "
    "FROM (VALUES ('idle', '30'), ('interval', '10'), ('count', '3')) AS wanted (name, setting)"
)
_TRY = text("SELECT pg_try_advisory_lock(:number)")
_UNLOCK = text("SELECT pg_advisory_unlock(:number)")
_SAY = text("SELECT set_config('application_name', :name, false)")
_WHO = text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) "
    "WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :number AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class _SessionLock:
    """A lock that is taken again when its session was lost, unless somebody else was quicker."""

    def __init__(self, engine: Engine, name: str, purpose: str) -> None:
        self._engine = engine
        self._name = name
        self._purpose = purpose
        self._session: Connection | None = None

    def acquire(self, wait: float) -> None:
        """Takes the lock; raises WriterBusyError when it is not free within ``wait`` seconds."""
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # From here on no other part of this process is given the connection.
        session.detach()
        try:
            session.execute(_PREPARE)
            self._take(session, wait)
            session.execute(_SAY, {"name": _session_name(self._purpose)})
        except BaseException:
            _end(session)
            raise
        self._session = session

    def confirm(self) -> None:
        """Asks the session for a sign of life, and takes the lock again when it was lost."""
        if self._session is not None:
            try:
                self._session.execute(text("SELECT 1"))
            except RecordsUnavailableError:
                self.release()
            else:
                return
        self.acquire(0.0)

    def release(self) -> None:
        """Gives the lock back, and ends its session; the server would notice the end a moment later."""
        session, self._session = self._session, None
        if session is None:
            return
        if not session.invalidated:
            with suppress(RecordsUnavailableError):  # lost just now, and the lock with it
                session.execute(_UNLOCK, {"number": _NUMBERS[self._name]})
        _end(session)

    def _take(self, session: Connection, wait: float) -> None:
        deadline = time.monotonic() + wait
        while not session.execute(_TRY, {"number": _NUMBERS[self._name]}).scalar_one():
            if time.monotonic() >= deadline:
                raise WriterBusyError(busy(self._name, _holder(session, self._name) or UNKNOWN))
            time.sleep(RETRY_SECONDS)


@contextmanager
def held(engine: Engine, name: str, purpose: str, wait: float) -> Iterator[Lock]:
    """Holds a lock while the block runs; the server frees it when the process dies."""
    lock = _SessionLock(engine, name, purpose)
    lock.acquire(wait)
    try:
        yield lock
    finally:
        lock.release()


def holder(engine: Engine, name: str) -> Holder | None:
    """Returns who holds a lock now; None where nobody does."""
    with engine.connect() as connection:
        return _holder(connection, name)


def _holder(connection: Connection, name: str) -> Holder | None:
    found = connection.execute(_WHO, {"number": _NUMBERS[name]}).scalar()
    return None if found is None else _read(found)


def _session_name(purpose: str) -> str:
    return "|".join((str(os.getpid()), str(int(time.time())), purpose, platform.node()))[:_NAME_LENGTH]


def _read(session_name: str) -> Holder:
    parts = session_name.split("|", 3)
    if len(parts) < 4 or not (parts[0] + parts[1]).isdecimal():
        return UNKNOWN
    since = datetime.fromtimestamp(int(parts[1]), UTC).isoformat(timespec="seconds")
    return Holder(int(parts[0]), parts[2], since, parts[3])


def _end(session: Connection) -> None:
    with suppress(RecordsUnavailableError):  # it has ended by itself
        session.close()
