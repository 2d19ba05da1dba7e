"""kill -9 at any line of an apply or a rebuild, then again: the answers of an undisturbed run."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.index.embedded import EmbeddedIndex
from indexer.index.query import Word
from tests.contract.corpus import DIMENSION, corpus
from tests.contract.test_change import assert_answers
from tests.contract.test_retrieve import lexical

ROOT = Path(__file__).resolve().parents[2]
KILLED = -9


def run(action, directory, fatal):
    return subprocess.run(
        [sys.executable, "-m", "tests.contract.victim", action, str(directory), str(fatal)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def lines_of(action, directory):
    done = run(action, directory, 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def opened(directory):
    return EmbeddedIndex(directory, "encoder-1", DIMENSION)


@pytest.mark.slow
def test_applies_that_are_killed_again_and_again_end_as_an_undisturbed_run(tmp_path):
    lines = lines_of("apply", tmp_path / "undisturbed")
    rng = random.Random(5)
    deaths = 0
    words = Word("party")
    for directory in (tmp_path / "once", tmp_path / "again"):
        while (done := run("apply", directory, rng.randrange(1, lines // 4))).returncode == KILLED:
            deaths += 1
            assert deaths < 120
        assert done.returncode == 0, done.stderr
        index = opened(directory)
        assert_answers(index, corpus(documents=4, passages=5))
        assert lexical(index, words) == lexical(opened(tmp_path / "undisturbed"), words)
        assert index.status().position == 8
    assert deaths >= 5


@pytest.mark.slow
def test_a_rebuild_that_is_killed_leaves_the_old_generation_until_one_is_finished(tmp_path):
    chunks = corpus(documents=4, passages=5)
    directory = tmp_path / "index"
    for each in (directory, tmp_path / "undisturbed"):
        opened(each).apply(chunks[:10], [], 3)
    # What a killed rebuild leaves behind changes the number of lines by a few.
    lines = lines_of("rebuild", tmp_path / "undisturbed") - 20
    for fatal in random.Random(6).sample(range(1, lines), 8):
        assert run("rebuild", directory, fatal).returncode == KILLED
        assert_answers(opened(directory), chunks[:10] if opened(directory).status().position == 3 else chunks)
    assert run("rebuild", directory, 0).returncode == 0
    assert_answers(opened(directory), chunks)
    kept = {each.name for each in (directory / "generations").iterdir()}
    status = opened(directory).status()
    assert kept == {status.generation, status.previous}


@pytest.mark.slow
def test_the_lock_of_a_killed_writer_is_free(tmp_path):
    assert run("apply", tmp_path, 400).returncode == KILLED
    opened(tmp_path).apply([], [], 9)
    assert opened(tmp_path).status().position == 9
