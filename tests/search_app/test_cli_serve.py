"""The web server as a command: its address, its worker, a port that is taken."""

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search_app.commands import SAMPLES, answer, empty_home, ended, run, start

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder_cache: Path) -> Path:
    home = empty_home(tmp_path_factory.mktemp("cli") / "home", encoder_cache)
    answer(home, "ingest", str(SAMPLES), "--json")
    return home


@pytest.fixture
def server(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = start(home, "serve", "--port", "0")
    try:
        assert process.stdout is not None
        yield process, re.search(r"http://\S+:\d+", process.stdout.readline())[0]  # type: ignore[index]
    finally:
        ended(process)


def test_serve_prints_its_address_and_shows_risks_on_the_first_page(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    with urllib.request.urlopen(server[1] + "/", timeout=30) as response:
        page = response.read().decode()
    assert "Riskiest passages" in page
    assert "Uncapped liability" in page


def test_serve_ends_its_worker_when_it_ends(home: Path, server: tuple[subprocess.Popen[str], str]) -> None:
    process, _ = server
    deadline = time.monotonic() + 60
    while (worker := answer(home, "status", "--json")["worker"]) is None:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    with pytest.raises(ProcessLookupError):
        os.kill(worker["process"], 0)


def test_a_worker_that_was_killed_is_replaced(home: Path, server: tuple[subprocess.Popen[str], str]) -> None:
    def worker(other_than: int) -> int:
        deadline = time.monotonic() + 60
        while True:
            found = answer(home, "status", "--json")["worker"]
            if found is not None and found["process"] != other_than:
                return int(found["process"])
            assert time.monotonic() < deadline

    first = worker(0)
    os.kill(first, signal.SIGKILL)
    second = worker(first)
    server[0].send_signal(signal.SIGTERM)
    server[0].wait(30)
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_a_taken_port_is_named(home: Path, server: tuple[subprocess.Popen[str], str]) -> None:
    port = server[1].rpartition(":")[2]
    done = run(home, "serve", "--port", port, "--no-worker")
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
