"""The worker: what it does by itself while it runs, and that it runs once."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from indexer.errors import WriterBusyError
from indexer.ingest import enqueue_upload
from indexer.jobs import History, Jobs, build_scheduler, run_worker
from indexer.locks import WORKER, holder
from indexer.records.heartbeat import read_heartbeat
from indexer.records.read import run_record, run_records
from indexer.watch import watch_paths
from indexer.watch.folders import Folders
from tests.indexer.ingest.office import NDA, Office


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
    assert eventually(lambda: office.names() == {"nda.txt"})
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
def test_folders_that_are_made_one_within_the_other_are_all_followed(tmp_path: Path) -> None:
    seen: set[Path] = set()
    folders = Folders(seen.add, lambda: None)
    folders.follow([tmp_path])
    folders.start()
    made = [tmp_path / str(number) / "deep" / "er" / "nda.txt" for number in range(400)]
    for path in made:
        path.parent.mkdir(parents=True)
        path.write_text(NDA)
    assert eventually(lambda: seen >= set(made))
    folders.stop()


@pytest.mark.slow
def test_the_worker_takes_uploads_and_shows_that_it_lives(office: Office, worker: threading.Event) -> None:
    run = enqueue_upload(office.engine, office.blobs, "contracts", [("nda.txt", NDA.encode())])

    def state() -> str:
        with office.engine.connect() as connection:
            return run_record(connection, run).state

    assert eventually(lambda: state() == "done")
    assert office.names() == {"nda.txt"}
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


def scheduled(office: Office, jobs: Jobs) -> BackgroundScheduler:
    return build_scheduler(jobs.all(), jobs.report, History(office.engine, office.clock))


def test_work_stops_at_the_next_file_when_the_worker_is_told_to_end(office: Office) -> None:
    stop = threading.Event()
    jobs = Jobs(office.ingest, stop)
    run = enqueue_upload(office.engine, office.blobs, "contracts", [("nda.txt", NDA.encode())])
    stop.set()
    scheduler = scheduled(office, jobs)
    job = scheduler.get_job("uploads")
    assert job is not None
    job.func()
    with office.engine.connect() as connection:
        assert [item.state for item in run_records(connection, 5)] == ["queued"]
        assert run_record(connection, run).outcomes == {"indexed": 1}


def test_every_job_runs_once_at_a_time_and_the_watcher_in_one_thread(office: Office) -> None:
    scheduler = scheduled(office, Jobs(office.ingest, threading.Event()))
    scheduler.start(paused=True)
    found = {job.id: (job.max_instances, job.executor) for job in scheduler.get_jobs()}
    scheduler.shutdown()
    assert found == {
        "heartbeat": (1, "prompt"),
        "stale_runs": (1, "default"),
        "uploads": (1, "prompt"),
        "outbox": (1, "prompt"),
        "relabel": (1, "default"),
        "reconcile": (1, "folders"),
        "touched": (1, "folders"),
    }
