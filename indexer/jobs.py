"""The worker: one scheduler that takes uploads, watches folders and keeps the index up to date."""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from indexer import learning, signals
from indexer.apply import apply_outbox, last_position
from indexer.errors import IndexerError, IndexUnavailableError, IndexUnreachableError, WriterBusyError
from indexer.ingest import Ingest
from indexer.ingest.join import Joiner, StoppedError
from indexer.learning import Learner
from indexer.learning.monitor import go_back
from indexer.locks import LEARNER, WORKER, WRITER, Lock, held
from indexer.project_events import EventProjection
from indexer.rebuild import ensure_index
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.heartbeat import WORKER as ROLE
from indexer.records.heartbeat import Heartbeat, write_heartbeat
from indexer.relabel import Relabel, settled, stale_documents, targets
from indexer.runs import close_stale_runs
from indexer.watch import Watcher
from models.errors import ModelsError

_log = logging.getLogger(__name__)
# Seconds between two runs of each job.
UPLOADS, TOUCHED, OUTBOX, EVENTS, HEARTBEAT, RECONCILE, STALE_RUNS = 0.5, 0.5, 1.0, 2.0, 5.0, 60.0, 60.0
RELABEL, LEARN, MONITOR = 5.0, 2.0, 60.0
# A job that could not start in time, because the machine slept, is run once afterwards.
_GRACE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Learning:
    """What learns, and the number of new decisions after which it does so unasked; 0 for never."""

    learner: Learner
    after: int


class Jobs:
    """What the worker does again and again; each method does what there is to do and returns.

    Args:
        ingest: What takes files in.
        stop: Set when the worker is to end; long work then stops at the next file.
        lock: That of the worker, where it holds one.
        projection: Writes search events elsewhere too, where that is wanted.
        learning: What learns from decisions, and when; None where nothing does.
    """

    def __init__(
        self,
        ingest: Ingest,
        stop: threading.Event,
        lock: Lock | None = None,
        projection: EventProjection | None = None,
        learning: Learning | None = None,
    ) -> None:
        self._ingest = ingest
        self._stop = stop
        self._lock = lock
        self.projection = projection
        self.learning = learning
        self._since = time_to_text(ingest.clock())
        self.watcher = Watcher(ingest, self._report)

    def uploads(self) -> None:
        """Ingests the uploads that wait."""
        self._ingest.run_queued(self._report)

    def touched(self) -> None:
        """Ingests the files in watched folders that are completely written."""
        self.watcher.settle()

    def reconcile(self) -> None:
        """Compares the watched folders with the records."""
        self.watcher.reconcile()

    def outbox(self) -> None:
        """Sends to the index what changed in the records without an ingest."""
        ingest = self._ingest
        with ingest.engine.connect() as connection:
            last = last_position(connection)
        try:
            if ingest.index.status().position == last:
                return
        except IndexUnreachableError:
            raise
        except IndexUnavailableError:
            pass  # one that is missing is built below
        with held(ingest.engine, ingest.home, WRITER, "applying changes"):
            ensure_index(ingest.engine, ingest.index, ingest.encoder, ingest.packs)
            apply_outbox(ingest.engine, ingest.index, ingest.packs)

    def relabel(self) -> None:
        """Labels anew what other versions labelled than those in force."""
        ingest = self._ingest
        encoder = ingest.encoder.version
        with ingest.engine.connect() as connection:
            names = settled(connection, ingest.packs, ingest.classifiers, encoder)
            wanted = targets(connection, ingest.packs, ingest.classifiers, encoder, names) if names else {}
            if not any(stale_documents(connection, name, each.fingerprint) for name, each in wanted.items()):
                return
        with held(ingest.engine, ingest.home, WRITER, "relabelling") as lock:
            ensure_index(ingest.engine, ingest.index, ingest.encoder, ingest.packs)
            done = Relabel(
                ingest.engine, ingest.index, ingest.encoder, ingest.packs, ingest.classifiers, ingest.clock,
                lock.confirm,
            ).run(names, self._report)  # fmt: skip
        _log.info("Relabelled %d documents; the labels of %d passages changed", done.documents, done.changed)

    def learn(self) -> None:
        """Does the learning that was asked for, and asks for it where enough decisions came together."""
        if self.learning is None:
            return
        ingest, learner = self._ingest, self.learning.learner
        with held(ingest.engine, ingest.home, LEARNER, "learning") as lock:

            def confirm() -> None:
                lock.confirm()
                self._report(0, 1, "learning")

            with writing(ingest.engine) as connection:
                learning.resume(connection)
            with ingest.engine.connect() as connection:
                asked = learning.waiting(connection)
            if asked is not None:
                done = learner.run(asked.id, confirm)
                _log.info("Learning %d for %s: %s. %s", done.id, done.pack, done.state.value, done.step)
            else:
                self._ask_to_learn(learner, self.learning.after)

    def monitor(self) -> None:
        """Goes back from a classifier that learned, where people find it worse than the one before it."""
        if self.learning is None:
            return
        learner = self.learning.learner
        packs = {each.name: each for each in self._ingest.packs.values()}
        for pack in packs.values():
            why = go_back(learner.engine, learner.registry, pack, learner.packs)
            if why:
                _log.warning("Went back to the classifier before, of the pack %s. %s", pack.name, why)

    def _ask_to_learn(self, learner: Learner, after: int) -> None:
        for pack in sorted({each.name for each in self._ingest.packs.values()}) if after else ():
            if learner.new_decisions(pack) >= after:
                with writing(learner.engine) as connection:
                    now = time_to_text(self._ingest.clock())
                    learning.ask(connection, pack, "the worker", learning.Why.COUNT, now)

    def events(self) -> None:
        """Projects the search events that were recorded since."""
        if self.projection is not None:
            self.projection.run(self._stop)

    def stale_runs(self) -> None:
        """Closes the runs of processes that died."""
        ingest = self._ingest
        with (
            held(ingest.engine, ingest.home, WRITER, "closing runs"),
            writing(ingest.engine) as connection,
        ):
            close_stale_runs(connection, ingest.clock())

    def heartbeat(self) -> None:
        """Says that the worker lives; ends it where another has taken its place."""
        if self._lock is not None:
            try:
                self._lock.confirm()
            except WriterBusyError as error:
                _log.error("This worker ends, since it lost its connection to the records. %s", error)
                self._stop.set()
                return
        now = time_to_text(self._ingest.clock())
        with writing(self._ingest.engine) as connection:
            write_heartbeat(connection, ROLE, Heartbeat(os.getpid(), self._since, now))

    def _report(self, done: int, total: int, detail: str = "") -> None:
        if self._stop.is_set():
            raise StoppedError(f"Stopped after {done} of {total}, at {detail}")


