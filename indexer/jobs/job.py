"""What the worker does again and again, and the way it is called."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from indexer.errors import IndexerError, RecordsUnavailableError, WriterBusyError
from indexer.ingest.join import StoppedError
from indexer.jobs.history import History
from models.errors import ModelsError

_log = logging.getLogger(__name__)
# Called between two steps with how many are done, of how many, at what; StoppedError where the worker ends.
Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """Something that the worker does at intervals, never twice at once.

    Attributes:
        name: Unique among the jobs.
        seconds: Between two starts.
        run: Does what there is to do and returns.
        executor: Whose threads run it: ``default``, ``folders`` for what is not made for two threads, or
            ``prompt`` for what must not wait until learning or labelling is done.
    """

    name: str
    seconds: float
    run: Callable[[Report], None]
    executor: str = "default"


class Guarded:
    """Calls a job, notes how it went, and turns what is expected to go wrong into one line of the log."""

    def __init__(self, job: Job, report: Report, history: History) -> None:
        self._job = job
        self._report = report
        self._history = history
        self._said = ""

    def __call__(self) -> None:
        """Runs the job once; what nobody expected is raised again after it was noted."""
        try:
            self._run()
        except RecordsUnavailableError as error:
            self._say(str(error))  # and it cannot be noted where they are away

    def _run(self) -> None:
        begun = self._history.begin(self._job.name, self._job.seconds)
        try:
            self._job.run(self._report)
        except (WriterBusyError, StoppedError):
            self._history.put_off(begun)  # the next call does it
        except RecordsUnavailableError:
            raise
        except (IndexerError, ModelsError) as error:
            self._say(str(error))
            self._history.end(begun, str(error))
        except Exception as error:
            self._history.end(begun, f"{type(error).__name__}: a defect, which the worker's log describes.")
            raise
        else:
            self._said = ""
            self._history.end(begun)

    def _say(self, reason: str) -> None:
        if reason != self._said:
            self._said = reason
            _log.warning("%s: %s", self._job.name, reason)
