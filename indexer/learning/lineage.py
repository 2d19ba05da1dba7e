"""What stands behind a label, and what decisions, of a person or about a document, influenced."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from indexer.blobs import BlobStore
from indexer.decisions import PREFIX
from indexer.errors import ModelRegistryError
from indexer.house import HouseRule, house_rule
from indexer.learning.snapshot import Dataset, dataset, read_content, read_datasets
from indexer.records import schema
from indexer.registry import Entry, ModelVersion, Registry
from indexer.registry.journal import read_journal, read_versions
from models.classifier.influence import passage_name
from models.errors import ClassifierError
from models.labels import LabelSource, Passage
from models.packs import Pack

SILENT = "silent"
_PER_STATEMENT = 500
_predictions, _chunks, _decisions = schema.predictions, schema.chunks, schema.decisions
_documents = schema.documents


@dataclass(frozen=True, slots=True)
class Lesson:
    """A decision in a dataset: who said what of which document's passage.

    Attributes:
        weight: What it adds to the log-odds of the label that is looked behind; 0 for most.
    """

    act: str
    by: str
    label: str
    applies: bool
    document: str
    text: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind one label of a passage.

    Attributes:
        source: Who says it: human, model, house or rule.
        standing: As labels have it; "silent" where a model would say it but for the decisions.
        model: The version, or the decision.
        versions: That version and those that it came from, the newest first; empty unless a model says it.
        dataset: What the version learned from; None where it learned from no decisions.
        lessons: Decisions in it about this label, those that speak most in it first.
        journal: When the versions were registered, promoted and gone back to.
        rule: The rule of the house that says it, with who wrote it; None for any other source.
    """

    label: str
    source: str
    model: str
    probability: float
    standing: str
    versions: tuple[ModelVersion, ...]
    dataset: Dataset | None
    lessons: tuple[Lesson, ...]
    journal: tuple[Entry, ...]
    rule: HouseRule | None = None


@dataclass(frozen=True, slots=True)
class Models:
    """The classifiers, and the pack of each collection."""

    registry: Registry
    packs: Mapping[str, Pack]


@dataclass(frozen=True, slots=True)
class Influence:
    """What some decisions influenced.

    Attributes:
        acts: The decisions.
        shown: Passages whose label one of them decides now.
        datasets: Those that hold one of them.
        versions: Models that learned from these datasets.
        passages: Passages that have a label by one of these models now.
        journal: When these models were registered, promoted and gone back to.
    """

    acts: tuple[str, ...]
    shown: int
    datasets: tuple[Dataset, ...]
    versions: tuple[ModelVersion, ...]
    passages: int
    journal: tuple[Entry, ...]


def behind(connection: Connection, blobs: BlobStore, models: Models, chunk: str, label: str) -> list[Behind]:
    """Returns what stands behind all that is said of a label of a passage.

    Where the classifier in use says nothing because decisions speak against it, that is told too.

    Args:
        connection: To the records.
        blobs: Where the datasets lie.
        models: The classifiers.
        chunk: Id of the passage.
        label: As the pack spells it.

    Raises:
        ModelRegistryError: Nothing is said of it there, or a dataset is damaged.
    """
    passage = connection.execute(
        select(_chunks, _documents.c.collection).join_from(_chunks, _documents).where(_chunks.c.id == chunk)
    ).first()
    if passage is None:
        raise ModelRegistryError(f"There is no passage {chunk[:80]!r}")
    query = select(_predictions).where(_predictions.c.chunk == passage.key, _predictions.c.label == label)
    said = [
        (row.source, row.model, row.probability, row.standing)
        for row in connection.execute(query.order_by(_predictions.c.source))
    ]
    read = Passage(passage.text, passage.section)
    if not any(source == LabelSource.MODEL.value for source, *_ in said):
        used = models.registry.classifier(models.packs[passage.collection])
        if used is not None and used.influences(read, label):
            said.append((LabelSource.MODEL.value, used.version, 0.0, SILENT))
    if not said:
        raise ModelRegistryError(f"Nothing is said of {label!r} in a passage {chunk[:80]!r}")
    finder = _Finder(connection, blobs, models.registry, read, label)
    return [finder.behind(*each) for each in said]


