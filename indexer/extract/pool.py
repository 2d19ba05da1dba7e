"""Runs a function on files in processes of their own, so that no file can stop or hang a batch."""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import psutil

from indexer.errors import ExtractionError, IndexerError, NeedsTikaError, UnsupportedFormatError
from indexer.extract.worker import FAILURE, READY, Limits, Pipes, serve

T = TypeVar("T")

_START_SECONDS = 120.0
_TICK_SECONDS = 0.05
_MAX_FAILED_STARTS = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One file to run the function on.

    Attributes:
        path: Where it lies.
        name: The name it goes by, with extension.
        key: The caller's own mark, handed back with the result.
    """

    path: Path
    name: str
    key: str


class _Worker:
    """One process with its pipes, and what it is doing."""

    def __init__(self, function: Callable[[Path, str], Any], limits: Limits) -> None:
        context = multiprocessing.get_context("spawn")
        task_end, self.tasks = context.Pipe(duplex=False)
        self.results, result_end = context.Pipe(duplex=False)
        life_end, self.life = context.Pipe(duplex=False)
        self.process = context.Process(
            target=serve, args=(Pipes(task_end, result_end, life_end), function, limits), daemon=True
        )
        self.process.start()
        for end in (task_end, result_end, life_end):
            end.close()
        self.ready = False
        self.task: Task | None = None
        self.since = time.monotonic()
        self.watched = psutil.Process(self.process.pid) if self.process.pid else None

    def give(self, task: Task) -> None:
        self.task, self.since = task, time.monotonic()
        with suppress(OSError):  # a worker that died while idle is found by its closed pipe
            self.tasks.send((task.path, task.name))

    def memory(self) -> int:
        """Returns resident bytes; 0 once the process is gone."""
        try:
            return int(self.watched.memory_info().rss) if self.watched else 0
        except psutil.Error:
            return 0

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        for end in (self.tasks, self.results, self.life):
            end.close()


class IsolatedPool(Generic[T]):
    """Worker processes with limits, replaced when they break them; a context manager.

    A worker is started with a clean interpreter: it imports what the function's module imports and
    nothing of the parent's. It ends with its parent, even if that is killed.
    """

    def __init__(self, function: Callable[[Path, str], T], jobs: int, seconds: float, memory_mb: int) -> None:
        """Prepares the pool; workers start with the first task.

        Args:
            function: A function of a module (it is pickled) that takes a path and a name.
            jobs: Number of worker processes, at least 1.
            seconds: Time limit for one file.
            memory_mb: Limit for the resident memory of one worker, in MiB.
        """
        self._function = function
        self._jobs = max(1, jobs)
        self._limits = Limits(seconds, memory_mb * 2**20)
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all workers at once; what they were doing is lost."""
        while self._workers:
            self._workers.pop().kill()

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, T | ExtractionError]]:
        """Yields each task with its result or the reason why there is none, as they complete.

        Args:
            tasks: Consumed lazily; no more are taken than there are workers.

        Raises:
            IndexerError: Workers cannot be started at all.
        """
        waiting = iter(tasks)
        exhausted = False
        try:
            while True:
                while not exhausted and self._has_room():
                    task = next(waiting, None)
                    exhausted = task is None
                    if task is not None:
                        self._idle().give(task)
                if exhausted and not any(worker.task for worker in self._workers):
                    return
                yield from self._collect()
        finally:
            for worker in [worker for worker in self._workers if worker.task]:
                self._discard(worker)

    def _has_room(self) -> bool:
        return len([worker for worker in self._workers if worker.task]) < self._jobs

    def _idle(self) -> _Worker:
        """Returns a worker without a task, a new one where all that there are have one."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        if idle is None:
            idle = _Worker(self._function, self._limits)
            self._workers.append(idle)
        return idle

    def _collect(self) -> Iterator[tuple[Task, T | ExtractionError]]:
        """Waits a moment for answers, then looks for workers beyond their limits."""
        by_pipe: dict[Any, _Worker] = {worker.results: worker for worker in self._workers}
        for pipe in wait(list(by_pipe), timeout=_TICK_SECONDS):
            worker = by_pipe[pipe]
            try:
                kind, value = worker.results.recv()
            except (EOFError, OSError):
                yield from self._fail(worker, self._crash(worker))
                continue
            if kind == READY:
                worker.ready, worker.since, self._failed_starts = True, time.monotonic(), 0
                continue
            task, worker.task = worker.task, None
            if worker.memory() > self._limits.memory / 2:
                self._discard(worker)  # memory that a library kept must not count against the next file
            if task is not None:
                yield task, failure(*value) if kind == FAILURE else value
        for worker in [worker for worker in self._workers if worker.task]:
            reason = self._excess(worker)
            if reason is not None:
                yield from self._fail(worker, reason)

    def _excess(self, worker: _Worker) -> ExtractionError | None:
        if time.monotonic() - worker.since > (self._limits.seconds if worker.ready else _START_SECONDS):
            return ExtractionError(
                "timed_out", f"Reading the file took longer than {self._limits.seconds:g} seconds."
            )
        if worker.memory() > self._limits.memory:
            limit = f"{self._limits.memory // 2**20} MiB"
            return ExtractionError("out_of_memory", f"Reading the file takes more memory than {limit}.")
        return None

    def _crash(self, worker: _Worker) -> ExtractionError:
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise IndexerError("Worker processes end before they start; see the messages above.")
        worker.process.join(timeout=1)
        code = worker.process.exitcode
        return ExtractionError("damaged", f"The file made its reader crash (exit status {code}).")

    def _fail(self, worker: _Worker, error: ExtractionError) -> Iterator[tuple[Task, ExtractionError]]:
        task = worker.task
        self._discard(worker)
        if task is not None:
            yield task, error

    def _discard(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.kill()


def failure(code: str, reason: str) -> ExtractionError:
    """Returns the error of a code and its sentence, which travel between processes in its place."""
    unsupported = {"unsupported": UnsupportedFormatError, "needs_tika": NeedsTikaError}.get(code)
    return unsupported(reason) if unsupported else ExtractionError(code, reason)
