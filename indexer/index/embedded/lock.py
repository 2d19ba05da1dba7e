"""One writer at a time, across processes; the kernel frees the lock when its process dies."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import WriterBusyError


@contextmanager
def writer_lock(path: Path, purpose: str) -> Iterator[None]:
    """Holds the lock of the index while the block runs.

    Raises:
        WriterBusyError: Another writer has it; the message names its process, its purpose and since when.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WriterBusyError(_describe(path)) from None
        holder = {
            "pid": os.getpid(),
            "purpose": purpose,
            "since": datetime.now(UTC).isoformat("T", "seconds"),
        }
        file.truncate(0)
        file.write(json.dumps(holder).encode())
        file.flush()
        yield


def _describe(path: Path) -> str:
    try:
        holder = json.loads(path.read_bytes())
        who = f"process {holder['pid']} ({holder['purpose']}) since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):  # the holder is just writing the file
        who = "another process"
    return f"The search index is being written by {who}. Wait for it, or stop it, and try again."
