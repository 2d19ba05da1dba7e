"""Which labels a new classifier would change, on a part of the documents that time allows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from indexer.labelling import Labelling
from indexer.records import schema
from indexer.relabel.batch import Stored, read_passages
from models.labels import LabelPrediction, Standing

# Passages that are looked at, and changes that are kept to be read.
MOST_PASSAGES, MOST_EXAMPLES = 20_000, 200
_PER_STATEMENT = 50
_documents = schema.documents


@dataclass(frozen=True, slots=True)
class Changed:
    """A passage that would gain or lose a label."""

    key: int
    label: str
    gained: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change.

    Attributes:
        passages: How many were looked at.
        gained: Labels that passages would gain, by label; ``lost`` those that they would lose.
        examples: The first of them.
    """

    passages: int
    gained: dict[str, int]
    lost: dict[str, int]
    examples: tuple[Changed, ...]


def preview(engine: Engine, new: Mapping[str, Labelling]) -> Preview:
    """Compares the labels that are stored with those that a new classifier would give, claims only.

    Documents are taken in order of their ids, which are hashes: what is looked at is a random part.

    Args:
        engine: Of the records.
        new: What would label each collection; they differ in the rules of the house alone.
    """
    looked, gained, lost, examples = 0, Counter[str](), Counter[str](), list[Changed]()
    query = select(_documents.c.id, _documents.c.collection).where(
        _documents.c.collection.in_(sorted(new)), _documents.c.status == "active"
    )
    encoder = next((each.encoder for each in new.values()), "")
    with engine.connect() as connection:
        places = {row.id: row.collection for row in connection.execute(query.order_by(_documents.c.id))}
        ids = list(places)
        for start in range(0, len(ids), _PER_STATEMENT):
            for own in by_document(connection, ids[start : start + _PER_STATEMENT], encoder):
                looked += len(own)
                for change in changes(own, new[places[own[0].document]]):
                    (gained if change.gained else lost)[change.label] += 1
                    examples.append(change)
            if looked >= MOST_PASSAGES:
                break
    return Preview(looked, dict(gained), dict(lost), tuple(examples[:MOST_EXAMPLES]))


def by_document(connection: Connection, ids: Sequence[str], encoder: str) -> list[list[Stored]]:
    """Returns the passages of some documents, each document for itself; what cannot be labelled is left out.

    ``encoder`` is the version whose readings they need; empty for none.
    """
    found: dict[str, list[Stored]] = {}
    for stored in read_passages(connection, ids, encoder):
        found.setdefault(stored.document, []).append(stored)
    # What has no readings yet cannot be labelled yet.
    return [own for own in found.values() if not encoder or all(x.passage.readings is not None for x in own)]


def changes(own: Sequence[Stored], new: Labelling) -> list[Changed]:
    """Returns which claims the passages of a document would gain or lose under another labelling."""
    labelled = new.label([stored.passage for stored in own])
    found = []
    for stored, said in zip(own, labelled.labels, strict=True):
        before = {row.label for row in stored.said if row.standing == Standing.SPEAKS.value}
        after = _claimed(said)
        found += [Changed(stored.key, label, True) for label in sorted(after - before)]
        found += [Changed(stored.key, label, False) for label in sorted(before - after)]
    return found


def _claimed(said: Sequence[LabelPrediction]) -> set[str]:
    return {item.label for item in said if item.standing is Standing.SPEAKS}
