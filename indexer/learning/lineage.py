"""What stands behind a label, and what a decision or a person's decisions influenced."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from indexer.blobs import BlobStore
from indexer.errors import ModelRegistryError
from indexer.learning.snapshot import Dataset, dataset, read_content, read_datasets
from indexer.records import schema
from indexer.registry import Entry, ModelVersion
from indexer.registry.journal import read_journal, read_versions

_predictions, _chunks, _decisions = schema.predictions, schema.chunks, schema.decisions


@dataclass(frozen=True, slots=True)
class Lesson:
    """A decision in a dataset: who said what of which document's passage."""

    act: str
    by: str
    label: str
    applies: bool
    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind one label of a passage.

    Attributes:
        source: Who says it: human, model or rule.
        model: The version, or the decision.
        versions: That version and those that it came from, the newest first; empty unless a model says it.
        dataset: What the version learned from; None where it learned from no decisions.
        lessons: Decisions in it about this label.
        journal: When the versions were registered, promoted and gone back to.
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


@dataclass(frozen=True, slots=True)
class Influence:
    """What some decisions influenced.

    Attributes:
        acts: The decisions.
        datasets: Those that hold one of them.
        versions: Models that learned from these datasets.
        passages: Passages that have a label by one of these models now.
        journal: When these models were registered, promoted and gone back to.
    """

    acts: tuple[str, ...]
    datasets: tuple[Dataset, ...]
    versions: tuple[ModelVersion, ...]
    passages: int
    journal: tuple[Entry, ...]


def behind(connection: Connection, blobs: BlobStore, chunk: str, label: str) -> list[Behind]:
    """Returns what stands behind all that is said of a label of a passage.

    Args:
        connection: To the records.
        blobs: Where the datasets lie.
        chunk: Id of the passage.
        label: As the pack spells it.

    Raises:
        ModelRegistryError: Nothing is said of it there, or a dataset is damaged.
    """
    query = (
        select(_predictions)
        .join_from(_predictions, _chunks)
        .where(_chunks.c.id == chunk, _predictions.c.label == label)
    )
    rows = connection.execute(query.order_by(_predictions.c.source)).all()
    if not rows:
        raise ModelRegistryError(f"Nothing is said of {label!r} in a passage {chunk[:80]!r}")
    return [_behind(connection, blobs, row) for row in rows]


def influence(connection: Connection, blobs: BlobStore, acts: Collection[str]) -> Influence:
    """Returns what some decisions influenced. Raises ModelRegistryError where a dataset is damaged."""
    wanted = set(acts)
    holding = [each for each in read_datasets(connection) if wanted & _acts(blobs, each)]
    known = {each.id for each in holding}
    every = read_versions(connection)
    versions = tuple(each for each in every if each.dataset in known)
    names = [each.version for each in versions]
    count = select(func.count(_predictions.c.chunk.distinct())).where(_predictions.c.model.in_(names))
    return Influence(
        tuple(sorted(wanted)),
        tuple(holding),
        versions,
        connection.execute(count).scalar_one() if names else 0,
        _journal(connection, names),
    )


def acts_of(connection: Connection, person: str) -> list[str]:
    """Returns the decisions of a person, by pseudonym, the oldest first."""
    query = select(_decisions.c.act, func.min(_decisions.c.seq)).where(_decisions.c.by == person)
    grouped = query.group_by(_decisions.c.act).order_by(func.min(_decisions.c.seq))
    return [row.act for row in connection.execute(grouped)]


def _behind(connection: Connection, blobs: BlobStore, row: Any) -> Behind:  # noqa: ANN401 - a row of the table
    chain = _chain(read_versions(connection), row.model)
    learned = dataset(connection, chain[0].dataset) if chain and chain[0].dataset else None
    return Behind(
        label=row.label,
        source=row.source,
        model=row.model,
        probability=row.probability,
        standing=row.standing,
        versions=tuple(chain),
        dataset=learned,
        lessons=tuple(_lessons(blobs, learned, row.label)) if learned is not None else (),
        journal=_journal(connection, [each.version for each in chain]),
    )


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
