"""What every worker does: take uploads, watch folders, keep the index up to date, and say that it lives."""

import logging
import os
import threading
from collections.abc import Callable

from indexer.apply import apply_outbox, last_position
from indexer.errors import IndexUnavailableError, IndexUnreachableError, WriterBusyError
from indexer.ingest import Ingest
from indexer.ingest.join import StoppedError
from indexer.jobs.job import Job, Report
from indexer.locks import WRITER, Lock, held
from indexer.project_events import EventProjection
from indexer.rebuild import ensure_index
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.heartbeat import WORKER as ROLE
from indexer.records.heartbeat import Heartbeat, write_heartbeat
from indexer.relabel import Relabel, settled, stale_documents, targets
from indexer.runs import close_stale_runs
from indexer.watch import Watcher

_log = logging.getLogger(__name__)
# Seconds between two runs of each job.
UPLOADS, TOUCHED, OUTBOX, EVENTS, HEARTBEAT, RECONCILE, STALE_RUNS = 0.5, 0.5, 1.0, 2.0, 5.0, 60.0, 60.0
RELABEL = 5.0


class Jobs:
    """What the worker does again and again; each method does what there is to do and returns.

    Args:
        ingest: What takes files in.
        stop: Set when the worker is to end; long work then stops at the next file.
        lock: That of the worker, where it holds one.
        projection: Writes search events elsewhere too, where that is wanted.
    """

    def __init__(
        self,
        ingest: Ingest,
        stop: threading.Event,
        lock: Lock | None = None,
        projection: EventProjection | None = None,
    ) -> None:
        self._ingest = ingest
        self._stop = stop
        self._lock = lock
        self._projection = projection
        self._since = time_to_text(ingest.clock())
        self.watcher = Watcher(ingest, self.report)

    def all(self) -> list[Job]:
        """Returns them with their rhythms."""
        jobs = [
            ("heartbeat", HEARTBEAT, self.heartbeat, "prompt"),
            ("stale_runs", STALE_RUNS, self.stale_runs, "default"),
            ("uploads", UPLOADS, self.uploads, "prompt"),
            ("outbox", OUTBOX, self.outbox, "prompt"),
            ("relabel", RELABEL, self.relabel, "default"),
            # The watcher is not made for two threads: its jobs take turns in one.
            ("reconcile", RECONCILE, self.reconcile, "folders"),
            ("touched", TOUCHED, self.touched, "folders"),
        ]
        if self._projection is not None:
            jobs.append(("events", EVENTS, self.events, "default"))
        return [Job(name, seconds, _plain(do), where) for name, seconds, do, where in jobs]

    def uploads(self) -> None:
        """Ingests the uploads that wait."""
        self._ingest.run_queued(self.report)

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
            ).run(names, self.report)  # fmt: skip
        _log.info("Relabelled %d documents; the labels of %d passages changed", done.documents, done.changed)

    def events(self) -> None:
        """Projects the search events that were recorded since."""
        if self._projection is not None:
            self._projection.run(self._stop)

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

    def report(self, done: int, total: int, detail: str = "") -> None:
        """Raises StoppedError where the worker is to end; called between two steps of a job."""
        if self._stop.is_set():
            raise StoppedError(f"Stopped after {done} of {total}, at {detail}")


def _plain(do: Callable[[], None]) -> Callable[[Report], None]:
    """Returns a job that needs no report, since it makes its own, as one that is given one."""
    return lambda _report: do()
