"""Gathers what people decided into a training set, and says what was left out and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from indexer.decisions import Decision, Origin, Verdict, all_decisions, standing_decisions, verdicts
from indexer.decisions.read import seniors
from indexer.decisions.values import Subject
from indexer.ids import text_hash
from indexer.records import schema
from indexer.records.codec import readings_from_bytes
from indexer.relabel.batch import Stored, read_passages
from models.classifier.dataset import Evidence, TrainingDocument, TrainingPassage, TrainingSet
from models.labels import Passage
from models.packs import Pack

_PER_STATEMENT = 200
NO_LABEL = "the pack has no such label any more"
DISPUTED = "people disagree and no senior decided"
MEASURES = "it was found by a random check of silence, and is kept to measure on"
NO_READINGS = "its passage is gone, and with it what the encoder read there"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing that is learned: whether a label applies to a passage of the training set.

    Attributes:
        document: Number of the document in the set; ``passage`` that of the passage within it.
        act: The decision that it comes from.
        seq: The number of its line.
        by: Who said it, by pseudonym.
        sampled: Whether a random check asked for it.
    """

    document: int
    passage: int
    label: str
    applies: bool
    act: str
    seq: int
    by: str
    sampled: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """What people decided, as a training set.

    Attributes:
        data: Whole documents; a passage is judged only for the labels of which people spoke.
        lessons: What is judged in it, in order of the documents.
        left_out: Decisions that are not in it, by act, with the reason.
        upto: Number of the newest line that was looked at.
    """

    data: TrainingSet
    lessons: tuple[Lesson, ...]
    left_out: tuple[tuple[str, str], ...]
    upto: int


@dataclass(slots=True)
class _Book:
    """What is known of each document while it is gathered: verdicts by the hash of a text."""

    said: dict[str, dict[bytes, dict[str, Verdict]]]
    left_out: list[tuple[str, str]]


def gather(connection: Connection, pack: Pack, collections: Collection[str], encoder: str) -> Gathered:
    """Returns what people decided in the collections of a pack.

    Args:
        connection: To the records.
        pack: Its labels are learned; of those renamed since, under their present names.
        collections: Those that have this pack.
        encoder: Version of the encoder whose readings passages carry; empty where none are needed.
    """
    lines = [replace(line, label=pack.current(line.label)) for line in all_decisions(connection, collections)]
    book = _sorted(lines, pack, seniors(connection))
    names = sorted(book.said)
    passages: dict[str, list[Stored]] = defaultdict(list)
    for start in range(0, len(names), _PER_STATEMENT):
        for stored in read_passages(connection, names[start : start + _PER_STATEMENT], encoder):
            passages[stored.document].append(stored)
    made = _Set(encoder)
    for name in names:
        own = [stored.passage for stored in passages[name]]
        made.add(name, own, book.said[name])
    made.add_gone(connection, book)
    return Gathered(
        TrainingSet(tuple(pack.labels), tuple(made.documents)),
        tuple(made.lessons),
        tuple(book.left_out),
        max((line.seq for line in lines), default=0),
    )


def _sorted(lines: Sequence[Decision], pack: Pack, deciding: Collection[str]) -> _Book:
    kept = {line.act for line in lines if line.origin is Origin.SILENCE}
    measuring = {line.act for line in standing_decisions(lines) if line.act in kept}
    lines = [line for line in lines if line.act not in kept]
    together = verdicts(lines, deciding)
    book = _Book(defaultdict(lambda: defaultdict(dict)), [(act, MEASURES) for act in sorted(measuring)])
    places: dict[Subject, set[str]] = defaultdict(set)
    for line in standing_decisions(lines):
        places[line.text_hash, line.label].add(line.document)
    for (text, label), documents in places.items():
        verdict = together[text, label]
        if label not in pack.labels:
            book.left_out.append((verdict.decision.act, NO_LABEL))
        elif verdict.applies is None:
            book.left_out.append((verdict.decision.act, DISPUTED))
        else:
            for document in documents:
                book.said[document][text][label] = verdict
    return book


class _Set:
    """Documents and lessons, growing."""

    def __init__(self, encoder: str) -> None:
        self._encoder = encoder
        self._gone: list[tuple[str, bytes]] = []
        self.documents: list[TrainingDocument] = []
        self.lessons: list[Lesson] = []

    def add(
        self, name: str, passages: Sequence[Passage], said: Mapping[bytes, Mapping[str, Verdict]]
    ) -> None:
        """Adds a document with all its passages; what was said of a text that is not among them waits."""
        hashes = [text_hash(passage.text) for passage in passages]
        self._gone += [(name, text) for text in sorted(said.keys() - set(hashes))]
        if not said.keys() & set(hashes):
            return
        number = len(self.documents)
        found = []
        for place, (passage, text) in enumerate(zip(passages, hashes, strict=True)):
            verdicts_here = said.get(text, {})
            found.append(_judged(passage, verdicts_here))
            self._note(number, place, verdicts_here)
        self.documents.append(TrainingDocument(name, tuple(found)))

    def add_gone(self, connection: Connection, book: _Book) -> None:
        """Adds each text that no passage has any more as a document of its own."""
        readings = self._readings(connection, [text for _, text in self._gone])
        for name, text in self._gone:
            said = book.said[name][text]
            line = next(iter(said.values())).decision
            if self._encoder and text not in readings:
                book.left_out += [(each.decision.act, NO_READINGS) for each in said.values()]
                continue
            self._note(len(self.documents), 0, said)
            passage = Passage(line.text, line.section, readings.get(text))
            self.documents.append(TrainingDocument(f"{name}/{text.hex()}", (_judged(passage, said),)))

    def _note(self, document: int, passage: int, said: Mapping[str, Verdict]) -> None:
        for label, verdict in sorted(said.items()):
            line = verdict.decision
            sampled = line.origin is Origin.SAMPLE
            self.lessons.append(
                Lesson(document, passage, label, bool(verdict.applies), line.act, line.seq, line.by, sampled)
            )

    def _readings(self, connection: Connection, texts: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        if not self._encoder or not texts:
            return {}
        table = schema.vectors
        query = select(table.c.text_hash, table.c.readings).where(
            table.c.text_hash.in_(sorted(set(texts))),
            table.c.encoder == self._encoder,
            table.c.readings.is_not(None),
        )
        rows = connection.execute(query).all()
        found = readings_from_bytes([row.readings for row in rows])
        return {row.text_hash: each for row, each in zip(rows, found, strict=True)}


def _judged(passage: Passage, said: Mapping[str, Verdict]) -> TrainingPassage:
    applying = {label: verdict for label, verdict in said.items() if verdict.applies}
    evidence = sorted(
        Evidence(*verdict.decision.span, label)
        for label, verdict in applying.items()
        if verdict.decision.span is not None and verdict.decision.text == passage.text
    )
    return TrainingPassage(passage, frozenset(applying), tuple(evidence), frozenset(said))
