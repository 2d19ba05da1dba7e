"""kill -9 at any moment of a relabelling, then run again: the same labels and index as an undisturbed one."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.classifiers import model_bytes
from tests.fakes import DictIndex
from tests.indexer.ingest.office import NDA, make_office

KILLS = 8
MODEL = model_bytes(
    {
        "Governing Law": {"word": "delaware", "probability": 0.9},
        "Insurance": {"word": "ohio", "probability": 0.5},
        "Audit Rights": {"word": "", "probability": 0.8, "where": "reading"},
    },
    reader="1",
)


def fill(root: Path, url: str) -> Path:
    root.mkdir(parents=True)
    office = make_office(root, DictIndex(root / "index.pickle"), url=url)
    for number in range(30):
        city = ("Delaware", "Ohio", "Texas")[number % 3]
        office.write(f"nda {number:02}.txt", NDA.replace("Delaware", f"{city} {number}"))
    office.run()
    office.engine.dispose()
    (root / "model").write_bytes(MODEL)
    return root


def run(root: Path, url: str, seconds: float | None = None) -> int:
    """Relabels and returns the exit status; kills it after some seconds of work."""
    command = [sys.executable, "-m", "tests.indexer.relabel.killable", str(root), url, str(root / "model")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        return process.wait()


def everything(root: Path, url: str) -> dict[str, list[object]]:
    office = make_office(root, DictIndex(root / "index.pickle"), url=url)
    found: dict[str, list[object]] = {
        name: sorted(office.rows(name), key=repr)
        for name in ("documents", "predictions", "chunks", "vectors")
    }
    found["index"] = [
        (chunk.key, chunk.document, chunk.labels) for _, chunk in sorted(office.index.chunks.items())
    ]
    office.engine.dispose()
    return found


@pytest.mark.slow
def test_a_relabelling_killed_at_random_moments_ends_like_an_undisturbed_one(
    tmp_path: Path, records_url: str
) -> None:
    reference, disturbed = fill(tmp_path / "a" / "x", ""), fill(tmp_path / "b" / "x", records_url)
    assert run(reference, "") == 0
    rng = random.Random(7)
    killed = sum(run(disturbed, records_url, rng.uniform(0.0, 0.6)) != 0 for _ in range(KILLS))
    assert killed > 0
    assert run(disturbed, records_url) == 0
    expected, found = everything(reference, ""), everything(disturbed, records_url)
    for name in expected:
        assert found[name] == expected[name], name
    assert {label.label for *_, labels in found["index"] for label in labels} >= {
        "Governing Law",
        "Audit Rights",
    }