def build_scheduler(jobs: Jobs) -> BackgroundScheduler:
    """Returns a scheduler, not yet started, that runs each job in its rhythm, never twice at once."""
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(4), "folders": ThreadPoolExecutor(1)},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": _GRACE_SECONDS},
        timezone=UTC,
    )
    # The watcher is not made for two threads: its jobs take turns in one.
    for job, seconds, executor in (
        (jobs.heartbeat, HEARTBEAT, "default"),
        (jobs.stale_runs, STALE_RUNS, "default"),
        (jobs.uploads, UPLOADS, "default"),
        (jobs.outbox, OUTBOX, "default"),
        (jobs.relabel, RELABEL, "default"),
        *([(jobs.learn, LEARN, "default")] if jobs.learning is not None else []),
        *([(jobs.monitor, MONITOR, "default")] if jobs.learning is not None else []),
        (jobs.reconcile, RECONCILE, "folders"),
        (jobs.touched, TOUCHED, "folders"),
        *([(jobs.events, EVENTS, "default")] if jobs.projection is not None else []),
    ):
        scheduler.add_job(
            _Guarded(job),
            "interval",
            seconds=seconds,
            id=job.__name__,
            executor=executor,
            next_run_time=datetime.now(UTC),
        )
    return scheduler


def run_worker(
    ingest: Ingest,
    stop: threading.Event | None = None,
    *,
    events: EventProjection | None = None,
    learns: Learning | None = None,
) -> None:
    """Runs the worker until ``stop`` is set, or until SIGTERM or SIGINT where there is none.

    What it is at ends at the next file; the next worker goes on from there. ``events`` writes search events
    elsewhere too, ``learns`` learns from decisions, where that is wanted.

    Raises:
        WriterBusyError: A worker already runs on these records.
    """
    with held(ingest.engine, ingest.home, WORKER, "worker") as lock:
        if stop is not None:
            _run(Jobs(ingest, stop, lock, events, learns), stop)
        else:
            with signals.signalled() as signalled:
                _run(Jobs(ingest, signalled, lock, events, learns), signalled)


def run_joiner(ingest: Ingest) -> None:
    """Takes files of runs that other processes lead, until SIGTERM or SIGINT; any number may run."""
    with signals.signalled() as stop:
        _log.info("Process %d takes files of shared runs", os.getpid())
        Joiner(ingest, stop).work()


def _run(jobs: Jobs, stop: threading.Event) -> None:
    scheduler = build_scheduler(jobs)
    jobs.watcher.start()
    scheduler.start()
    _log.info("The worker runs as process %d", os.getpid())
    try:
        signals.wait(stop)
    finally:
        stop.set()
        scheduler.shutdown(wait=True)
        jobs.watcher.stop()


class _Guarded:
    """Calls a job and turns what is expected to go wrong into one line of the log, said once."""

    def __init__(self, job: Callable[[], None]) -> None:
        self._job = job
        self._said = ""

    def __call__(self) -> None:
        try:
            self._job()
        except (WriterBusyError, StoppedError):
            return  # the next call does it
        except (IndexerError, ModelsError) as error:
            if str(error) != self._said:
                self._said = str(error)
                _log.warning("%s: %s", self._job.__name__, error)
        else:
            self._said = ""
