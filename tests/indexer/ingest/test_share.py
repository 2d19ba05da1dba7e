"""Several processes take the files of one run: each file once, whoever is killed."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from indexer import runs
from indexer.blobs import BlobStore
from indexer.ingest import claims as claiming
from indexer.ingest import enqueue_upload
from indexer.ingest.claims import Claims
from indexer.ingest.join import Joiner
from indexer.ingest.queue import MOST_REFUSED, stages_of, token
from indexer.ingest.walk import Found
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.read import run_record
from tests.fakes import DictIndex, HashingEncoder
from tests.indexer.ingest.joining import MODELS
from tests.indexer.ingest.office import LEASE, NDA, Office, mail, make_office
from tests.indexer.ingest.test_worker import eventually

TABLES = ("chunks", "vectors", "predictions", "document_texts")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.ingest.writer.BATCH_TEXTS", 3)
    monkeypatch.setattr(claiming, "LEASE_SECONDS", 2.0)


def with_models(office: Office) -> Office:
    """The same office with the classifier that those who join have too."""
    return replace(office, ingest=replace(office.ingest, classifiers=MODELS))


def write_files(office: Office, count: int = 40) -> None:
    for number in range(count):
        office.write(f"nda {number:02}.txt", NDA.replace("Delaware", f"Ohio {number}"))
    office.write("copy.txt", NDA.replace("Delaware", "Ohio 3"))
    for number in range(3):
        office.write(f"mail {number}.eml", mail(LEASE.replace("1,000", str(number))))
    office.write("broken.pdf", b"%PDF-1.7\nbroken")


def shared_run(office: Office, *, leading: bool = False) -> tuple[str, Claims]:
    """A run with the office's files in its queue, which nobody leads yet."""
    with writing(office.engine) as connection:
        now = office.clock()
        runs.ensure_collection(connection, "contracts", now)
        run = runs.start_run(connection, "contracts", "command", now, stages_of(office.encoder, None))
    office.blobs.put(token(run))
    claims = Claims(office.engine, run, leading=leading)
    claims.put([Found(path) for path in sorted(office.folder.iterdir())])
    return run, claims


def other(office: Office, **changes: object) -> Office:
    """The same office in another process, which has no index."""
    ingest = replace(office.ingest, index=DictIndex(), **changes)  # type: ignore[arg-type]
    return replace(office, ingest=ingest, index=DictIndex())


