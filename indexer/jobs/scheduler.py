"""Runs each job in its rhythm, in one process, until it is told to end."""

import logging
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from indexer import signals
from indexer.ingest import Ingest
from indexer.ingest.join import Joiner
from indexer.jobs.history import History
from indexer.jobs.job import Guarded, Job, Report
from indexer.jobs.standing import Jobs
from indexer.locks import WORKER, held
from indexer.project_events import EventProjection

_log = logging.getLogger(__name__)
# A job that could not start in time, because the machine slept, is run once afterwards.
_GRACE_SECONDS = 3600


def build_scheduler(jobs: Sequence[Job], report: Report, history: History) -> BackgroundScheduler:
    """Returns a scheduler, not yet started, that runs each job in its rhythm, never twice at once."""
    scheduler = BackgroundScheduler(
        executors={
            "default": ThreadPoolExecutor(4),
            "folders": ThreadPoolExecutor(1),
            "prompt": ThreadPoolExecutor(3),
        },
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": _GRACE_SECONDS},
        timezone=UTC,
    )
    for job in jobs:
        scheduler.add_job(
            Guarded(job, report, history),
            "interval",
            seconds=job.seconds,
            id=job.name,
            executor=job.executor,
            next_run_time=datetime.now(UTC) + history.wait(job.name, job.seconds),
        )
    return scheduler


def run_worker(
    ingest: Ingest,
    stop: threading.Event | None = None,
    *,
    events: EventProjection | None = None,
    added: Sequence[Job] = (),
) -> None:
    """Runs the worker until ``stop`` is set, or until SIGTERM or SIGINT where there is none.

    What it is at ends at the next file; the next worker goes on from there. ``events`` writes search events
    elsewhere too, where that is wanted; ``added`` is what this worker does beside what every worker does.

    Raises:
        WriterBusyError: A worker already runs on these records.
    """
    with held(ingest.engine, ingest.home, WORKER, "worker") as lock:

        def run(end: threading.Event) -> None:
            _run(Jobs(ingest, end, lock, events), added, end, History(ingest.engine, ingest.clock))

        if stop is not None:
            run(stop)
        else:
            with signals.signalled() as signalled:
                run(signalled)


def run_joiner(ingest: Ingest, stop: threading.Event) -> None:
    """Takes files of runs that other processes lead, until ``stop`` is set; any number may run."""
    _log.info("Process %d takes files of shared runs", os.getpid())
    Joiner(ingest, stop).work()


def _run(standing: Jobs, added: Sequence[Job], stop: threading.Event, history: History) -> None:
    for name in history.left_behind():
        _log.warning("%s was cut short when its worker was killed; it is done again now", name)
    scheduler = build_scheduler([*standing.all(), *added], standing.report, history)
    standing.watcher.start()
    scheduler.start()
    _log.info("The worker runs as process %d", os.getpid())
    try:
        signals.wait(stop)
    finally:
        stop.set()
        scheduler.shutdown(wait=True)
        standing.watcher.stop()
