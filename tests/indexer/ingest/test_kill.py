"""kill -9 at any moment, then run again: the same documents, passages and index as an undisturbed run."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fakes import DictIndex
from tests.indexer.ingest.office import LEASE, NDA, mail, make_office

KILLS = 12


def write_files(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number in range(30):
        city = ("Delaware", "Ohio", "Texas")[number % 3]
        text = NDA.replace("Delaware", f"{city} {number}")
        (folder / f"nda {number:02}.txt").write_text(text)
    for number in range(4):
        (folder / f"mail {number}.eml").write_bytes(mail(LEASE.replace("1,000", str(number))))
    (folder / "copy.txt").write_text(NDA.replace("Delaware", "Ohio 1"))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nbroken")


def run(root: Path, url: str, seconds: float | None = None) -> int:
    """Runs the ingest and returns its exit status; kills it after some seconds of work."""
    command = [sys.executable, "-m", "tests.indexer.ingest.killable", str(root), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        return process.wait()


def everything(root: Path, url: str) -> dict[str, list[object]]:
    """What the records and the index hold, but for times and numbers that count attempts."""
    office = make_office(root, DictIndex(root / "index.pickle"), url=url)
    documents = [row[:-1] for row in office.rows("documents")]
    uri_of = {row[0]: str(row[2]).removeprefix(str(office.folder)) for row in office.rows("sources")}
    sources = [
        (uri_of[row[0]], uri_of.get(row[3]), row[4], row[5], row[-1]) for row in office.rows("sources")
    ]
    found: dict[str, list[object]] = {
        "documents": sorted(documents, key=repr),
        "sources": sorted(sources, key=repr),
        "blobs": sorted(
            path.name
            for path in office.blobs.path("0" * 64).parents[1].rglob("*")
            if path.is_file() and not path.name.startswith("incoming-")
        ),
        "index": [
            (chunk.key, chunk.document, chunk.text, chunk.labels, chunk.vector.tobytes())
            for _, chunk in sorted(office.index.chunks.items())
        ],
    }
    for table in ("chunks", "vectors", "predictions", "document_texts"):
        found[table] = sorted(office.rows(table), key=repr)
    states = {row[3] for row in office.rows("runs")}
    assert states <= {"done", "interrupted"}
    office.engine.dispose()
    return found


@pytest.mark.slow
def test_an_ingest_killed_at_random_moments_ends_like_an_undisturbed_one(
    tmp_path: Path, records_url: str
) -> None:
    reference, disturbed = tmp_path / "a" / "x", tmp_path / "b" / "x"
    for root in (reference, disturbed):
        write_files(root / "files")
    assert run(reference, "") == 0
    rng = random.Random(7)
    killed = sum(run(disturbed, records_url, rng.uniform(0.0, 0.5)) != 0 for _ in range(KILLS))
    assert killed > 0
    assert run(disturbed, records_url) == 0
    expected, found = everything(reference, ""), everything(disturbed, records_url)
    assert found.keys() == expected.keys()
    for name in expected:
        assert found[name] == expected[name], name
    assert len(expected["index"]) > 60
