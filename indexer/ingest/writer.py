"""Gathers findings into batches, has their texts encoded, and writes each batch in one transaction."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DataError, IntegrityError

from indexer.blobs import BlobStore
from indexer.encode import Encoding, store_vectors, stored_readings
from indexer.enrich import Readings, enrich
from indexer.errors import ExtractionError
from indexer.house import house_labeller
from indexer.ids import text_hash
from indexer.ingest.claims import Claims
from indexer.ingest.store import Ledger, store
from indexer.ingest.values import Finding, Result
from indexer.labelling import Classifiers, Labelling, RulesAlone, labelling
from indexer.locks import Lock
from indexer.records import schema
from indexer.records.codec import readings_from_bytes, time_to_text
from indexer.records.database import take_turn, writing
from models.packs import Pack

# A batch is started when it has so many texts to encode, passages, or files; whatever comes first.
BATCH_TEXTS, BATCH_CHUNKS, BATCH_FILES = 256, 2000, 200
# Batches that may wait, beside those that are encoded side by side: enough that the encoder always has
# the next one, few enough for the memory.
WAITING_BATCHES = 2
# Files that need no encoder are written at least so often.
KNOWN_SECONDS = 0.5
# The index takes over what was written at most so often, and for at most a tenth of the time.
APPLY_SECONDS, APPLY_SHARE = 5.0, 10


@dataclass(slots=True)
class Batch:
    """Findings that are written together, and the texts of their passages by hash."""

    findings: list[Finding] = field(default_factory=list)
    texts: dict[bytes, str] = field(default_factory=dict)
    chunks: int = 0
    vectors: "Future[list[dict[str, Any]]] | None" = None

    def full(self) -> bool:
        """Returns whether it should be started."""
        return (
            len(self.texts) >= BATCH_TEXTS or self.chunks >= BATCH_CHUNKS or len(self.findings) >= BATCH_FILES
        )


@dataclass(frozen=True, slots=True)
class Target:
    """Where a run writes to, and as what. The pack is loaded only if there is a text to label.

    Attributes:
        lock: The writer lock; None for a process that only takes files of another's run.
        claims: Those files, where several processes take them.
        classifiers: Who knows what labels beside the rules.
    """

    engine: Engine
    blobs: BlobStore
    ledger: Ledger
    packs: Mapping[str, Pack]
    clock: Callable[[], datetime]
    lock: Lock | None
    claims: Claims | None = None
    classifiers: Classifiers = field(default_factory=RulesAlone)


class Writer:
    """Takes findings in any order and writes them; not for several threads.

    Args:
        written: Called with each finding after it is committed.
        apply: Brings the index up to date; called now and then.
    """

    def __init__(
        self,
        target: Target,
        encoding: Encoding,
        written: Callable[[Finding], None],
        apply: Callable[[], object],
    ) -> None:
        self._target = target
        self._encoding = encoding
        self._written = written
        self._apply = apply
        self._batch = Batch()
        self._waiting: deque[Batch] = deque()
        self._known: list[Finding] = []
        self._known_written = time.monotonic()
        self._next_apply = time.monotonic() + APPLY_SECONDS

    def add(self, finding: Finding) -> None:
        """Takes a finding; writes what is ready by now."""
        if finding.extracted is None:
            self._add_known(finding)
            return
        self._batch.findings.append(finding)
        for chunk_text in _texts(finding):
            self._batch.texts[text_hash(chunk_text)] = chunk_text
            self._batch.chunks += 1
        if self._batch.full():
            self._start()
        while self._waiting and self._is_due(self._waiting[0]):
            self._write(self._waiting.popleft())

    def finish(self) -> None:
        """Writes all that was added."""
        self._write_known()
        self._start()
        while self._waiting:
            self._write(self._waiting.popleft())

    def _add_known(self, finding: Finding) -> None:
        # What needs no encoder is not kept waiting for it, so that progress shows.
        self._known.append(finding)
        late = time.monotonic() - self._known_written >= KNOWN_SECONDS
        if late or len(self._known) >= BATCH_FILES:
            self._write_known()

    def _write_known(self) -> None:
        if self._known:
            known, self._known = self._known, []
            self._commit(known, [])
        self._known_written = time.monotonic()

    def _start(self) -> None:
        if self._batch.findings:
            self._batch.vectors = self._encoding.start(self._batch.texts)
            self._batch.texts = {}
            self._waiting.append(self._batch)
            self._batch = Batch()

    def _is_due(self, batch: Batch) -> bool:
        done = batch.vectors is not None and batch.vectors.done()
        return done or len(self._waiting) > WAITING_BATCHES + self._encoding.at_once - 1

    def _write(self, batch: Batch) -> None:
        assert batch.vectors is not None
        vectors = batch.vectors.result()
        # Labels are given here, outside of the transaction, since a classifier may look at the readings.
        self._commit(self._labelled(batch.findings, vectors), vectors)

    def _labelled(self, findings: list[Finding], fresh: list[dict[str, Any]]) -> list[Finding]:
        """Adds what the models say; ``fresh`` are the rows that were just made."""
        target = self._target
        pack = target.packs[target.ledger.collection]
        with target.engine.connect() as connection:
            house = house_labeller(connection, target.ledger.collection)
        speaking = labelling(pack, target.classifiers.classifier(pack), self._encoding.version, house)
        readings: Readings = {}
        if speaking.encoder:
            stored: dict[bytes, bytes] = {row["text_hash"]: row["readings"] for row in fresh}
            texts = {text_hash(text) for finding in findings for text in _texts(finding)}
            with target.engine.connect() as connection:
                stored |= stored_readings(connection, speaking.encoder, list(texts - stored.keys()))
            readings = dict(zip(stored, readings_from_bytes(list(stored.values())), strict=True))
        return [_enriched(finding, pack, speaking, readings) for finding in findings]

    def _commit(self, findings: list[Finding], vectors: list[dict[str, Any]]) -> None:
        ledger = replace(self._target.ledger, now=time_to_text(self._target.clock()))
        if self._target.lock is not None:
            self._target.lock.confirm()
        with writing(self._target.engine) as connection:
            take_turn(connection)
            store_vectors(connection, vectors)
            results = [
                result
                for finding in self._kept(connection, findings)
                for result in _store_safely(connection, ledger, finding)
            ]
        self._encoding.written(vectors)
        for finding in findings:
            self._written(finding)
        if self._target.claims is None:
            digests = {result.digest for result in results if result.document is None and result.digest}
            discard_unread(self._target.engine, self._target.blobs, digests)
        self.apply_if_due()

    def _kept(self, connection: Connection, findings: list[Finding]) -> list[Finding]:
        """Returns the findings whose files no other process has taken over meanwhile."""
        if self._target.claims is None:
            return findings
        kept = self._target.claims.kept(connection, [finding.file.uri for finding in findings])
        return [finding for finding in findings if finding.file.uri in kept]

    def apply_if_due(self) -> None:
        """Has the index take over what was written, unless it did so just now."""
        started = time.monotonic()
        if started >= self._next_apply:
            self._apply()
            ended = time.monotonic()
            self._next_apply = ended + max(APPLY_SECONDS, APPLY_SHARE * (ended - started))


def discard_unread(engine: Engine, blobs: BlobStore, digests: set[str]) -> None:
    """Removes the copies of files that gave no document and are no model; nobody would ask for them."""
    if not digests:
        return
    with engine.connect() as connection:
        wanted = _wanted(connection, digests)
    for digest in digests - wanted:
        blobs.discard(digest)


def _store_safely(connection: Connection, ledger: Ledger, finding: Finding) -> list[Result]:
    """Stores a finding; one that the database refuses becomes a failure and harms no other."""
    try:
        with connection.begin_nested():
            return store(connection, ledger, finding)
    except (IntegrityError, DataError) as error:
        failure = ExtractionError("unreadable", f"The records do not take its text: {error.orig}.")
        return store(connection, ledger, Finding(finding.file, finding.digest, failure=failure))


def _wanted(connection: Connection, digests: set[str]) -> set[str]:
    documents, files, models = schema.documents, schema.run_files, schema.model_versions
    datasets = schema.datasets
    kept = select(documents.c.digest).where(documents.c.digest.in_(digests))
    labels = select(models.c.digest).where(models.c.digest.in_(digests))
    lessons = select(datasets.c.digest).where(datasets.c.digest.in_(digests))
    waiting = select(files.c.digest).where(files.c.digest.in_(digests), files.c.outcome.is_(None))
    return {each for query in (kept, labels, lessons, waiting) for each in connection.scalars(query)}


def _enriched(finding: Finding, pack: Pack, speaking: Labelling, readings: Readings) -> Finding:
    found = finding.extracted
    enrichment = None
    if found is not None:
        enrichment = enrich(found.document, found.chunks, pack, speaking, readings)
    attachments = tuple(_enriched(each, pack, speaking, readings) for each in finding.attachments)
    return replace(finding, enrichment=enrichment, attachments=attachments)


def _texts(finding: Finding) -> Iterator[str]:
    if finding.extracted is not None:
        yield from (chunk.text for chunk in finding.extracted.chunks)
    for attachment in finding.attachments:
        yield from _texts(attachment)
