"""Runs the commands of the product, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from search_app.cli import main

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS, END_SECONDS = 300, 60
SAMPLES = ROOT / "samples" / "documents"


def start(home: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "CLAUSEWATCH_HOME": str(home), **variables}
    command = [sys.executable, "-m", "search_app.cli", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)


def run(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    with start(home, *arguments, **variables) as process:
        try:
            output, errors = process.communicate(timeout=WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def ended(process: subprocess.Popen[str]) -> str:
    """Asks a command to end; returns what it wrote to stderr. One that does not end is killed, and fails."""
    process.terminate()
    try:
        return process.communicate(timeout=END_SECONDS)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def in_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Returns what runs a command in this process, and returns its status and what it wrote."""

    def called(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["clausewatch", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        assert isinstance(caught.value.code, int)
        return caught.value.code, *capsys.readouterr()

    return called


def answer(home: Path, *arguments: str) -> Any:
    done = run(home, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def empty_home(folder: Path, encoder_cache: Path) -> Path:
    folder.mkdir()
    (folder / "models").symlink_to(encoder_cache)
    return folder
