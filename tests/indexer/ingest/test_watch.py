"""Watched folders: what is saved, changed, moved or deleted is found again in the search."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.errors import UnknownPathError, WriterBusyError
from indexer.ingest import enqueue_upload
from indexer.jobs import Jobs, build_scheduler, run_worker
from indexer.locks import WORKER, WRITER, held, holder
from indexer.records.database import writing
from indexer.records.heartbeat import read_heartbeat
from indexer.records.read import run_record, run_records
from indexer.records.watches import Watch, remove_watch, watches
from indexer.watch import Settling, Watcher, watch_paths
from indexer.watch.settling import State
from tests.indexer.ingest.office import LEASE, NDA, Office


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def watcher(office: Office, seconds: Seconds) -> Watcher:
    watch_paths(office.ingest, [office.folder], "contracts")
    return Watcher(office.ingest, now=seconds)


def look(watcher: Watcher, seconds: Seconds) -> None:
    """Reconciles, lets the quiet time pass, and takes in what has settled."""
    watcher.reconcile()
    seconds.now += 1.5
    watcher.settle()


def names(office: Office) -> set[str]:
    """The file names of the documents that the index holds."""
    by_id = {row[0]: row[5] for row in office.rows("documents")}
    return {str(by_id[document]) for document in office.index.documents()}


def test_a_file_settles_only_after_it_has_not_changed_for_a_while(tmp_path: Path, seconds: Seconds) -> None:
    settling, path = Settling(1.0, seconds), tmp_path / "a.txt"
    path.write_text("half of")
    settling.touch(path)
    seconds.now = 0.9
    path.write_text("half of the text")
    assert settling.settled() == {}
    seconds.now = 1.8
    assert settling.settled() == {}
    seconds.now = 2.0
    assert settling.settled() == {path: State(16, path.stat().st_mtime_ns)}
    assert settling.settled() == {}


def test_a_file_that_is_replaced_within_the_quiet_time_is_not_taken_for_deleted(
    tmp_path: Path, seconds: Seconds
) -> None:
    settling, path = Settling(1.0, seconds), tmp_path / "a.txt"
    settling.touch(path)
    seconds.now = 0.5
    path.write_text("saved anew")
    assert settling.settled() == {}
    seconds.now = 1.5
    assert settling.settled() == {path: State(10, path.stat().st_mtime_ns)}


def test_new_changed_moved_and_deleted_files_are_noticed(
    office: Office, watcher: Watcher, seconds: Seconds
) -> None:
    nda = office.write("nda.txt", NDA)
    office.write("lease.txt", LEASE)
    look(watcher, seconds)
    assert names(office) == {"nda.txt", "lease.txt"}
    office.write("nda.txt", NDA.replace("Delaware", "Ohio"))
    look(watcher, seconds)
    assert any("Ohio" in chunk.text for chunk in office.index.chunks.values())
    assert not any("Delaware" in chunk.text for chunk in office.index.chunks.values())
    nda.rename(office.folder / "final.txt")
    look(watcher, seconds)
    live = sorted(str(row[2]) for row in office.rows("sources") if row[-1] is None)
    assert live == [str(office.folder / "final.txt"), str(office.folder / "lease.txt")]
    (office.folder / "lease.txt").unlink()
    look(watcher, seconds)
    assert names(office) == {"nda.txt"}


def test_nothing_new_makes_no_run(office: Office, watcher: Watcher, seconds: Seconds) -> None:
    office.write("nda.txt", NDA)
    office.write("data.bin", b"\x00\x01\x02\xff" * 50)
    look(watcher, seconds)
    look(watcher, seconds)
    look(watcher, seconds)
    assert len(office.rows("runs")) == 1


def test_a_file_that_failed_is_tried_again_once_it_changes(
    office: Office, watcher: Watcher, seconds: Seconds
) -> None:
    office.write("nda.txt", "")
    look(watcher, seconds)
    office.write("nda.txt", NDA)
    look(watcher, seconds)
    assert names(office) == {"nda.txt"}


def test_a_folder_that_is_missing_keeps_its_documents_and_warns_once(
    office: Office, watcher: Watcher, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    office.write("nda.txt", NDA)
    look(watcher, seconds)
    away = office.folder.with_name("away")
    office.folder.rename(away)
    with caplog.at_level(logging.WARNING):
        look(watcher, seconds)
        look(watcher, seconds)
    assert names(office) == {"nda.txt"}
    warnings = [record.getMessage() for record in caplog.records if "suddenly empty" in record.getMessage()]
    assert len(warnings) == 1
    assert "its 1 documents stay searchable" in warnings[0]
    away.rename(office.folder)
    look(watcher, seconds)
    assert office.statuses() == {"nda.txt": "active"}


def test_a_folder_that_is_suddenly_empty_keeps_its_documents(
    office: Office, watcher: Watcher, seconds: Seconds
) -> None:
    office.write("nda.txt", NDA)
    look(watcher, seconds)
    shutil.rmtree(office.folder)
    office.folder.mkdir()
    look(watcher, seconds)
    assert names(office) == {"nda.txt"}


def test_a_folder_whose_name_differs_in_case_only_is_another(
    office: Office, watcher: Watcher, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    other = office.folder.with_name("FILES")
    other.mkdir()
    watch_paths(office.ingest, [other], "contracts")
    office.write("nda.txt", NDA)
    office.write("a_b/lease.txt", LEASE)
    look(watcher, seconds)
    look(watcher, seconds)
    assert names(office) == {"nda.txt", "lease.txt"}
    assert "suddenly empty" not in caplog.text


def test_settled_files_wait_while_another_writes(
    office: Office, watcher: Watcher, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.watch.watcher.WAIT_SECONDS", 0.0)
    office.write("nda.txt", NDA)
    with held(office.engine, office.home, WRITER, "ingest"), pytest.raises(WriterBusyError):
        look(watcher, seconds)
    seconds.now += 1.5
    watcher.settle()
    assert names(office) == {"nda.txt"}


def test_our_own_files_and_hidden_ones_are_never_taken_in(office: Office, seconds: Seconds) -> None:
    root = office.home.parent
    watch_paths(office.ingest, [root], "contracts")
    watcher = Watcher(office.ingest, now=seconds)
    office.write("nda.txt", NDA)
    office.write(".git/config.txt", LEASE)
    office.write("~$nda.docx", "lock")
    look(watcher, seconds)
    look(watcher, seconds)
    assert [row[2] for row in office.rows("sources")] == [str(office.folder / "nda.txt")]


def test_a_watch_is_kept_in_the_records_until_it_is_removed(office: Office) -> None:
    watch = Watch("contracts", office.folder)
    assert watch_paths(office.ingest, [office.folder, office.folder], "contracts") == [watch, watch]
    with writing(office.engine) as connection:
        assert watches(connection) == [watch]
        assert remove_watch(connection, watch)
        assert not remove_watch(connection, watch)
        assert watches(connection) == []
    with pytest.raises(UnknownPathError):
        watch_paths(office.ingest, [office.folder / "nowhere"], "contracts")


@pytest.fixture
def worker(office: Office) -> Iterator[threading.Event]:
    """A running worker; the event ends it."""
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(office.ingest, stop))
    thread.start()
    yield stop
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


def eventually(condition: Callable[[], bool]) -> bool:
    """Waits for a condition; the limit only ends a test that would fail anyway."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_the_worker_notices_files_by_their_events(office: Office, worker: threading.Event) -> None:
    watch_paths(office.ingest, [office.folder], "contracts")
    assert eventually(lambda: holder(office.engine, office.home, WORKER) is not None)
    path = office.write("deep/er/nda.txt", NDA)
    assert eventually(lambda: names(office) == {"nda.txt"})
    # As editors save: the old file aside, the new one to its place, the old one deleted.
    path.rename(path.with_name("~nda.tmp"))
    path.with_name("new.tmp").write_text(NDA.replace("Delaware", "Ohio"))
    path.with_name("new.tmp").rename(path)
    path.with_name("~nda.tmp").unlink()
    assert eventually(lambda: any("Ohio" in chunk.text for chunk in office.index.chunks.values()))
    assert [row[-1] for row in office.rows("sources")] == [None]
    path.unlink()
    assert eventually(lambda: not office.index.chunks)


