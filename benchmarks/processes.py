"""Measures a process of its own: how long it takes and the memory that it has to itself."""

import subprocess
import threading
import time
from contextlib import suppress

import psutil


def finished(process: subprocess.Popen[str], what: str) -> tuple[float, int, str]:
    """Waits for a process; returns seconds, its peak memory in MiB, and what it said.

    The memory is sampled fifty times a second: pages of the database that the system maps into the process
    and takes away as it likes are not counted.

    Raises:
        SystemExit: It failed at ``what``.
    """
    began, peak, done = time.monotonic(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            with suppress(psutil.Error):
                found = psutil.Process(process.pid).memory_info()
                peak = max(peak, found.rss - found.shared)

    watcher = threading.Thread(target=watch)
    watcher.start()
    said, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{what} failed")
    return time.monotonic() - began, peak >> 20, said.strip()
