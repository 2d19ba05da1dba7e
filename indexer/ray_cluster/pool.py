"""Extracts files on the machines of a Ray cluster."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Self

from indexer.errors import ExtractionError
from indexer.extract.pool import Task, failure
from indexer.ray_cluster.session import RETRIES, library, meaning, processors
from indexer.ray_cluster.stages import Setup, read_file
from indexer.reading import Extracted

# Files on their way, for each processor: one being read and one that waits on the machine.
_AHEAD = 2
_LOOK_SECONDS = 10.0


class RayPool:
    """Reads each file as a task of the cluster; a context manager, like ``IsolatedPool``.

    The bytes travel with the task, so that the machines need no folder in common. Each task runs a
    worker process with the same limits as on one machine. What a lost machine or a killed process was
    at is done again, three times at most: a file that kills its reader fails, and fails alone.
    """

    def __init__(self, setup: Setup) -> None:
        ray = library()
        self._ray = ray
        self._setup = setup
        self._read = ray.remote(num_cpus=1, max_retries=RETRIES)(read_file)
        self._flying: dict[Any, Task] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for reference in self._flying:
            self._ray.cancel(reference, force=True)
        self._flying.clear()

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Extracted | ExtractionError]]:
        """Yields each task with its result or the reason why there is none, as they complete.

        Args:
            tasks: Consumed lazily; two for each processor of the cluster are under way.

        Raises:
            ClusterUnavailableError: The cluster is gone, or its machines have another version.
        """
        waiting = iter(tasks)
        while True:
            for task in islice(waiting, _AHEAD * processors() - len(self._flying)):
                lost = self._send(task)
                if lost is not None:
                    yield task, lost
            if not self._flying:
                return
            done, _ = self._ray.wait(list(self._flying), timeout=_LOOK_SECONDS)
            for reference in done:
                yield self._flying.pop(reference), self._answer(reference)

    def _send(self, task: Task) -> ExtractionError | None:
        try:
            content = task.path.read_bytes()
        except OSError as error:
            return ExtractionError("unreadable", f"The file cannot be opened: {error.strerror or error}.")
        self._flying[self._read.remote(self._setup, content, task.name)] = task
        return None

    def _answer(self, reference: object) -> Extracted | ExtractionError:
        errors = self._ray.exceptions
        try:
            answer = self._ray.get(reference)
        except (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError):
            return ExtractionError(
                "damaged", "The file made its reader on the Ray cluster crash, repeatedly."
            )
        except errors.RayError as error:
            raise meaning(error) from error
        return failure(*answer) if isinstance(answer, tuple) else answer
