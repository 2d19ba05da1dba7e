"""One writer at a time: a lock file under the home folder that says who holds it, and since when."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from indexer.errors import WriterBusyError

WRITER, WORKER = "writer", "worker"
_RETRY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process id, what it does ("ingest"), and since when (UTC ISO 8601)."""

    process: int
    purpose: str
    since: str


@contextmanager
def held(home: Path, name: str, purpose: str, wait: float = 0.0) -> Iterator[None]:
    """Holds a lock while the block runs; the system frees it when the process dies, however it dies.

    Args:
        home: Folder of the lock file; made where it is missing.
        name: WRITER for whoever changes records and index, WORKER for the one scheduler.
        purpose: What the holder does; shown to those who come second.
        wait: Seconds to wait for another holder to finish.

    Raises:
        WriterBusyError: Another process, or another thread of this one, still holds the lock.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _path(home, name).open("a+", encoding="utf-8") as file:
        _acquire(file, name, wait)
        _write(file, Holder(os.getpid(), purpose, datetime.now(UTC).isoformat(timespec="seconds")))
        try:
            yield
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
                raise WriterBusyError(_busy(name, _read(file))) from None
            time.sleep(_RETRY_SECONDS)
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
    except ValueError:  # caught between taking the lock and writing the name
        return Holder(0, "unknown", "just now")
    return Holder(process, purpose, since)


def _busy(name: str, other: Holder) -> str:
    what = "A worker already runs here" if name == WORKER else "Another process is writing"
    return (
        f"{what}: process {other.process} ({other.purpose}), since {other.since}; "
        "wait until it is done, or stop it"
    )
