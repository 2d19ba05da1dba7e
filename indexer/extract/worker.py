"""The worker process of a pool: takes tasks from a pipe and sends back a result or a reason."""

import contextlib
import importlib
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from indexer.errors import ExtractionError

READY = "ready"
RESULT = "result"
FAILURE = "failure"

_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Pipes:
    """A worker's ends of its three pipes.

    Attributes:
        tasks: Gives (path, name) of one task at a time.
        results: Takes ("ready", None), then per task ("result", value) or ("failure", (code, reason)).
        life: Closes when the parent dies, however it dies; nothing is ever sent through it.
    """

    tasks: Connection
    results: Connection
    life: Connection


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take: seconds, and bytes of memory beyond an idle worker's."""

    seconds: float
    memory: int


def serve(pipes: Pipes, function: Callable[[Path, str], Any], limits: Limits) -> None:
    """Runs a function on tasks until the pipe closes; the entry point of a worker process.

    The parent enforces the limits from outside. Those set here hold where it cannot: between two
    looks at the memory, and when it is gone while foreign code does not return.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, args=(pipes.life,), daemon=True).start()
    _limit_memory(limits.memory)
    pipes.results.send((READY, None))
    with contextlib.suppress(EOFError, OSError):
        while True:
            path, name = pipes.tasks.recv()
            _set_alarm(limits.seconds + _GRACE_SECONDS)
            answer = _answer(function, path, name)
            _set_alarm(0)
            pipes.results.send(answer)


def _answer(function: Callable[[Path, str], Any], path: Path, name: str) -> tuple[str, Any]:
    try:
        return RESULT, function(path, name)
    except ExtractionError as error:
        return FAILURE, (error.code, error.reason)
    except MemoryError:
        return FAILURE, ("out_of_memory", "Reading the file takes more memory than allowed.")
    except OSError as error:
        return FAILURE, ("unreadable", f"The file cannot be opened: {error.strerror or error}.")
    except Exception as error:  # noqa: BLE001
        # A file that trips over a defect of ours must not stop the batch; its outcome names the defect.
        return FAILURE, ("unreadable", f"The file cannot be read ({type(error).__name__}: {error})."[:500])


def _die_with_parent(life: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        life.recv()
    os._exit(1)


def _limit_memory(memory: int) -> None:
    """Makes allocations fail beyond the limit on systems that count writable memory."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        resource = importlib.import_module("resource")
        used = psutil.Process().memory_info().data
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (used + memory, hard))


def _set_alarm(seconds: float) -> None:
    """Lets the system end this process even where foreign code never returns and the parent is gone."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
