"""A real Tika server for tests: loopback only, a free port; needs Java 11 or newer, and Maven once."""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VERSION = "3.3.2"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "clausewatch" / f"tika-{VERSION}"
JAR = CACHE / f"tika-server-standard-{VERSION}.jar"
_LIMIT_SECONDS = 120.0


def jar() -> Path:
    """The server's jar, fetched once and kept; the test skips where that cannot be done."""
    if shutil.which("java") is None:
        pytest.skip("Tika needs Java 11 or newer: apt-get install openjdk-17-jre-headless")
    if not JAR.exists():
        if shutil.which("mvn") is None:
            pytest.skip("the Tika server is fetched with Maven: apt-get install maven")
        artifact = f"-Dartifact=org.apache.tika:tika-server-standard:{VERSION}"
        command = ["mvn", "-q", "-B", "dependency:copy", artifact, f"-DoutputDirectory={CACHE}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            pytest.skip(f"Maven could not fetch the Tika server: {(done.stderr or done.stdout)[-500:]}")
    return JAR


class TikaProcess:
    """A server of our own, which can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._jar = jar()
        self._log = folder / "tika.txt"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts and waits until it answers."""
        command = ["java", "-Xmx512m", "-jar", str(self._jar), "-noFork", "-h", "127.0.0.1"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*command, "-p", str(self._port)], stdout=log, stderr=log)
        deadline = time.monotonic() + _LIMIT_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Tika did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """Ends it with signal 9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/version", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def running(folder: Path) -> Iterator[TikaProcess]:
    """Starts a server, and ends it in the end."""
    server = TikaProcess(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
