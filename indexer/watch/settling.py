"""Waits until touched files are completely written."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class State:
    """Size and time of a file at a moment."""

    bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class _Seen:
    state: State | None
    since: float


def state_of(path: Path) -> State | None:
    """Returns the state of a regular file; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return State(status.st_size, status.st_mtime_ns) if path.is_file() else None


class Settling:
    """Holds touched files back until their size and time have not changed for a while.

    A file that is not there counts as a state too: programs save by moving the old file away and a new
    one to its place, and only one that stays away has been deleted. Safe for several threads.

    Args:
        quiet_seconds: How long a file must not change.
        now: Monotonic seconds.
    """

    def __init__(self, quiet_seconds: float, now: Callable[[], float]) -> None:
        self._quiet = quiet_seconds
        self._now = now
        self._seen: dict[Path, _Seen] = {}
        self._lock = threading.Lock()

    def touch(self, path: Path) -> None:
        """Notes that something happened to a file."""
        with self._lock:
            self._seen[path] = _Seen(state_of(path), self._now())

    def settled(self) -> dict[Path, State | None]:
        """Returns, once, the files that are quiet, with their state; None for those that are gone."""
        with self._lock:
            touched = dict(self._seen)
        ready = {}
        for path, seen in touched.items():
            state, now = state_of(path), self._now()
            with self._lock:
                if self._seen.get(path) != seen:
                    continue  # touched again just now
                if state != seen.state:
                    self._seen[path] = _Seen(state, now)
                elif now - seen.since >= self._quiet:
                    ready[path] = state
                    del self._seen[path]
        return ready

    def waiting(self) -> int:
        """Returns how many files are not yet quiet."""
        with self._lock:
            return len(self._seen)
