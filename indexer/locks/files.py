"""Locks as files under the home folder that say who holds them, and since when."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from indexer.errors import WriterBusyError
from indexer.locks.holder import RETRY_SECONDS, UNKNOWN, Holder, Lock, busy


class _FileLock:
    """Held as long as the file is open: nobody can take it away."""

    def confirm(self) -> None:
        """Does nothing."""


@contextmanager
def held(home: Path, name: str, purpose: str, wait: float) -> Iterator[Lock]:
    """Holds a lock while the block runs; the system frees it when the process dies."""
    home.mkdir(parents=True, exist_ok=True)
    with _path(home, name).open("a+", encoding="utf-8") as file:
        _acquire(file, name, wait)
        _write(file, Holder(os.getpid(), purpose, datetime.now(UTC).isoformat(timespec="seconds")))
        try:
            yield _FileLock()
        finally:
            file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


def holder(home: Path, name: str) -> Holder | None:
    """Returns who holds a lock now; None where nobody does."""
    path = _path(home, name)
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(file)
    return None


def _path(home: Path, name: str) -> Path:
    return home / f"{name}.lock"


def _acquire(file: IO[str], name: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise WriterBusyError(busy(name, _read(file))) from None
            time.sleep(RETRY_SECONDS)
        else:
            return


def _write(file: IO[str], new: Holder) -> None:
    file.truncate(0)
    json.dump([new.process, new.purpose, new.since], file)
    file.flush()


def _read(file: IO[str]) -> Holder:
    file.seek(0)
    try:
        process, purpose, since = json.loads(file.read())
    except ValueError:
        return UNKNOWN
    return Holder(process, purpose, since)
