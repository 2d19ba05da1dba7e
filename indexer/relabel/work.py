"""Relabels what is stale, batch by batch, and brings the index up to it."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy import Engine

from indexer.apply import apply_outbox, pending
from indexer.errors import IndexUnreachableError
from indexer.index.protocol import ChunkIndex
from indexer.labelling import Classifiers, Labelling
from indexer.project import active_chunks
from indexer.rebuild import Report, ensure_index, rebuild, silent
from indexer.records.codec import time_to_text
from indexer.records.database import take_turn, writing
from indexer.relabel.batch import Change, Stored, labelled, read_passages, write_batch
from indexer.relabel.house import HouseStep, house_steps
from indexer.relabel.stale import Old, next_stale, stale, targets
from models.packs import Pack
from models.protocols import Encoder

# Passages of one batch, which is one transaction: a second or two of a classifier's work.
BATCH_CHUNKS = 4000
# Where more than this share of all passages lies in documents that changed, a new generation of the index is
# built beside the old one: it takes less time than changing so much of it, and search notices nothing.
REBUILT_SHARE = 0.3


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What was done.

    Attributes:
        documents: Documents labelled anew.
        passages: Their passages.
        changed: Passages whose labels changed.
        left: Documents that wait for readings, which a rebuild makes.
        rebuilt: Whether a new generation of the index was built.
        behind: Why the index does not show it yet; empty where it does.
        seconds: Time that all of it took.
    """

    documents: int = 0
    passages: int = 0
    changed: int = 0
    left: int = 0
    rebuilt: bool = False
    behind: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Relabel:
    """Relabels from the records alone: no file is read and no text encoded.

    Every batch is one transaction, and what is stale is found out by comparing, so that it may be killed at
    any moment and goes on from there. Call ``run`` while holding the writer lock.

    Attributes:
        confirm: Called before each batch is written; raises where the writer lock is lost.
    """

    engine: Engine
    index: ChunkIndex
    encoder: Encoder
    packs: Mapping[str, Pack]
    classifiers: Classifiers
    clock: Callable[[], datetime] = _now
    confirm: Callable[[], None] = lambda: None

    def run(self, collections: Collection[str] = (), report: Report = silent) -> Relabelled:
        """Relabels what is stale in some collections (in all, where none is named), then the index.

        ``report`` is told passages labelled, of how many.

        Raises:
            IndexUnavailableError: The index needs a rebuild; what was labelled is recorded.
        """
        started = time.monotonic()
        applied = self._catch_up()
        with self.engine.connect() as connection:
            wanted = targets(connection, self.packs, self.classifiers, self.encoder.version, collections)
            total = sum(each.chunks for each in stale(connection, wanted).values())
        done = Relabelled()
        for collection, target in wanted.items():
            for change, passages in chain(
                self._by_house(collection, target), self._changes(collection, target)
            ):
                self._write(change, target)
                done = replace(
                    done,
                    documents=done.documents + len(change.documents),
                    passages=done.passages + passages,
                    changed=done.changed + len(change.keys),
                    left=done.left + len(change.left),
                )
                report(done.passages, total, "labelling")
        try:
            done = replace(done, rebuilt=self._bring_up(report, relabelled=applied))
        except IndexUnreachableError as error:
            done = replace(done, behind=str(error))
        return replace(done, seconds=time.monotonic() - started)

    def _by_house(self, collection: str, target: Labelling) -> Iterator[tuple[Change, int]]:
        """Yields what is to be written where only the rules of the house are others than they were."""
        with self.engine.connect() as connection:
            steps = house_steps(connection, collection, target)
        for step in steps:
            after = ""
            while batch := self._house_batch(step, after):
                change, passages = batch
                yield change, passages
                after = change.documents[-1].id

    def _house_batch(self, step: HouseStep, after: str) -> tuple[Change, int] | None:
        with self.engine.connect() as connection:
            return step.batch(connection, after)

    def _changes(self, collection: str, target: Labelling) -> Iterator[tuple[Change, int]]:
        """Yields what is to be written; the next batch is read while one is labelled."""
        with ThreadPoolExecutor(1, thread_name_prefix="relabel") as reading:
            following = reading.submit(self._read, collection, target, "")
            while batch := following.result():
                documents, stored = batch
                following = reading.submit(self._read, collection, target, documents[-1].id)
                yield labelled(documents, stored, target), len(stored)

    def _read(self, collection: str, target: Labelling, after: str) -> tuple[list[Old], list[Stored]] | None:
        with self.engine.connect() as connection:
            documents = next_stale(connection, collection, target.fingerprint, after, BATCH_CHUNKS)
            if not documents:
                return None
            return documents, read_passages(connection, [each.id for each in documents], target.encoder)

    def _write(self, change: Change, target: Labelling) -> None:
        self.confirm()
        with writing(self.engine) as connection:
            take_turn(connection)
            write_batch(connection, change, target.fingerprint, self.packs, time_to_text(self.clock()))

    def _catch_up(self) -> bool:
        """Applies what waited before; returns whether labels are all that will differ afterwards."""
        try:
            if self._waiting_share() > REBUILT_SHARE:
                return False
            apply_outbox(self.engine, self.index, self.packs)
        except IndexUnreachableError:
            return False
        return True

    def _bring_up(self, report: Report, *, relabelled: bool) -> bool:
        """Brings the index up to the records; returns whether by a new generation."""
        if self._waiting_share() > REBUILT_SHARE:
            rebuild(self.engine, self.index, self.encoder, self.packs, report, relabelled=relabelled)
            return True
        apply_outbox(self.engine, self.index, self.packs)
        return False

    def _waiting_share(self) -> float:
        """Returns the share of all passages that lie in documents which the index has not caught up with."""
        status = ensure_index(self.engine, self.index, self.encoder, self.packs)
        with self.engine.connect() as connection:
            waiting = sum(each.chunks for each in pending(connection, status.position))
            return waiting / max(active_chunks(connection), 1)
