"""Ingest: from paths or uploads to searchable passages, with one recorded outcome per file."""

import functools
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine, select

from indexer import chunk, extract, runs
from indexer.blobs import BlobStore
from indexer.encode import Encoding
from indexer.errors import RecordsUnavailableError
from indexer.extract.pool import IsolatedPool
from indexer.extract.tika import TikaServer
from indexer.ids import digest
from indexer.index.protocol import ChunkIndex
from indexer.ingest.claims import Claims
from indexer.ingest.flow import FilePool, Flow, blocks_of, files_of
from indexer.ingest.look import Rules
from indexer.ingest.queue import Queue, stages_of, token
from indexer.ingest.searchable import Searchable
from indexer.ingest.sources import remove
from indexer.ingest.store import Ledger
from indexer.ingest.summary import read_summary, unread
from indexer.ingest.values import File, Finding, Origin, RunSummary
from indexer.ingest.versions import Versions
from indexer.ingest.walk import Found, walk
from indexer.ingest.writer import Target, Writer, discard_unread
from indexer.labelling import Classifiers, RulesAlone
from indexer.locks import WRITER, Lock, held
from indexer.reading import Extracted, read
from indexer.rebuild import Report, silent
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import take_turn, writing
from models.packs import Pack
from models.protocols import Encoder