@pytest.mark.slow
def test_the_worker_takes_uploads_and_shows_that_it_lives(office: Office, worker: threading.Event) -> None:
    run = enqueue_upload(office.engine, office.blobs, "contracts", [("nda.txt", NDA.encode())])

    def state() -> str:
        with office.engine.connect() as connection:
            return run_record(connection, run).state

    assert eventually(lambda: state() == "done")
    assert names(office) == {"nda.txt"}
    with office.engine.connect() as connection:
        beat = read_heartbeat(connection, "worker")
    assert beat is not None
    assert (beat.process, beat.since) == (os.getpid(), "2026-01-31T09:00:00.000Z")


@pytest.mark.slow
def test_only_one_worker_runs_on_a_home(office: Office, worker: threading.Event) -> None:
    assert eventually(lambda: holder(office.engine, office.home, WORKER) is not None)
    with pytest.raises(WriterBusyError, match="A worker already runs here"):
        run_worker(office.ingest, threading.Event())


@pytest.mark.slow
def test_an_index_that_was_lost_is_built_again_by_the_worker(office: Office, worker: threading.Event) -> None:
    office.write("nda.txt", NDA)
    office.ingest.run([office.folder], wait=60)
    office.index.lose()
    assert eventually(lambda: len(office.index.chunks) > 0)


def test_work_stops_at_the_next_file_when_the_worker_is_told_to_end(office: Office) -> None:
    stop = threading.Event()
    jobs = Jobs(office.ingest, stop)
    run = enqueue_upload(office.engine, office.blobs, "contracts", [("nda.txt", NDA.encode())])
    stop.set()
    scheduler = build_scheduler(jobs)
    job = scheduler.get_job("uploads")
    assert job is not None
    job.func()
    with office.engine.connect() as connection:
        assert [item.state for item in run_records(connection, 5)] == ["queued"]
        assert run_record(connection, run).outcomes == {"indexed": 1}


def test_every_job_runs_once_at_a_time_and_the_watcher_in_one_thread(office: Office) -> None:
    scheduler = build_scheduler(Jobs(office.ingest, threading.Event()))
    scheduler.start(paused=True)
    found = {job.id: (job.max_instances, job.executor) for job in scheduler.get_jobs()}
    scheduler.shutdown()
    assert found == {
        "heartbeat": (1, "default"),
        "stale_runs": (1, "default"),
        "uploads": (1, "default"),
        "outbox": (1, "default"),
        "reconcile": (1, "folders"),
        "touched": (1, "folders"),
    }
