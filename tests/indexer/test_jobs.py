"""The rhythm of the worker's jobs over restarts, and what becomes of one that fails or is cut short."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.job import Job as Scheduled
from sqlalchemy import Engine

from indexer.errors import ModelRegistryError, WriterBusyError
from indexer.ingest.join import StoppedError
from indexer.jobs import History, Job, Jobs, Report, build_scheduler
from indexer.records.database import open_records
from indexer.records.jobs import JobRun, read_job_runs
from tests.indexer.ingest.office import make_office

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def engine(tmp_path: Path, records_url: str) -> Iterator[Engine]:
    opened = open_records(records_url)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def report(_done: int, _total: int, _detail: str) -> None:
    pass


def fail(error: Exception) -> Callable[[Report], None]:
    def run(_report: Report) -> None:
        raise error

    return run


def schedule(engine: Engine, clock: Clock, job: Job) -> Scheduled:
    """Returns the job as a worker that starts now has it."""
    found = build_scheduler([job], report, History(engine, clock)).get_job(job.name)
    assert found is not None
    return found


def runs(engine: Engine) -> list[JobRun]:
    with engine.connect() as connection:
        return list(read_job_runs(connection).values())


def wait(engine: Engine, clock: Clock, job: Job) -> float:
    """Returns the hours that the job waits in a worker that starts now."""
    return History(engine, clock).wait(job.name, job.seconds).total_seconds() / 3600


def test_a_daily_job_keeps_its_rhythm_in_the_next_worker(engine: Engine, clock: Clock) -> None:
    daily = Job("tidy", 86400.0, lambda _: None)
    assert wait(engine, clock, daily) == 0.0
    schedule(engine, clock, daily).func()
    clock.now = NOON + timedelta(hours=1)
    assert wait(engine, clock, daily) == 23.0
    starts = schedule(engine, clock, daily).next_run_time
    assert (starts - datetime.now(UTC)).total_seconds() == pytest.approx(23 * 3600, abs=60)
    clock.now = NOON + timedelta(days=3)
    assert wait(engine, clock, daily) == 0.0
    at = "2026-03-02T12:00:00.000Z"
    assert runs(engine) == [JobRun("tidy", 86400.0, at, at, "")]


def test_one_that_failed_or_whose_clock_was_wrong_is_not_put_off(engine: Engine, clock: Clock) -> None:
    schedule(engine, clock, Job("tidy", 86400.0, fail(ModelRegistryError("the disk is full")))).func()
    assert [run.failure for run in runs(engine)] == ["the disk is full"]
    daily = Job("tidy", 86400.0, lambda _: None)
    clock.now = NOON + timedelta(days=900)
    assert wait(engine, clock, daily) == 0.0
    schedule(engine, clock, daily).func()
    clock.now = NOON
    assert wait(engine, clock, daily) == 24.0


def test_one_that_a_killed_worker_left_behind_is_named_and_done_again(engine: Engine, clock: Clock) -> None:
    killed = Job("tidy", 86400.0, fail(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        schedule(engine, clock, killed).func()
    history = History(engine, clock)
    assert history.left_behind() == ["tidy"]
    assert wait(engine, clock, killed) == 0.0


@pytest.mark.parametrize("reason", [WriterBusyError("another writes"), StoppedError("the worker ends")])
def test_one_that_found_no_time_counts_as_never_begun(
    engine: Engine, clock: Clock, reason: Exception
) -> None:
    schedule(engine, clock, Job("tidy", 86400.0, fail(reason))).func()
    assert runs(engine) == []
    schedule(engine, clock, Job("tidy", 86400.0, lambda _: None)).func()
    before = runs(engine)
    clock.now = NOON + timedelta(days=2)
    schedule(engine, clock, Job("tidy", 86400.0, fail(reason))).func()
    assert runs(engine) == before


def test_of_a_quick_job_only_failures_are_noted_until_they_end(
    engine: Engine, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    wrong: list[Exception] = []

    def run(_report: Report) -> None:
        if wrong:
            raise wrong[0]

    job = schedule(engine, clock, Job("outbox", 1.0, run))
    job.func()
    assert runs(engine) == []
    wrong.append(ModelRegistryError("no such version"))
    with caplog.at_level(logging.WARNING, "indexer.jobs"):
        job.func()
        job.func()
    assert [record.message for record in caplog.records] == ["outbox: no such version"]
    assert [run.failure for run in runs(engine)] == ["no such version"]
    wrong.clear()
    job.func()
    assert [run.failure for run in runs(engine)] == [""]


def test_a_defect_is_noted_and_not_swallowed(engine: Engine, clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError):
        schedule(engine, clock, Job("tidy", 86400.0, fail(ZeroDivisionError("division by zero")))).func()
    assert [run.failure for run in runs(engine)] == [
        "ZeroDivisionError: a defect, which the worker's log describes."
    ]


def test_signs_of_life_and_uploads_go_on_beside_any_number_of_long_jobs(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    begun, end, lived = threading.Semaphore(0), threading.Event(), threading.Event()

    def long(_report: Report) -> None:
        begun.release()
        end.wait(60)

    jobs = [Job(f"long {number}", 3600.0, long) for number in range(6)]
    executor = {job.name: job.executor for job in Jobs(office.ingest, end).all()}["heartbeat"]
    jobs.append(Job("heartbeat", 0.2, lambda _: lived.set() if not end.is_set() else None, executor))
    scheduler = build_scheduler(jobs, report, History(office.engine, office.clock))
    scheduler.start()
    try:
        assert all(begun.acquire(timeout=60) for _ in range(4))
        lived.clear()
        assert lived.wait(60)
    finally:
        end.set()
        scheduler.shutdown(wait=True)
        office.engine.dispose()
