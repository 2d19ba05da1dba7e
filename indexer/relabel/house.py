"""Relabels by rules of the house that changed: only passages that they match, or did, are looked at.

No rule of the house tells the classifier anything, so that what it and the pack's rules said stays true.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, literal_column, select

from indexer.house import HouseRule, changed_since
from indexer.house.finding import found_in
from indexer.labelling import Labelling, house_version, without_house
from indexer.records import schema
from indexer.relabel.batch import Change, Stored, compare, read_passages, said_by
from indexer.relabel.stale import Old, next_stale, stale_fingerprints
from models.combination import by_model_alone
from models.labels import LabelSource

# Passages of the documents of one batch, which is one transaction; few of them are read.
BATCH_CHUNKS = 20_000
_chunks, _predictions = schema.chunks, schema.predictions


@dataclass(frozen=True, slots=True)
class HouseStep:
    """What is to be done with documents whose labels come from one earlier state of the house's rules.

    Attributes:
        before: The fingerprint that they have.
        labels: Whose rules changed since.
        added: Rules that came since.
    """

    collection: str
    target: Labelling
    before: str
    labels: frozenset[str]
    added: tuple[HouseRule, ...]

    def batch(self, connection: Connection, after: str) -> tuple[Change, int] | None:
        """Returns what changes in the next documents beyond ``after``, and their size; None at the end."""
        fingerprint = self.target.fingerprint
        documents = next_stale(connection, self.collection, fingerprint, after, BATCH_CHUNKS, by=self.before)
        if not documents:
            return None
        change = Change(documents=documents, unfamiliar={each.id: each.unfamiliar for each in documents})
        for stored in self._touched(connection, documents):
            before = len(change.keys)
            model = by_model_alone(said_by(stored, LabelSource.MODEL))
            found = self.target.with_house(stored.passage, model, said_by(stored, LabelSource.RULE))
            compare(change, [stored], [found])
            if len(change.keys) > before and stored.document not in change.changed[-1:]:
                change.changed.append(stored.document)
        return change, sum(each.chunks for each in documents)

    def _touched(self, connection: Connection, documents: Sequence[Old]) -> list[Stored]:
        """Returns the passages in which a rule that changed speaks, or a new one matches."""
        ids = [each.id for each in documents]
        spoken = (
            select(_predictions.c.chunk)
            .join_from(_predictions, _chunks)
            .where(
                _chunks.c.document.in_(ids),
                _predictions.c.source == literal_column(f"'{LabelSource.HOUSE.value}'"),
                _predictions.c.label.in_(sorted(self.labels)),
            )
        )
        keys = set(connection.scalars(spoken))
        if self.added:
            inside = _chunks.c.document.in_(ids)
            keys |= {found.key for found in found_in(connection, self.added, inside)}
        return read_passages(connection, ids, "", keys) if keys else []


def house_steps(connection: Connection, collection: str, target: Labelling) -> list[HouseStep]:
    """Returns what is to be done where all else that labels a document is what it was."""
    steps = []
    for before in stale_fingerprints(connection, collection, target.fingerprint):
        if without_house(before) == without_house(target.fingerprint):
            labels, added = changed_since(connection, collection, house_version(before))
            steps.append(HouseStep(collection, target, before, frozenset(labels), tuple(added)))
    return steps