def influence(connection: Connection, blobs: BlobStore, acts: Collection[str]) -> Influence:
    """Returns what some decisions influenced. Raises ModelRegistryError where a dataset is damaged."""
    wanted = set(acts)
    holding = [each for each in read_datasets(connection) if wanted & _acts(blobs, each)]
    known = {each.id for each in holding}
    every = read_versions(connection)
    versions = tuple(each for each in every if each.dataset in known)
    names = [each.version for each in versions]
    return Influence(
        tuple(sorted(wanted)),
        _labelled_by(connection, [f"{PREFIX}{act}" for act in sorted(wanted)]),
        tuple(holding),
        versions,
        _labelled_by(connection, names),
        _journal(connection, names),
    )


def acts_of(connection: Connection, *, person: str = "", document: str = "", act: str = "") -> list[str]:
    """Returns the decisions of a person, about passages of a document, or one of them, the oldest first.

    Raises:
        ModelRegistryError: There are none.
    """
    named = {_decisions.c.by: person, _decisions.c.document: document, _decisions.c.act: act}
    query = select(_decisions.c.act, func.min(_decisions.c.seq)).group_by(_decisions.c.act)
    for column, value in named.items():
        query = query.where(column == value) if value else query
    found = [row.act for row in connection.execute(query.order_by(func.min(_decisions.c.seq)))]
    if not found:
        what = " ".join(f"{column.name} {value[:80]!r}" for column, value in named.items() if value)
        raise ModelRegistryError(f"There is no decision with {what}")
    return found


def _labelled_by(connection: Connection, names: Sequence[str]) -> int:
    """Returns how many passages have a label by one of some models or decisions now."""
    found: set[int] = set()
    for start in range(0, len(names), _PER_STATEMENT):
        part = names[start : start + _PER_STATEMENT]
        found |= set(connection.scalars(select(_predictions.c.chunk).where(_predictions.c.model.in_(part))))
    return len(found)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks behind a label of a passage."""

    connection: Connection
    blobs: BlobStore
    registry: Registry
    passage: Passage
    label: str

    def behind(self, source: str, model: str, probability: float, standing: str) -> Behind:
        chain = _chain(read_versions(self.connection), model)
        learned = dataset(self.connection, chain[0].dataset) if chain and chain[0].dataset else None
        return Behind(
            label=self.label,
            source=source,
            model=model,
            probability=probability,
            standing=standing,
            versions=tuple(chain),
            dataset=learned,
            lessons=self._lessons(model, learned) if learned is not None else (),
            journal=_journal(self.connection, [each.version for each in chain]),
            rule=house_rule(self.connection, model) if source == LabelSource.HOUSE.value else None,
        )

    def _lessons(self, model: str, known: Dataset) -> tuple[Lesson, ...]:
        """Returns the decisions about the label, those that speak most in it first."""
        try:
            found = self.registry.load(model).influences(self.passage, self.label)
        except ClassifierError:
            found = ()  # the file is gone; which decisions it learned from is known all the same
        weights = {each.passage: each.weight for each in found}
        lessons = [
            replace(each, weight=weights.get(passage_name(each.document, each.text), 0.0))
            for each in _lessons(self.blobs, known, self.label)
        ]
        return tuple(sorted(lessons, key=lambda each: -abs(each.weight)))


def _chain(versions: Iterable[ModelVersion], name: str) -> list[ModelVersion]:
    known = {each.version: each for each in versions}
    chain: list[ModelVersion] = []
    wanted: str | None = name
    while wanted in known and known[wanted] not in chain:
        chain.append(known[wanted])
        wanted = known[wanted].parent
    return chain


def _lessons(blobs: BlobStore, known: Dataset, label: str) -> Iterable[Lesson]:
    for document in read_content(blobs, known)["documents"]:
        for passage in document["passages"]:
            for name, applies, act, _, by, _ in passage["said"]:
                if name == label:
                    yield Lesson(act, by, name, applies, document["name"], passage["text"])


def _acts(blobs: BlobStore, known: Dataset) -> set[str]:
    documents = read_content(blobs, known)["documents"]
    return {said[2] for document in documents for passage in document["passages"] for said in passage["said"]}


def _journal(connection: Connection, versions: Collection[str]) -> tuple[Entry, ...]:
    return tuple(each for each in read_journal(connection) if each.version in set(versions))
