"""One writer and one scheduler at a time, whichever database holds the records.

With SQLite all processes are on one machine, and a lock is a file under the home folder. With
PostgreSQL they may be on several, and a lock belongs to a session of the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from indexer.locks import files, sessions
from indexer.locks.holder import EXPERIMENTS, LEARNER, MIRROR, WORKER, WRITER, Holder, Lock

__all__ = ["EXPERIMENTS", "LEARNER", "MIRROR", "WORKER", "WRITER", "Holder", "Lock", "held", "holder"]


@contextmanager
def held(engine: Engine, home: Path, name: str, purpose: str, wait: float = 0.0) -> Iterator[Lock]:
    """Holds a lock while the block runs; it is free when the process dies, however it dies.

    Args:
        engine: The records.
        home: Folder of the lock file of SQLite's records; made where it is missing.
        name: WRITER for whoever changes records and index, WORKER for the one scheduler,
            LEARNER for whoever learns from decisions, MIRROR for whoever tells MLflow,
            EXPERIMENTS for whoever runs experiments.
        purpose: What the holder does; shown to those who come second.
        wait: Seconds to wait for another holder to finish.

    Raises:
        WriterBusyError: Another process, or another thread of this one, still holds the lock.
        RecordsUnavailableError: The database cannot be reached.
    """
    if engine.dialect.name == "postgresql":
        with sessions.held(engine, name, purpose, wait) as lock:
            yield lock
    else:
        with files.held(home, name, purpose, wait) as lock:
            yield lock


def holder(engine: Engine, home: Path, name: str) -> Holder | None:
    """Returns who holds a lock now; None where nobody does."""
    return sessions.holder(engine, name) if engine.dialect.name == "postgresql" else files.holder(home, name)
