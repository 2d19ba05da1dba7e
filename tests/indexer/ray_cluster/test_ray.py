"""Ingest on a real Ray cluster: the same records as on one machine, whatever dies meanwhile."""

import importlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from indexer.errors import ClusterUnavailableError, ExtractionError
from indexer.extract.pool import Task
from indexer.ingest import Limits
from indexer.ray_cluster import RayEncoder, RayPool, Setup, batches, connect
from indexer.reading import Extracted
from models.encoder import load_encoder
from models.protocols import Encoder
from tests.classifiers import OneClassifier, WordClassifier, model_bytes
from tests.indexer.ingest.office import LEASE, NDA, Office, mail, make_office
from tests.ray_head import RayHead, running_head

TABLES = ("documents", "document_texts", "document_pages", "chunks", "vectors", "predictions")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def head() -> Iterator[RayHead]:
    """A cluster that this process is connected to."""
    with running_head() as started:
        connect(started.address)
        yield started
        importlib.import_module("ray").shutdown()


@pytest.fixture(scope="module")
def encoder(encoder_cache: Path) -> Encoder:
    return load_encoder("", "onnx", encoder_cache)


@pytest.fixture
def setup(head: RayHead, encoder: Encoder, encoder_cache: Path) -> Setup:
    return Setup("", "", "onnx", encoder_cache, Limits(), encoder.version)


def on_ray(office: Office, encoder: Encoder, setup: Setup) -> Office:
    ingest = replace(
        office.ingest,
        encoder=RayEncoder(encoder, setup),
        open_pool=lambda _limits, _encoder, _tika: RayPool(setup),
        batches=batches(),
        classifiers=models(encoder),
    )
    return replace(office, ingest=ingest)


def locally(office: Office, encoder: Encoder) -> Office:
    return replace(office, ingest=replace(office.ingest, encoder=encoder, classifiers=models(encoder)))


def models(encoder: Encoder) -> OneClassifier:
    """A classifier that labels by what the encoder's reader reads."""
    place = encoder.reads.index("Governing Law")
    labels = {"Governing Law": {"word": "", "where": "reading", "place": place, "probability": 0.9}}
    reader = encoder.version.rpartition("-")[2]
    return OneClassifier(WordClassifier(model_bytes(labels, reader=reader)))


def write_files(office: Office) -> None:
    for number in range(12):
        office.write(f"nda {number}.txt", NDA.replace("Delaware", f"Ohio {number}") * (1 + number))
    office.write("mail.eml", mail(LEASE))
    office.write("copy.txt", NDA.replace("Delaware", "Ohio 0"))
    office.write("broken.pdf", b"%PDF-1.7\nbroken")
    office.write("noise.bin", bytes(range(256)) * 20)


def outcomes(office: Office, run: str) -> dict[str, tuple[object, ...]]:
    return {
        name: (file.outcome, file.code, file.reason, file.document, file.chunks)
        for name, file in office.files(run).items()
    }


def text_of(size: int) -> str:
    clause = NDA.partition("\n\n")[2]
    return "\n\n".join(clause.replace("Delaware", f"Ohio {number}") for number in range(size))


def read(setup: Setup, *paths: Path) -> dict[str, Extracted | ExtractionError]:
    tasks = [Task(path, path.name, str(path)) for path in paths]
    with RayPool(setup) as pool:
        return {task.name: answer for task, answer in pool.run(tasks)}


def code(answer: Extracted | ExtractionError) -> str:
    return answer.code if isinstance(answer, ExtractionError) else "read"


class Killer(threading.Thread):
    """Kills, with -9, the processes of the cluster that read files, so many times."""

    def __init__(self, head: RayHead, times: int) -> None:
        super().__init__(daemon=True)
        self._head = head
        self._times = times
        self.killed: list[int] = []
        self.done = threading.Event()

    def run(self) -> None:
        while len(self.killed) < self._times and not self.done.is_set():
            for process in self._head.processes("read_file"):
                if process.pid not in self.killed and process.children():
                    process.kill()
                    self.killed.append(process.pid)
            time.sleep(0.1)


