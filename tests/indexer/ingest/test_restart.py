"""PostgreSQL goes away in the middle of an ingest: nothing is lost, nothing is there twice."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import RecordsUnavailableError
from indexer.ingest import enqueue_upload
from indexer.jobs import run_worker
from indexer.locks import WORKER, WRITER, Holder, holder
from indexer.records.heartbeat import WORKER as ROLE
from indexer.records.heartbeat import read_heartbeat
from indexer.records.read import run_records
from tests.indexer.ingest.office import LEASE, NDA, Office, mail, make_office
from tests.indexer.ingest.test_worker import eventually
from tests.postgres import PASSWORD, PostgresServer, new_database

TABLES = ("chunks", "vectors", "predictions", "document_texts", "documents", "source_versions")


def lives(office: Office) -> bool:
    with office.engine.connect() as connection:
        return read_heartbeat(connection, ROLE) is not None


@pytest.fixture
def disturbed(
    own_postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """An office with a dozen files, which takes small steps."""
    monkeypatch.setattr("indexer.ingest.writer.BATCH_TEXTS", 3)
    monkeypatch.setattr("indexer.ingest.writer.APPLY_SECONDS", 0.0)
    monkeypatch.setattr("indexer.ingest.writer.APPLY_SHARE", 0)
    with new_database(own_postgres.url) as url:
        office = make_office(tmp_path, url=url)
        for number in range(10):
            office.write(f"nda {number}.txt", NDA.replace("Delaware", f"Ohio {number}"))
        office.write("mail.eml", mail(LEASE))
        office.write("broken.pdf", b"%PDF-1.7\nbroken")
        yield office
        office.engine.dispose()


def states(office: Office) -> list[str]:
    with office.engine.connect() as connection:
        return [run.state for run in run_records(connection, 10)]


def check_complete(office: Office, root: Path) -> None:
    """Compares with an undisturbed ingest of the same files into SQLite."""
    root.mkdir()
    reference = make_office(root)
    reference.run(office.folder)
    for table in TABLES:
        expected, found = (sorted(each.rows(table), key=repr) for each in (reference, office))
        assert len(found) == len(expected), table
        if table in {"chunks", "vectors", "predictions", "document_texts"}:
            assert found == expected, table
    reference.engine.dispose()
    assert {key: chunk.text for key, chunk in office.index.chunks.items()} == {
        key: chunk.text for key, chunk in reference.index.chunks.items()
    }


@pytest.mark.parametrize("number", [1, 6])
def test_a_restart_between_two_steps_is_not_noticed(
    disturbed: Office, own_postgres: PostgresServer, tmp_path: Path, number: int
) -> None:
    holders: list[Holder | None] = []

    def report(done: int, total: int, detail: str = "") -> None:
        if done == number:
            own_postgres.restart()
        if done in {number, total}:
            holders.append(holder(disturbed.engine, disturbed.home, WRITER))

    summary = disturbed.run(report=report)
    assert holders[0] is None  # lost with its session
    assert holders[-1] is not None
    assert holders[-1].process == os.getpid()
    assert (summary.files, summary.outcomes["failed"]) == (14, 1)
    assert states(disturbed) == ["done"]
    check_complete(disturbed, tmp_path / "reference")


@pytest.mark.parametrize("number", [1, 6])
def test_a_run_whose_server_stops_says_so_and_the_next_completes_it(
    disturbed: Office, own_postgres: PostgresServer, tmp_path: Path, number: int
) -> None:

    def report(done: int, total: int, detail: str = "") -> None:
        if done == number:
            own_postgres.stop()

    with pytest.raises(RecordsUnavailableError, match="cannot be reached") as caught:
        disturbed.run(report=report)
    own_postgres.start()
    assert PASSWORD not in str(caught.value)
    assert holder(disturbed.engine, disturbed.home, WRITER) is None
    disturbed.clock.forward(1)
    disturbed.run()
    assert states(disturbed) == ["done", "interrupted"]
    check_complete(disturbed, tmp_path / "reference")


@pytest.mark.slow
def test_a_worker_goes_on_after_a_restart(own_postgres: PostgresServer, tmp_path: Path) -> None:
    stop = threading.Event()
    with new_database(own_postgres.url) as url:
        office = make_office(tmp_path, url=url)
        worker = threading.Thread(target=run_worker, args=(office.ingest, stop))
        worker.start()
        try:
            assert eventually(lambda: lives(office))
            own_postgres.restart()
            enqueue_upload(office.engine, office.blobs, "contracts", [("nda.txt", NDA.encode())])
            assert eventually(lambda: office.names() == {"nda.txt"})
            assert eventually(lambda: holder(office.engine, office.home, WORKER) is not None)
        finally:
            stop.set()
            worker.join(60)
            office.engine.dispose()
    assert not worker.is_alive()
