"""Ends long work when the process is asked to end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_WAKE_SECONDS = 1.0


@contextmanager
def signalled() -> Iterator[threading.Event]:
    """Yields an event that SIGTERM and SIGINT set; for the main thread."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait(stop: threading.Event) -> None:
    """Returns once ``stop`` is set.

    Python runs a signal's handler in the main thread only, and nothing wakes a wait without end for a
    signal that another thread received, or that came just before the wait began.
    """
    while not stop.wait(_WAKE_SECONDS):
        pass