DEFAULT_COLLECTION = "contracts"
# While only others still have files of a run, its leader looks so often.
_WAIT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take.

    Attributes:
        jobs: Worker processes that extract; 0 means one per processor.
        seconds: Time to extract one file.
        memory_mb: Memory of one worker process, in MiB.
        max_bytes: Larger files are not read.
    """

    jobs: int = 0
    seconds: float = 60.0
    memory_mb: int = 1024
    max_bytes: int = 100 << 20


def isolated_pool(limits: Limits, encoder: str, tika: TikaServer | None) -> IsolatedPool[Extracted]:
    """Opens the worker processes that extract files for an encoder of that name."""
    work = functools.partial(read, encoder=encoder, tika=tika)
    return IsolatedPool(work, limits.jobs or os.cpu_count() or 1, limits.seconds, limits.memory_mb)


OpenPool = Callable[[Limits, str, TikaServer | None], AbstractContextManager[FilePool]]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ingest:
    """Takes files into the records and the index.

    One ingest, applier or rebuild runs at a time on the records. Killed at any moment it leaves
    whole documents or nothing of them, and the next run goes on from there.

    Attributes:
        home: Folder of the writer lock of SQLite's records; nothing below it is ever ingested.
        encoder_name: As given to ``load_encoder``; the worker processes count tokens for it.
        tika: Reads the formats that we do not; None where none is set.
        open_pool: Opens the pool that extracts files, for limits, an encoder's name and ``tika``.
        batches: Batches of texts that the encoder takes side by side.
        classifiers: Who knows what labels beside the rules.
    """

    home: Path
    engine: Engine
    blobs: BlobStore
    index: ChunkIndex
    encoder: Encoder
    packs: Mapping[str, Pack]
    limits: Limits = field(default_factory=Limits)
    encoder_name: str = ""
    tika: TikaServer | None = None
    clock: Callable[[], datetime] = _now
    open_pool: OpenPool = isolated_pool
    batches: int = 1
    classifiers: Classifiers = field(default_factory=RulesAlone)

    def run(
        self,
        paths: Sequence[Path],
        collection: str = DEFAULT_COLLECTION,
        origin: Origin = Origin.COMMAND,
        report: Report = silent,
        wait: float = 0.0,
        *,
        share: bool = False,
    ) -> RunSummary:
        """Ingests files and folders; while the index is out of reach, they are recorded alone.

        ``report`` is told files done, of how many, and the name of the last; ``wait`` is in seconds, for
        another writer to finish. With ``share`` the files are put into the records, and processes that
        join (``indexer.ingest.join``) take their part of them.

        Raises:
            UnknownPathError: A path does not exist; nothing is done.
            CollectionNameError: The collection's name cannot be used.
            WriterBusyError: Another process writes.
            IndexUnavailableError: The index needs a rebuild; nothing is done.
        """
        with held(self.engine, self.home, WRITER, "ingest", wait) as lock:
            found = list(walk(paths, self.home))
            searchable = self._prepare()
            with writing(self.engine) as connection:
                runs.ensure_collection(connection, collection, self.clock())
                stages = stages_of(self.encoder, self.tika) if share else None
                run = runs.start_run(connection, collection, origin, self.clock(), stages)
            progress = Progress(len(found), report)
            target = self._target(run, collection, lock, leading=share)
            if not share:
                return self._work(target, blocks_of(files_of(found)), progress, searchable)
            return self._lead(target, progress, searchable, found)

    def run_queued(self, report: Report = silent, wait: float = 0.0) -> list[RunSummary]:
        """Ingests the uploads that wait, oldest first; raises as ``run``."""
        with self.engine.connect() as connection:
            if not runs.queued_runs(connection):
                return []
        summaries = []
        with held(self.engine, self.home, WRITER, "uploads", wait) as lock:
            searchable = self._prepare()
            with self.engine.connect() as connection:
                queued = runs.queued_runs(connection)
            for run, collection in queued:
                with writing(self.engine) as connection:
                    runs.resume_run(connection, run, stages_of(self.encoder, self.tika))
                target = self._target(run, collection, lock, leading=True)
                summaries.append(self._lead(target, Progress(0, report), searchable))
        return summaries

    def forget(self, collection: str, uris: Iterable[str], wait: float = 0.0) -> int:
        """Notes that files are gone; documents that lie nowhere else leave the search.

        Returns:
            How many of the places were known. Raises as ``run``.
        """
        table = schema.sources
        now = time_to_text(self.clock())
        gone = 0
        with held(self.engine, self.home, WRITER, "forgetting deleted files", wait):
            with writing(self.engine) as connection:
                take_turn(connection)
                for uri in uris:
                    own = table.c.collection == collection, table.c.uri == uri, table.c.gone_at.is_(None)
                    row = connection.execute(select(table.c.id, table.c.document).where(*own)).first()
                    if row is not None:
                        remove(connection, row.id, row.document, now)
                        gone += 1
            self._prepare().apply()
        return gone

    def _prepare(self) -> Searchable:
        """Closes what a killed process left open, and makes sure that there is an index to write to."""
        with writing(self.engine) as connection:
            runs.close_stale_runs(connection, self.clock())
        self.blobs.sweep()
        searchable = Searchable(self.engine, self.index, self.encoder, self.packs)
        searchable.prepare()
        return searchable

    def _lead(
        self, target: Target, progress: "Progress", searchable: Searchable, found: Sequence[Found] = ()
    ) -> RunSummary:
        """Works on a run among others that may join it; ``found`` is put into its queue before."""
        claims, run = target.claims, target.ledger.run
        assert claims is not None
        self.blobs.put(token(run))
        try:
            with claims.renewed():
                own = claims.put(found)
                progress.total = claims.unfinished()
                queue = Queue(claims, self.blobs, joined=False, told=progress.left)
                blocks = chain(blocks_of(files_of(own)), queue.blocks())
                summary = self._work(target, blocks, progress, searchable, queue)
            with self.engine.connect() as connection:
                digests = unread(connection, run)
            discard_unread(self.engine, self.blobs, digests)
        finally:
            self.blobs.discard(digest(token(run)))
        return summary

    def _work(
        self,
        target: Target,
        blocks: Iterable[Sequence[File | Finding]],
        progress: "Progress",
        searchable: Searchable,
        queue: Queue | None = None,
    ) -> RunSummary:
        started = time.monotonic()
        run, lock = target.ledger.run, target.lock
        assert lock is not None
        try:
            with closing(Encoding(self.engine, self.encoder, self.batches)) as encoding:
                flow, writer = self.stages(target, encoding, progress, searchable.apply)
                flow.work(blocks, writer)
                while queue is not None and target.claims is not None and target.claims.unfinished():
                    # What is left is with others. They end it, or their claims run out.
                    progress.wait()
                    lock.confirm()
                    writer.apply_if_due()
                    flow.work(queue.blocks(), writer)
            lock.confirm()
            searchable.apply()
        except BaseException:  # Ctrl-C too: what is written stays, and the next run goes on from there
            # Where the records are what failed, the next run closes this one.
            with suppress(RecordsUnavailableError), writing(self.engine) as connection:
                runs.interrupt_run(connection, run, time.monotonic() - started, self.clock())
            raise
        seconds = time.monotonic() - started
        with writing(self.engine) as connection:
            runs.close_run(connection, run, runs.DONE, seconds, self.clock())
            summary = read_summary(connection, run, seconds)
        return replace(summary, behind=searchable.behind)

    def target(self, run: str, collection: str) -> Target:
        """Returns where a process writes to that joined a run."""
        return self._target(run, collection, None)

    def _target(self, run: str, collection: str, lock: Lock | None, *, leading: bool = False) -> Target:
        tika = self.tika.reader_name() if self.tika is not None else ""
        versions = Versions(extract.VERSION, chunk.VERSION, tika)
        ledger = Ledger(run, collection, versions, time_to_text(self.clock()), self.packs)
        claims = Claims(self.engine, run, leading=leading) if leading or lock is None else None
        return Target(self.engine, self.blobs, ledger, self.packs, self.clock, lock, claims, self.classifiers)

    def stages(
        self, target: Target, encoding: Encoding, progress: "Progress", apply: Callable[[], object]
    ) -> tuple[Flow, Writer]:
        """Returns what leads files through all stages, and what writes them."""
        ledger = target.ledger
        rules = Rules(ledger.collection, ledger.versions, self.limits.max_bytes)

        def pool() -> AbstractContextManager[FilePool]:
            return self.open_pool(self.limits, self.encoder_name, self.tika)

        flow = Flow(self.engine, self.blobs, rules, pool)

        def written(finding: Finding) -> None:
            flow.written(finding)
            progress.step(finding.file.name)

        return flow, Writer(target, encoding, written, apply)


class Progress:
    """Counts files and reports them."""

    def __init__(self, total: int, report: Report) -> None:
        self.total = total
        self._done = 0
        self._report = report

    def step(self, name: str) -> None:
        """Says that a file is done."""
        self._done = min(self._done + 1, self.total)
        self._report(self._done, self.total, name)

    def left(self, files: int) -> None:
        """Counts what others did too: so many files have no outcome yet."""
        self._done = max(0, self.total - files)

    def wait(self) -> None:
        """Reports, and lets a moment pass."""
        self._report(self._done, self.total, "")
        time.sleep(_WAIT_SECONDS)
