"""Leads files through looking, extracting and writing, several at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Protocol

from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.errors import ExtractionError
from indexer.extract.pool import Task
from indexer.ingest.families import Family, Node
from indexer.ingest.look import Known, Rules, known_sources, look, unreadable
from indexer.ingest.values import File, Finding
from indexer.ingest.walk import Found, uri_of
from indexer.ingest.writer import Writer
from indexer.reading import Extracted

_BLOCK = 200


class FilePool(Protocol):
    """What extracts files, whatever they do: ``indexer.extract.pool.IsolatedPool``."""

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Extracted | ExtractionError]]:
        """Yields each task with its result, as they complete; consumes the tasks lazily."""
        ...


OpenPool = Callable[[], AbstractContextManager[FilePool]]


@dataclass(frozen=True, slots=True)
class Flight:
    """A file that is being extracted."""

    family: Family
    node: Node
    since: float


class Flow:
    """One run's files on their way.

    Args:
        rules: Decide which files are read.
        open_pool: Opens the pool that extracts; called once there is something to extract.
    """

    def __init__(self, engine: Engine, blobs: BlobStore, rules: Rules, open_pool: OpenPool) -> None:
        self._engine = engine
        self._blobs = blobs
        self._rules = rules
        self._open_pool = open_pool
        self._flying: dict[str, Flight] = {}
        self._inside: deque[tuple[Family, Node]] = deque()  # attachments that wait for extraction
        self._same: dict[str, list[File]] = {}  # by digest in flight: further files with those bytes
        self._again: deque[File] = deque()  # files to look at again, now that their bytes are known
        self._failures: dict[str, ExtractionError] = {}

    def work(self, blocks: Iterable[Sequence[File | Finding]], writer: Writer) -> None:
        """Leads all files to the writer and has them written; the blocks are asked for one by one."""
        looked = self._looked(blocks)
        while True:
            tasks = self._tasks(looked, writer)
            first = next(tasks, None)
            if first is not None:
                with self._open_pool() as pool:
                    for task, answer in pool.run(chain([first], tasks)):
                        self._arrived(task.key, answer, writer)
            writer.finish()
            if not self._again and not self._inside:
                return

    def written(self, finding: Finding) -> None:
        """Takes up the files that waited for one with the same bytes."""
        if finding.failure is not None and finding.digest:
            self._failures[finding.digest] = finding.failure
        self._again.extend(self._same.pop(finding.digest, ()))

    def _looked(
        self, blocks: Iterable[Sequence[File | Finding]]
    ) -> Iterator[tuple[File | Finding, Known | None]]:
        """Yields files with what is known of their places, asked for a block at once."""
        for block in blocks:
            uris = [item.uri for item in block if isinstance(item, File)]
            with self._engine.connect() as connection:
                known = known_sources(connection, self._rules, uris)
            for item in block:
                yield item, known.get(item.uri) if isinstance(item, File) else None

    def _tasks(self, looked: Iterator[tuple[File | Finding, Known | None]], writer: Writer) -> Iterator[Task]:
        """Yields what must be extracted, attachments first; gives all else to the writer."""
        while True:
            if self._inside:
                yield self._launch(*self._inside.popleft())
                continue
            item, known = (self._again.popleft(), None) if self._again else next(looked, (None, None))
            if item is None:
                return
            verdict = self._judge(item, known)
            if isinstance(verdict, Finding):
                writer.add(verdict)
            elif verdict is not None:
                family = Family(Node(verdict))
                yield self._launch(family, family.root)

    def _judge(self, item: File | Finding, known: Known | None) -> Finding | File | None:
        """Returns a finding, or the file to extract, its bytes stored; None for one that waits."""
        if isinstance(item, Finding):
            return item
        if item.digest in self._failures:
            return Finding(item, item.digest, failure=self._failures[item.digest])
        with self._engine.connect() as connection:
            verdict = look(connection, self._rules, item, known)
        if isinstance(verdict, Finding):
            return verdict
        if verdict.digest in self._same:
            self._same[verdict.digest].append(verdict)
            return None
        return self._keep(verdict)

    def _keep(self, file: File) -> Finding | File:
        """Stores a copy of a file; from here on only the copy is read, so that it cannot change."""
        try:
            digest = file.digest if self._blobs.has(file.digest) else self._blobs.put_file(file.path)
        except OSError as error:
            return Finding(file, "", failure=unreadable(error))
        self._same.setdefault(digest, [])
        return replace(file, digest=digest)

    def _launch(self, family: Family, node: Node) -> Task:
        self._flying[node.file.uri] = Flight(family, node, time.monotonic())
        return Task(self._blobs.path(node.file.digest), node.file.name, node.file.uri)

    def _arrived(self, uri: str, answer: Extracted | ExtractionError, writer: Writer) -> None:
        flight = self._flying.pop(uri)
        family, node = flight.family, flight.node
        family.answer(node, answer, self._blobs, time.monotonic() - flight.since)
        for inner in node.attachments:
            if inner.finding is None:
                self._meet(family, inner)
        if family.open == 0:
            writer.add(family.root.assembled())

    def _meet(self, family: Family, node: Node) -> None:
        """Looks at an attachment: extracts it with its family unless its bytes are known."""
        with self._engine.connect() as connection:
            verdict = look(connection, self._rules, node.file, None)
        if isinstance(verdict, Finding):
            node.finding = verdict
        else:
            family.open += 1
            self._inside.append((family, node))


def blocks_of(items: Iterable[File | Finding]) -> Iterator[list[File | Finding]]:
    """Yields items in blocks."""
    rest = iter(items)
    while block := list(islice(rest, _BLOCK)):
        yield block


def files_of(found: Iterable[Found]) -> Iterator[File | Finding]:
    """Yields what was found on disk with its size and time, or why that cannot be told."""
    for item in found:
        uri = uri_of(item.path)
        file = File(uri, item.path, uri.rpartition("/")[2], 0, 0)
        try:
            status = item.path.stat()
        except OSError as error:
            yield Finding(file, "", failure=unreadable(error))
            continue
        file = replace(file, bytes=status.st_size, modified_ns=status.st_mtime_ns)
        if item.problem:
            yield Finding(replace(file, bytes=0), "", failure=ExtractionError("unreadable", item.problem))
        else:
            yield file