def test_records_made_on_ray_are_those_of_one_machine(
    tmp_path: Path, records_url: str, encoder: Encoder, setup: Setup
) -> None:
    office = make_office(tmp_path, url=records_url)
    write_files(office)
    (tmp_path / "reference").mkdir()
    reference = replace(make_office(tmp_path / "reference"), folder=office.folder)
    expected = locally(reference, encoder).run()
    found = on_ray(office, encoder, setup).run()
    assert found.outcomes == expected.outcomes
    assert found.outcomes == {"indexed": 14, "unchanged": 0, "duplicate": 1, "unsupported": 2, "failed": 1}
    # Which of two files with the same bytes comes first is chance, on one machine too.
    twins = ("copy.txt", "nda 0.txt")
    here, there = outcomes(office, found.run), outcomes(reference, expected.run)
    assert {here.pop(name)[0] for name in twins} == {there.pop(name)[0] for name in twins}
    assert here == there
    for table in TABLES:
        assert rows(office, table) == rows(reference, table), table
    assert len(rows(office, "vectors")) > 20
    assert {row[2] for row in rows(office, "predictions")} == {"model", "rule"}
    chunks = [
        {key: (chunk.text, chunk.vector.tobytes()) for key, chunk in each.index.chunks.items()}
        for each in (office, reference)
    ]
    assert chunks[0] == chunks[1]
    assert office.extracted == []
    office.engine.dispose()
    reference.engine.dispose()


def rows(office: Office, table: str) -> list[tuple[object, ...]]:
    """All rows, but for the names of files with the same bytes."""
    found = office.rows(table)
    if table == "documents":
        found = [(*row[:5], *row[6:]) for row in found]
    return sorted(found, key=repr)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(seconds=0.2), "timed_out"),
        (Limits(memory_mb=30), "out_of_memory"),
    ],
)
def test_the_limits_of_one_file_hold_on_ray_and_the_next_file_is_read(
    setup: Setup, tmp_path: Path, limits: Limits, expected: str
) -> None:
    large, small = tmp_path / "large.txt", tmp_path / "small.txt"
    large.write_text(text_of(20_000))
    small.write_text(NDA)
    answer = read(replace(setup, limits=limits), large)["large.txt"]
    assert code(answer) == expected
    assert code(read(setup, small)["small.txt"]) == "read"


def test_a_file_whose_process_is_killed_is_read_again(setup: Setup, head: RayHead, tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_text(text_of(3000))
    killer = Killer(head, 1)
    killer.start()
    answer = read(setup, path)["large.txt"]
    killer.done.set()
    killer.join()
    assert len(killer.killed) == 1
    assert isinstance(answer, Extracted)
    assert len(answer.chunks) > 500


def test_a_file_that_kills_every_reader_fails_alone(setup: Setup, head: RayHead, tmp_path: Path) -> None:
    path, other = tmp_path / "poison.txt", tmp_path / "nda.txt"
    path.write_text(text_of(20_000))
    other.write_text(NDA)
    killer = Killer(head, 10)
    killer.start()
    answer = read(setup, path)["poison.txt"]
    killer.done.set()
    killer.join()
    assert code(answer) == "damaged"
    assert len(killer.killed) == 4
    assert not [pid for pid in killer.killed if psutil.pid_exists(pid)]
    assert code(read(setup, other)["nda.txt"]) == "read"


def test_a_file_that_is_gone_before_it_is_sent_is_unreadable(setup: Setup, tmp_path: Path) -> None:
    present = tmp_path / "nda.txt"
    present.write_text(NDA)
    answers = read(setup, tmp_path / "absent.txt", present)
    assert {name: code(answer) for name, answer in answers.items()} == {
        "absent.txt": "unreadable",
        "nda.txt": "read",
    }


def test_machines_with_another_version_are_refused(setup: Setup, encoder: Encoder, tmp_path: Path) -> None:
    path = tmp_path / "nda.txt"
    path.write_text(NDA)
    with pytest.raises(ClusterUnavailableError, match="install the same version of Clausewatch"):
        read(replace(setup, stages=("another", "1")), path)
    with pytest.raises(ClusterUnavailableError, match="has the encoder in version all-minilm"):
        RayEncoder(encoder, replace(setup, version="another")).encode(["a", "b"])


def test_an_encoder_that_is_missing_over_there_is_named(setup: Setup, encoder: Encoder) -> None:
    missing = RayEncoder(encoder, replace(setup, encoder="/no/such/model"))
    with pytest.raises(Exception, match="/no/such/model") as caught:
        missing.encode(["a", "b"])
    assert type(caught.value).__name__ == "EncoderUnavailableError"
    assert "Traceback" not in str(caught.value)


def test_no_texts_need_no_cluster(setup: Setup, encoder: Encoder) -> None:
    assert RayEncoder(encoder, setup).encode([]).shape == (0, encoder.dimension)
    assert RayEncoder(encoder, setup).read([])[1].shape == (0, len(encoder.reads))
