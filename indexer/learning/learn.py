"""One run of learning: gather, keep the dataset, learn, ask the gate, and promote what passed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.decisions import last_decision
from indexer.decisions.read import decided_after
from indexer.errors import IndexerError, ModelRegistryError
from indexer.house import house_labeller
from indexer.ingest.join import StoppedError
from indexer.labelling import Labelling, labelling
from indexer.learning import runs
from indexer.learning.gather import Gathered, gather
from indexer.learning.judge import (
    Report,
    answers_of,
    judgements,
    on_golden,
    out_of_fold,
    timed,
)
from indexer.learning.preview import Preview, preview
from indexer.learning.runs import LearningRun, State
from indexer.learning.snapshot import Dataset, dataset, keep
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.read import collection_names
from indexer.registry import ModelFiles, ModelVersion, Origin, Registry
from models.classifier.adapted import adapted, own_names
from models.classifier.card import ClassifierCard
from models.classifier.dataset import TrainingPassage, TrainingSet
from models.errors import ModelsError, TrainingError
from models.evaluation.gate import Check, LabelChange, compare
from models.labels import Passage
from models.packs import Pack, golden_passages
from models.protocols import Classifier, Encoder

Step = Callable[[str], None]
SEED = 0


def _now() -> datetime:
    return datetime.now(UTC)


class Beside(Protocol):
    """Lets a version label beside the one in use."""

    def begin(self, version: str, by: str, now: str) -> object:
        """Begins with it. Raises ModelRegistryError and ClassifierError."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    """What a run learns from; ``after`` is the newest decision that the classifier in use has learned."""

    asked: LearningRun
    champion: ModelVersion
    pack: Pack
    collections: tuple[str, ...]
    gathered: Gathered
    made: Dataset
    after: int


@dataclass(frozen=True, slots=True)
class Learner:
    """Learns from decisions; search and ingest go on meanwhile.

    Attributes:
        files: Reads and makes the files of classifiers.
        by_itself: Whether what passed the gate labels at once; else a person approves it.
        beside: What lets it label beside the one in use until then; None for nothing.
    """

    engine: Engine
    blobs: BlobStore
    registry: Registry
    files: ModelFiles
    encoder: Encoder
    packs: Mapping[str, Pack]
    by_itself: bool = True
    clock: Callable[[], datetime] = _now
    beside: Beside | None = None

    def run(self, number: int, confirm: Callable[[], None] = lambda: None) -> LearningRun:
        """Does a run that was asked for, and returns how it ended; call it while holding the lock LEARNER.

        ``confirm`` is called between the steps, and raises to stop: the run then waits again.

        Raises:
            ModelRegistryError: There is no such run.
            StoppedError: ``confirm`` raised it.
        """
        with self.engine.connect() as connection:
            asked = runs.learning_run(connection, number)
            upto = last_decision(connection)
        self._note(number, state=State.RUNNING.value, started_at=self._time(), upto=upto)

        def step(words: str) -> None:
            confirm()
            self._note(number, step=words)

        try:
            self._learn(asked, step)
        except StoppedError:
            self._note(number, state=State.WAITING.value, step="Was stopped; it waits for the worker again.")
            raise
        except (IndexerError, ModelsError) as error:
            self._end(asked, State.FAILED, str(error))
        with self.engine.connect() as connection:
            return runs.learning_run(connection, number)

    def new_decisions(self, pack: str) -> int:
        """Returns how many decisions came in the collections of a pack since it last learned, or tried to."""
        with self.engine.connect() as connection:
            last = runs.learning_runs(connection, pack, 1)
            names = [each for each in collection_names(connection) if self.packs[each].name == pack]
            return decided_after(connection, names, last[0].upto if last else 0)

    def _learn(self, asked: LearningRun, step: Step) -> None:
        champion = self.registry.state(asked.pack).used
        if champion is None:
            words = "This pack has no classifier that could learn; its rules label alone."
            return self._end(asked, State.FAILED, words)
        self._note(asked.id, champion=champion.version)
        step("Gathering what people decided.")
        pack, collections = self._pack(asked.pack)
        encoder = self.encoder.version if champion.card.reader else ""
        with self.engine.connect() as connection:
            gathered = gather(connection, pack, collections, encoder)
            learned = dataset(connection, champion.dataset) if champion.dataset else None
        if not gathered.lessons:
            return self._end(asked, State.NOTHING, "Nobody has decided anything yet that could be learned.")
        with writing(self.engine) as connection:
            made = keep(connection, self.blobs, pack.name, gathered, self._time())
            runs.note(connection, asked.id, dataset=made.id)
        if learned is not None and learned.id == made.id:
            return self._end(asked, State.NOTHING, f"{champion.version} has learned all of it already.")
        after = learned.upto if learned is not None else 0
        task = _Task(asked, champion, pack, tuple(collections), gathered, made, after)
        return self._learned(task, step)

    def _learned(self, task: _Task, step: Step) -> None:
        asked, champion, made = task.asked, task.champion, task.made
        before = self.registry.content(champion.version)
        step(f"Learning from {made.decisions:,} decisions in {made.documents:,} documents.")
        try:
            content = self.files.learn(before, in_own_names(task.gathered.data, champion.card, task.pack))
        except TrainingError as error:
            return self._end(asked, State.NOTHING, str(error))
        reason = f"learned from {made.decisions:,} decisions"
        version = self.registry.register(
            content, Origin.LEARNED, champion.version, asked.asked_by, reason, dataset=made.id
        ).version
        self._note(asked.id, version=version)
        if version == champion.version:
            return self._end(asked, State.NOTHING, "What was learned is what labels already.")
        classifiers = (
            adapted(self.registry.load(champion.version), task.pack),
            adapted(self.registry.load(version), task.pack),
        )
        step("Comparing it with the classifier in use.")
        report = self._compare(task, (before, content), classifiers)
        step("Looking at what would change.")
        self._note(asked.id, report=_json(report, preview(self.engine, self._targets(task, classifiers[1]))))
        return self._decide(asked, version, report, reason)

    def _targets(self, task: _Task, new: Classifier) -> dict[str, Labelling]:
        """Returns what would label each collection."""
        encoder = self.encoder.version
        with self.engine.connect() as connection:
            return {
                name: labelling(task.pack, new, encoder, house_labeller(connection, name))
                for name in task.collections
            }

    def _decide(self, asked: LearningRun, version: str, report: Report, reason: str) -> None:
        if not report.passed:
            failed = " ".join(check.words for check in report.checks if not check.passed)
            self.registry.refuse(version, f"refused: {failed}", asked.asked_by)
            return self._end(asked, State.REFUSED, f"{version} does not label. {failed}")
        if not self.by_itself:
            words = f"{version} passed every check and waits for your approval."
            if self.beside is not None:
                self.beside.begin(version, asked.asked_by, self._time())
                words += " Until then it labels beside the one in use; search finds where the two differ."
            return self._end(asked, State.APPROVAL, words)
        self.registry.promote(version, reason, asked.asked_by)
        return self._end(asked, State.PROMOTED, f"{version} labels now; documents are labelled anew.")

    def _compare(
        self, task: _Task, files: tuple[bytes, bytes], classifiers: tuple[Classifier, Classifier]
    ) -> Report:
        """Asks the gate: on decisions that neither side learned from, on the golden set, size and speed."""
        gathered = task.gathered
        labels = [label for label in gathered.data.labels if label in classifiers[0].card.labels]
        people = judgements(gathered, labels, task.after)
        old = answers_of(gathered, labels, classifiers[0])
        new = out_of_fold(gathered, labels, old, classifiers[1])
        checks, changes = compare("decisions", people, old, new, SEED)
        found: list[tuple[str, Sequence[LabelChange]]] = [("decisions", changes)]
        drawn = judgements(gathered, labels, task.after, drawn=True)
        if drawn.judged.any():
            more, changes = compare("random checks", drawn, old, new, SEED)
            checks, found = [*checks, *more], [*found, ("random checks", changes)]
        golden = golden_passages(task.pack.name)
        if golden:
            passages = self._encoded([each.passage for each in golden], classifiers)
            more, changes = on_golden(golden, passages, labels, classifiers, SEED)
            checks, found = [*checks, *more], [*found, ("golden judgements", changes)]
        checks += timed(files, classifiers, gathered)
        return Report(tuple(checks), tuple((name, tuple(each)) for name, each in found))

    def _encoded(self, passages: Sequence[Passage], classifiers: Sequence[Classifier]) -> list[Passage]:
        """Returns passages with readings, where a classifier needs them."""
        if not any(each.card.reader for each in classifiers):
            return list(passages)
        _, found = self.encoder.read([each.text for each in passages])
        readings = found.astype(np.float16).astype(np.float32)  # as the records keep them
        return [replace(each, readings=own) for each, own in zip(passages, readings, strict=True)]

    def _pack(self, name: str) -> tuple[Pack, list[str]]:
        with self.engine.connect() as connection:
            names = [each for each in collection_names(connection) if self.packs[each].name == name]
        if not names:
            raise ModelRegistryError(f"No collection has the pack {name!r}")
        return self.packs[names[0]], names

    def _end(self, asked: LearningRun, state: State, words: str) -> None:
        self._note(asked.id, state=state.value, step=words, finished_at=self._time())

    def _note(self, number: int, **values: object) -> None:
        with writing(self.engine) as connection:
            runs.note(connection, number, **values)

    def _time(self) -> str:
        return time_to_text(self.clock())


def in_own_names(data: TrainingSet, card: ClassifierCard, pack: Pack) -> TrainingSet:
    """Returns a training set with the names by which a classifier knows the labels of its pack."""
    own = own_names(card.labels, pack)
    if all(name == known for name, known in own.items()):
        return data

    def passage(each: TrainingPassage) -> TrainingPassage:
        return replace(
            each,
            labels=frozenset(own.get(label, label) for label in each.labels),
            evidence=tuple(replace(item, label=own.get(item.label, item.label)) for item in each.evidence),
            judged=None if each.judged is None else frozenset(own.get(label, label) for label in each.judged),
        )

    return TrainingSet(
        tuple(own.get(label, label) for label in data.labels),
        tuple(replace(each, passages=tuple(map(passage, each.passages))) for each in data.documents),
    )


def _json(report: Report, changes: Preview) -> str:
    def listed(name: str, found: Sequence[LabelChange]) -> dict[str, object]:
        return {"where": name, "labels": [asdict(each) for each in found]}

    checks: list[Check] = list(report.checks)
    return json.dumps(
        {
            "passed": report.passed,
            "checks": [asdict(check) for check in checks],
            "labels": [listed(name, found) for name, found in report.changes],
            "preview": asdict(changes),
        },
        ensure_ascii=False,
    )