@contextmanager
def joined(office: Office, url: str, seconds: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.indexer.ingest.joining"]
    command += [str(office.home.parent), url, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def owners(office: Office, run: str) -> dict[str, str | None]:
    table = schema.run_files
    query = select(table.c.uri, table.c.claimed_by).where(table.c.run == run, table.c.document.is_not(None))
    with office.engine.connect() as connection:
        return {row.uri: row.claimed_by for row in connection.execute(query)}


def takers(office: Office, run: str) -> set[str]:
    return {owner.split()[0] for owner in owners(office, run).values() if owner}


def state(office: Office, run: str) -> str:
    with office.engine.connect() as connection:
        return run_record(connection, run).state


def check_complete(office: Office, root: Path) -> None:
    """Compares with an undisturbed ingest of the same files into SQLite, by one process."""
    root.mkdir()
    reference = with_models(make_office(root))
    reference.run(office.folder)
    for table in TABLES:
        assert sorted(office.rows(table), key=repr) == sorted(reference.rows(table), key=repr), table
    assert any("model" in row for row in office.rows("predictions"))
    for table in ("documents", "sources", "source_versions"):
        assert len(office.rows(table)) == len(reference.rows(table)), table
    reference.engine.dispose()


@pytest.mark.slow
def test_two_processes_share_a_run_and_each_file_has_one_outcome(
    office: Office, records_url: str, tmp_path: Path
) -> None:
    write_files(office)
    encoder = HashingEncoder()
    slow = replace(office, ingest=replace(with_models(office).ingest, encoder=encoder))
    encode = encoder.encode
    encoder.encode = lambda texts: time.sleep(0.1) or encode(texts)  # type: ignore[method-assign,func-returns-value]
    with joined(office, records_url, 0.1):
        summary = slow.run(share=True)
    assert takers(office, summary.run) == {"leader", "joined"}
    assert summary.outcomes == {"indexed": 46, "unchanged": 0, "duplicate": 1, "unsupported": 3, "failed": 1}
    assert summary.files == len(office.files(summary.run)) == 51
    assert state(office, summary.run) == "done"
    assert [failure.uri for failure in summary.failures] == [str(office.folder / "broken.pdf")]
    assert len(office.index.documents()) == 46
    check_complete(office, tmp_path / "reference")


@pytest.mark.slow
def test_the_files_of_a_process_that_is_killed_are_taken_by_the_other(
    office: Office, records_url: str, tmp_path: Path
) -> None:
    write_files(office)
    killed: list[str] = []
    with joined(office, records_url, 60.0) as process:

        def claimed() -> list[str]:
            table = schema.run_files
            theirs = table.c.claimed_by.like("joined %") & table.c.outcome.is_(None)
            with office.engine.connect() as connection:
                return list(connection.scalars(select(table.c.uri).where(theirs)))

        def report(done: int, total: int, detail: str = "") -> None:
            if not killed:
                assert eventually(claimed)  # it has joined, while the leader has files left
                process.kill()
                process.wait()
                killed.extend(claimed())

        summary = with_models(office).run(report=report, share=True)
    assert killed
    found = owners(office, summary.run)
    assert all(str(found[uri]).startswith("leader ") for uri in killed if uri in found)
    assert summary.outcomes == {"indexed": 46, "unchanged": 0, "duplicate": 1, "unsupported": 3, "failed": 1}
    check_complete(office, tmp_path / "reference")


def test_a_run_whose_leader_died_is_ended_by_those_that_joined_it_and_closed_by_the_next_writer(
    office: Office, tmp_path: Path
) -> None:
    write_files(office, 5)
    run, dead = shared_run(office, leading=True)
    assert len(dead.take()) == 1
    joiner = Joiner(other(office).ingest, threading.Event())
    assert eventually(lambda: joiner.look() or dead.unfinished() == 0)  # type: ignore[func-returns-value]
    assert state(office, run) == "running"
    assert office.index.applied == []
    office.run(office.write("later.txt", LEASE))
    assert state(office, run) == "done"
    assert takers(office, run) == {"joined"}
    assert len(office.index.documents()) == 12


def test_a_run_is_left_open_while_those_that_joined_it_work_and_interrupted_afterwards(
    office: Office,
) -> None:
    write_files(office, 5)
    run, _ = shared_run(office, leading=True)
    joined = Claims(office.engine, run, leading=False)
    assert joined.take()
    with writing(office.engine) as connection:
        assert runs.close_stale_runs(connection, office.clock()) == 0
    assert state(office, run) == "running"
    expire(office, run)
    with writing(office.engine) as connection:
        assert runs.close_stale_runs(connection, office.clock()) == 1
    assert state(office, run) == "interrupted"
    assert office.files(run) == {}
    assert joined.take() == []


def expire(office: Office, run: str) -> None:
    with writing(office.engine) as connection:
        own = update(schema.run_files).where(schema.run_files.c.run == run)
        connection.execute(own.values(lease_until="2000-01-01T00:00:00.000Z"))


def test_no_two_processes_claim_a_file_and_a_lapsed_claim_is_taken_over(office: Office) -> None:
    write_files(office, 40)
    run, first = shared_run(office)
    second = Claims(office.engine, run, leading=False)
    mine, theirs = first.take(), second.take()
    assert len(mine) == len(theirs) == 45 // 16
    assert not {each.uri for each in mine} & {each.uri for each in theirs}
    uris = [each.uri for each in mine]
    expire(office, run)
    taken: set[str] = set()
    while more := second.take():
        taken |= {each.uri for each in more}
    assert len(taken | {each.uri for each in theirs}) == 45
    with writing(office.engine) as connection:
        assert first.kept(connection, uris) == set()
        assert second.kept(connection, uris) == set(uris)


def test_claims_are_renewed_and_given_back_at_the_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "LEASE_SECONDS", 2.0)
    write_files(office, 1)
    run, first = shared_run(office)
    second = Claims(office.engine, run, leading=False)
    with first.renewed():
        while first.take():
            pass
        time.sleep(4.5)
        assert second.take() == []
    assert len(second.take()) == 1


@pytest.mark.slow
def test_of_a_process_that_lost_its_claim_nothing_is_written(office: Office) -> None:
    office.write("nda.txt", NDA)
    run, _ = shared_run(office)
    quick = Joiner(other(office).ingest, threading.Event())
    encoder = HashingEncoder()
    encode = encoder.encode
    interfered: list[bool] = []

    def lose(texts: list[str]) -> object:
        if not interfered:
            interfered.append(True)
            expire(office, run)
            quick.look()
        return encode(texts)

    encoder.encode = lose  # type: ignore[assignment]
    slow = Joiner(other(office, encoder=encoder).ingest, threading.Event())
    slow.look()
    assert interfered
    assert office.outcomes(run) == {"nda.txt": "indexed"}
    assert len(office.rows("documents")) == len(office.rows("outbox")) == 1
    assert len(set(owners(office, run).values())) == 1


def test_files_that_a_machine_cannot_open_are_left_to_others(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    write_files(office, 3)
    gone = [office.write(f"a{number}.txt", LEASE.replace("1,000", str(number))) for number in range(2)]
    run, claims = shared_run(office)
    contents = {path: path.read_bytes() for path in gone}
    for path in gone:  # as on a machine where this folder is not mounted
        path.unlink()
    Joiner(other(office).ingest, threading.Event()).look()
    assert claims.unfinished() == 2
    assert f"cannot open {gone[0]}" in caplog.text
    for path, content in contents.items():
        path.write_bytes(content)
    Joiner(other(office).ingest, threading.Event()).look()
    assert claims.unfinished() == 0
    assert {office.outcomes(run)[path.name] for path in gone} == {"indexed"}


def test_a_machine_that_can_open_nothing_takes_no_further_part(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(MOST_REFUSED + 5):
        office.write(f"{number}.txt", f"{NDA}{number}")
    _, claims = shared_run(office)
    for path in list(office.folder.iterdir()):
        path.unlink()
    joiner = Joiner(other(office).ingest, threading.Event())
    joiner.look()
    joiner.look()
    assert caplog.text.count("takes no more files") == 1
    assert claims.unfinished() == MOST_REFUSED + 5
    assert claims.take()


def test_files_that_are_gone_for_the_leader_too_fail_with_that_reason(office: Office) -> None:
    write_files(office, 3)

    def report(done: int, total: int, detail: str = "") -> None:
        (office.folder / "nda 02.txt").unlink(missing_ok=True)

    summary = office.run(report=report, share=True)
    assert [failure.reason for failure in summary.failures if "nda 02" in failure.uri] == [
        "The file was gone before it could be read."
    ]
    assert summary.outcomes["failed"] == 2


@pytest.mark.parametrize(
    ("obstacle", "said"),
    [("encoder", "was started with the versions"), ("blobs", "share the folder blobs/")],
)
def test_a_machine_that_lacks_what_the_run_needs_takes_no_part_and_says_so(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture, obstacle: str, said: str
) -> None:
    write_files(office, 3)
    _, claims = shared_run(office)
    changes = {"encoder": HashingEncoder("hashing-2"), "blobs": BlobStore(tmp_path / "elsewhere")}
    joiner = Joiner(other(office, **{obstacle: changes[obstacle]}).ingest, threading.Event())
    joiner.look()
    joiner.look()
    assert caplog.text.count(said) == 1
    assert claims.unfinished() == 8
    assert len(office.rows("documents")) == 0


def test_the_files_of_an_upload_are_shared_too(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    files = [(f"{number}.txt", f"{NDA}{number}".encode()) for number in range(6)]
    run = enqueue_upload(office.engine, office.blobs, "contracts", files)
    joiner = Joiner(other(office).ingest, threading.Event())

    def report(done: int, total: int, detail: str = "") -> None:
        joiner.look()

    with caplog.at_level(logging.WARNING):
        [summary] = office.ingest.run_queued(report)
    assert summary.outcomes["indexed"] == 6
    assert takers(office, run) == {"leader", "joined"}
    assert not caplog.records


def test_a_shared_run_leaves_no_copies_of_files_that_gave_no_document(office: Office) -> None:
    write_files(office, 2)
    summary = office.run(share=True)
    stored = {path.name for path in office.home.joinpath("blobs").rglob("*") if path.is_file()}
    kept = {str(row[2]) for row in office.rows("documents")}
    assert summary.outcomes["failed"] == 1
    assert stored == kept


def test_a_shared_run_that_is_stopped_leaves_no_file_waiting(office: Office) -> None:
    write_files(office, 5)

    def stop(done: int, total: int, detail: str = "") -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.run(report=stop, share=True)
    with office.engine.connect() as connection:
        [run] = connection.execute(select(schema.runs)).all()
    assert run.state == "interrupted"
    assert None not in office.outcomes(run.id).values()


def test_names_that_are_no_text_are_read_by_the_process_that_found_them(office: Office) -> None:
    odd = office.folder / b"nda \xff.txt".decode("utf-8", "surrogateescape")
    odd.write_text(NDA)
    office.write("lease.txt", LEASE)
    summary = office.run(share=True)
    assert summary.outcomes["indexed"] == 2
    assert set(office.outcomes(summary.run)) == {"lease.txt", r"nda \xff.txt"}


def test_a_second_shared_run_finds_everything_unchanged(office: Office) -> None:
    write_files(office, 5)
    office.run(share=True)
    again = office.run(share=True)
    assert again.outcomes == {"indexed": 0, "unchanged": 12, "duplicate": 0, "unsupported": 0, "failed": 1}
