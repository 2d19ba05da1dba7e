"""How right the machines are now, by what people said of a random sample of their claims.

Keys of passages are hashes, so that the claims up to any key are a random sample of all. Where the sample
has been put to people up to some key, all that they decided about claims up to it counts, wherever they came
across them: what they stumbled upon alone would not be a sample.

What a classifier learned from is no measure of it: claims that were dismissed are gone, and those that were
confirmed stay. Of one that learned, claims beyond those count that were put to people before it learned.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, literal, select

from indexer.decisions.project import PREFIX
from indexer.decisions.values import Origin
from indexer.records import schema
from indexer.records.labels import MACHINES
from models.evaluation.proportion import wilson
from models.labels import LabelSource, Standing

_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents
_decisions = schema.decisions
_human = schema.predictions.alias()


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of claims that people confirmed.

    Attributes:
        low: Lower end of the 95 % interval of E. B. Wilson; ``high`` the upper one.
        open: Claims of the sample that nobody decided.
    """

    right: int
    judged: int
    low: float
    high: float
    open: int = 0


def live_precision(
    connection: Connection, collection: str, labels: Collection[str], learned: int = 0
) -> dict[str, Precision]:
    """Returns the precision of the claims of a collection by label, and of all under an empty name.

    Only labels of which the sample has a claim are in it; nothing is where nobody answered the sample yet.

    Args:
        connection: To the records.
        collection: Whose passages.
        labels: Those that its pack has.
        learned: Number of the newest decision that the classifier in use learned from.
    """
    first = _frontier(connection, collection, _decisions.c.seq <= learned)
    last = _frontier(connection, collection, _decisions.c.seq > learned)
    if last is None or (first is not None and last <= first):
        return {}
    said = (_human.c.chunk == _predictions.c.chunk) & (_human.c.label == _predictions.c.label)
    # What was imported was not drawn at random.
    acts = select(literal(PREFIX) + _decisions.c.act).where(_decisions.c.origin == Origin.IMPORT.value)
    said &= _human.c.model.not_in(acts)
    query = (
        select(_predictions.c.label, _human.c.standing, func.count())
        .select_from(_predictions.join(_chunks).join(_documents))
        .outerjoin(_human, said & (_human.c.source == LabelSource.HUMAN.value))
        .where(
            _predictions.c.source.in_(MACHINES),
            _predictions.c.standing == Standing.SPEAKS.value,
            _predictions.c.label.in_(sorted(labels)),
            _documents.c.collection == collection,
            _documents.c.status == "active",
            _chunks.c.key <= last,
            _chunks.c.key > (-1 if first is None else first),
        )
        .group_by(_predictions.c.label, _human.c.standing)
    )
    tallies: dict[str, dict[str | None, int]] = {}
    for label, standing, number in connection.execute(query):
        for name in (label, ""):
            tally = tallies.setdefault(name, {})
            tally[standing] = tally.get(standing, 0) + number
    return {name: _precision(tally) for name, tally in tallies.items()}


def _frontier(connection: Connection, collection: str, which: ColumnElement[bool]) -> int | None:
    """Returns up to which key claims were put to people as a sample, by some decisions; None for none."""
    query = (
        select(func.max(_chunks.c.key))
        .select_from(_decisions.join(_documents).join(_chunks, _chunks.c.id == _decisions.c.chunk))
        .where(_decisions.c.origin == Origin.SAMPLE.value, _documents.c.collection == collection, which)
    )
    found: int | None = connection.execute(query).scalar()
    return found


def _precision(tally: dict[str | None, int]) -> Precision:
    right, wrong = tally.get(Standing.SPEAKS.value, 0), tally.get(Standing.DENIED.value, 0)
    low, high = wilson(right, right + wrong)
    return Precision(right, right + wrong, low, high, sum(tally.values()) - right - wrong)
