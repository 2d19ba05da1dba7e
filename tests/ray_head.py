"""A real Ray cluster of one machine for tests: loopback only, a free port, no dashboard, no statistics."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]
# Ray binds to loopback alone where it takes clusters for impossible, as it does on a desktop.
SETTINGS = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
_LIMIT_SECONDS = 120.0


class RayHead:
    """The head node of a cluster of our own."""

    def __init__(self, folder: Path) -> None:
        self.address = f"127.0.0.1:{_free_port()}"
        command = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--head"]
        command += ["--block", "--port", self.address.partition(":")[2], "--num-cpus", "2"]
        command += ["--include-dashboard", "false", "--disable-usage-stats", "--temp-dir", str(folder)]
        command += ["--object-store-memory", str(100 << 20)]
        self._log = folder / "head.txt"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env=os.environ | SETTINGS | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
                start_new_session=True,
            )
        deadline = time.monotonic() + _LIMIT_SECONDS
        while "runtime started" not in self._log.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Ray did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.1)

    def processes(self, title: str) -> list[psutil.Process]:
        """The processes that do the work of a function now."""
        found = []
        for process in psutil.Process(self._process.pid).children(recursive=True):
            try:
                if process.cmdline()[:1] == [f"ray::{title}"]:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def stop(self) -> None:
        """Ends the cluster with all that it started."""
        try:
            family = [self._process, *psutil.Process(self._process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            family = []
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for process in family[1:]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue


@contextmanager
def running_head() -> Iterator[RayHead]:
    """Starts a cluster, and ends it; the test skips where Ray is not installed."""
    pytest.importorskip("ray", reason="Ray is not installed: make install")
    folder = Path(tempfile.mkdtemp(prefix="cw-ray-"))  # short: sockets below it have long names
    head = None
    try:
        head = RayHead(folder)
        yield head
    finally:
        if head is not None:
            head.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
