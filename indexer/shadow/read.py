"""Reads where a classifier differs from the one in use; one function per question."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, literal, select

from indexer.decisions import PREFIX
from indexer.records import schema
from models.evaluation.gate import sign_test
from models.labels import LabelSource, Standing

_shadows, _labels, _seen = schema.shadows, schema.shadow_labels, schema.shadow_documents
_documents, _said, _decisions = schema.documents, schema.predictions, schema.decisions
_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Shadow:
    """A classifier that labels beside the one in use."""

    pack: str
    version: str
    since: str
    by: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A label that it would give a passage (``gained``), or not give any more."""

    version: str
    label: str
    gained: bool


@dataclass(frozen=True, slots=True)
class Differing:
    """How it differs in one label, or in all.

    Attributes:
        gained: Passages that it alone would give the label; ``lost`` those that the one in use alone gives.
        new_right: Of those that people decided since, how many it has right; ``old_right`` the one in use.
    """

    gained: int = 0
    lost: int = 0
    new_right: int = 0
    old_right: int = 0

    @property
    def by_chance(self) -> float:
        """How probable such an advantage of either is where both are right as often; exact, two-sided."""
        fewer, more = sorted((self.new_right, self.old_right))
        return min(1.0, 2 * sign_test(more, fewer))


def shadow(connection: Connection, pack: str) -> Shadow | None:
    """Returns what labels beside the classifier of a pack; None where nothing does."""
    row = connection.execute(select(_shadows).where(_shadows.c.pack == pack)).first()
    return Shadow(*row) if row is not None else None


def shadows(connection: Connection) -> list[Shadow]:
    """Returns all that label beside others."""
    return [Shadow(*row) for row in connection.execute(select(_shadows).order_by(_shadows.c.pack))]


def progress(connection: Connection, found: Shadow, collections: Collection[str]) -> tuple[int, int]:
    """Returns how many documents of some collections it was compared on, and how many there are."""
    active = (_documents.c.status == "active") & _documents.c.collection.in_(sorted(collections))
    own = (_seen.c.document == _documents.c.id) & (_seen.c.version == found.version)
    query = select(func.count(_seen.c.document), func.count()).select_from(_documents.outerjoin(_seen, own))
    done, total = connection.execute(query.where(active)).one()
    return done, total


def flagged(connection: Connection, *, gained: bool, labels: Collection[str], most: int) -> frozenset[int]:
    """Returns the keys of passages that it alone flags, or only the one in use, with any of some labels.

    Args:
        connection: To the records.
        gained: Whether it alone does.
        labels: Those that are meant; all where there is none.
        most: How many at most; keys are hashes, so that these are a random part.
    """
    query = select(_labels.c.chunk).distinct().where(_labels.c.gained == int(gained))
    if labels:
        query = query.where(_labels.c.label.in_(sorted(labels)))
    return frozenset(connection.scalars(query.order_by(_labels.c.chunk).limit(most)))


def differences(connection: Connection, keys: Sequence[int]) -> dict[int, list[Difference]]:
    """Returns where it differs on some passages; only those on which it does."""
    found: dict[int, list[Difference]] = defaultdict(list)
    for start in range(0, len(keys), _PER_STATEMENT):
        query = select(_labels).where(_labels.c.chunk.in_(keys[start : start + _PER_STATEMENT]))
        for row in connection.execute(query.order_by(_labels.c.chunk, _labels.c.label)):
            found[row.chunk].append(Difference(row.version, row.label, bool(row.gained)))
    return dict(found)


def differing(connection: Connection, found: Shadow) -> dict[str, Differing]:
    """Returns how it differs by label, and what people decided of these differences since it labels beside.

    What was decided before may have taught one of the two.
    """
    acts = select(literal(PREFIX) + _decisions.c.act).where(_decisions.c.at >= found.since)
    people = (_said.c.chunk == _labels.c.chunk) & (_said.c.label == _labels.c.label)
    people &= (_said.c.source == LabelSource.HUMAN.value) & _said.c.model.in_(acts)
    query = (
        select(_labels.c.label, _labels.c.gained, _said.c.standing, func.count())
        .select_from(_labels.join(_documents, _documents.c.id == _labels.c.document).outerjoin(_said, people))
        .where(_labels.c.version == found.version, _documents.c.status == "active")
        .group_by(_labels.c.label, _labels.c.gained, _said.c.standing)
    )
    by_label: dict[str, Differing] = {}
    for label, gained, standing, number in connection.execute(query.order_by(_labels.c.label)):
        one = by_label.get(label, Differing())
        one = replace(one, gained=one.gained + number) if gained else replace(one, lost=one.lost + number)
        if standing in (Standing.SPEAKS.value, Standing.DENIED.value):
            if bool(gained) is (standing == Standing.SPEAKS.value):
                one = replace(one, new_right=one.new_right + number)
            else:
                one = replace(one, old_right=one.old_right + number)
        by_label[label] = one
    return by_label


def together(found: Collection[Differing]) -> Differing:
    """Returns the sum over labels."""
    return Differing(
        sum(each.gained for each in found),
        sum(each.lost for each in found),
        sum(each.new_right for each in found),
        sum(each.old_right for each in found),
    )
