"""Takes part in runs that other processes lead: any number of processes, on several machines."""

import logging
import threading
from contextlib import closing

from indexer.encode import Encoding
from indexer.errors import IndexerError
from indexer.ingest.ingest import Ingest, Progress
from indexer.ingest.queue import Queue, sees_token, stages_of
from indexer.runs import SharedRun, shared_runs
from models.errors import ModelsError

# Seconds between two looks for a run, and after an error.
LOOK, RECOVER = 1.0, 10.0
_log = logging.getLogger(__name__)


class StoppedError(IndexerError):
    """The process was told to stop while it was at work; what is left is done by others."""


class Joiner:
    """Takes files of shared runs, extracts, labels and encodes them, and writes what it found.

    It holds no lock and never touches the index: whoever leads the run, or the worker, applies what was
    written. Several of them, and the leader, never write the same file twice.

    Args:
        stop: Set when the process is to end; it then stops at the next file.
    """

    def __init__(self, ingest: Ingest, stop: threading.Event) -> None:
        self._ingest = ingest
        self._stop = stop
        self._declined: set[str] = set()

    def work(self) -> None:
        """Takes part in runs until it is told to stop; what goes wrong is logged and tried again."""
        said = ""
        while not self._stop.is_set():
            try:
                self.look()
            except StoppedError:
                return
            except (IndexerError, ModelsError) as error:
                if str(error) != said:
                    said = str(error)
                    _log.warning("%s", error)
                self._stop.wait(RECOVER)
            else:
                said = ""
                self._stop.wait(LOOK)

    def look(self) -> None:
        """Takes part in the runs that are shared now, for as long as there are files to take."""
        with self._ingest.engine.connect() as connection:
            runs = shared_runs(connection)
        for run in runs:
            if run.id not in self._declined:
                self._take_part(run)

    def _take_part(self, run: SharedRun) -> None:
        reason = self._obstacle(run)
        if reason:
            self._declined.add(run.id)
            _log.error("This machine takes no files of run %s: %s", run.id, reason)
            return
        ingest = self._ingest
        target = ingest.target(run.id, run.collection)
        assert target.claims is not None
        progress = Progress(0, self._report)
        queue = Queue(target.claims, ingest.blobs, joined=True, told=lambda _left: None)
        with (
            target.claims.renewed(),
            closing(Encoding(ingest.engine, ingest.encoder, ingest.batches)) as encoding,
        ):
            flow, writer = ingest.stages(target, encoding, progress, lambda: None)
            flow.work(queue.blocks(), writer)
        if queue.given_up:
            self._declined.add(run.id)

    def _obstacle(self, run: SharedRun) -> str:
        """Returns why this machine cannot take part in a run; empty where it can."""
        own = stages_of(self._ingest.encoder, self._ingest.tika)
        if run.stages != own:
            return f"it was started with the versions {run.stages}, here they are {own}"
        if not sees_token(self._ingest.blobs, run.id):
            return "it does not see the stored files of the process that leads it; share the folder blobs/"
        return ""

    def _report(self, done: int, total: int, detail: str = "") -> None:
        del done, total  # of the whole run, which others lead
        if self._stop.is_set():
            raise StoppedError(f"Stopped at {detail}")
