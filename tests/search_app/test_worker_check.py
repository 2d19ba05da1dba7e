"""Whether a worker lives, as a supervisor asks."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.locks import WORKER, held
from indexer.records.codec import time_to_text
from indexer.records.database import open_records, writing
from indexer.records.heartbeat import Heartbeat, write_heartbeat
from search_app.cli.worker import command


@pytest.mark.parametrize(
    ("process", "silent_seconds", "expected"),
    [
        (None, 0, (0, "The worker runs as process ")),  # its first sign of life is still to come
        ("own", 5, (0, "The worker runs as process ")),
        ("own", 120, (1, "gave no sign of life since ")),
        ("other", 120, (0, "The worker runs as process ")),  # the last one's
    ],
)
def test_check_tells_a_worker_that_lives_from_one_that_hangs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    process: str | None,
    silent_seconds: int,
    expected: tuple[int, str],
) -> None:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path))
    engine = open_records(f"sqlite:///{tmp_path / 'records.sqlite'}")
    with held(engine, tmp_path, WORKER, "worker"):
        if process is not None:
            beat = time_to_text(datetime.now(UTC) - timedelta(seconds=silent_seconds))
            number = os.getpid() if process == "own" else os.getpid() + 1
            with writing(engine) as connection:
                write_heartbeat(connection, "worker", Heartbeat(number, beat, beat))
        done = CliRunner().invoke(command, ["--check"], standalone_mode=False)
    assert (done.return_value, expected[1] in done.output) == (expected[0], True), done.output


def test_check_says_that_none_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path))
    done = CliRunner().invoke(command, ["--check"], standalone_mode=False)
    assert (done.return_value, done.output) == (1, "No worker runs.\n")
