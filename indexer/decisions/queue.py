"""What a reviewer is asked next: a mix that makes little time count, spread over the labels."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, cycle, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from indexer.decisions.silence import Stratum, to_check
from indexer.house.values import LEAST_JUDGED
from indexer.records import schema
from indexer.records.labels import MACHINES
from models.labels import LabelSource, Standing

_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents
_changed, _decisions = schema.changed_decisions, schema.decisions
_human, _other = schema.predictions.alias(), schema.predictions.alias()
_undo = schema.decisions.alias()


class Kind(StrEnum):
    """Why a passage is put to a person."""

    DISPUTED = "disputed"  # two people disagree
    CHANGED = "changed"  # somebody decided about an older wording
    HOUSE = "house"  # a rule of the house that too few claims were judged of to know how right it is
    UNSURE = "unsure"  # the model abstains
    DISAGREE = "disagree"  # a rule sees it and the model does not
    WEAK = "weak"  # a claim that was only just made
    SAMPLE = "sample"  # claims at random, which keep the estimate of precision honest
    SILENT = "silent"  # passages at random of which nothing is said, for the estimate of recall
    DOUBTED = "doubted"  # the same of those on which nothing is claimed, only doubted


# What only people can settle comes first. The rest takes turns: half of it is at random.
_FIRST = (Kind.DISPUTED, Kind.CHANGED, Kind.HOUSE)
_TURNS = (
    Kind.UNSURE, Kind.SAMPLE, Kind.UNSURE, Kind.DISAGREE, Kind.SILENT,
    Kind.SAMPLE, Kind.UNSURE, Kind.WEAK, Kind.SAMPLE, Kind.DOUBTED,
)  # fmt: skip
# Of these the question is whether any label applies, and there is no end of them.
SILENCES = {Kind.SILENT: Stratum.SILENT, Kind.DOUBTED: Stratum.DOUBTED}
# What is asked for the sake of learning: the same words in another document would teach nothing new.
_TEACHING = frozenset({Kind.HOUSE, Kind.UNSURE, Kind.DISAGREE, Kind.WEAK})


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a label applies to a passage, and why that is asked; of silence, whether any does."""

    key: int
    label: str
    kind: Kind


def questions(
    connection: Connection,
    collection: str,
    labels: Collection[str],
    limit: int,
    passed_over: Collection[tuple[int, str]] = (),
    *,
    turn: int = 0,
) -> list[Question]:
    """Returns what is to be asked next, in order; nothing about which a person has decided.

    Args:
        connection: To the records.
        collection: Whose passages.
        labels: Those that its pack has.
        limit: At most so many.
        passed_over: What the reviewer does not want to answer, by key and label.
        turn: How many questions the reviewer has had; tells which kind's turn it is.
    """
    left = set(passed_over)
    wanted = limit + len(left)

    def stream(kind: Kind) -> Iterator[Question]:
        for question in _read(connection, kind, collection, labels, wanted):
            if (question.key, question.label) not in left:
                left.add((question.key, question.label))
                yield question

    found = list(islice(chain.from_iterable(map(stream, _FIRST)), limit))
    streams = {kind: stream(kind) for kind in _TURNS}
    begin = turn % len(_TURNS)
    for kind in cycle((*_TURNS[begin:], *_TURNS[:begin])):
        if len(found) >= limit or not streams:
            return found
        question = next(streams[kind], None) if kind in streams else None
        if question is None:
            streams.pop(kind, None)
        else:
            found.append(question)
    return found


def counts(connection: Connection, collection: str, labels: Collection[str]) -> dict[Kind, int]:
    """Returns how much there is of each kind; of what is drawn at random, none, since it has no end."""
    found: dict[Kind, int] = {}
    for kind in Kind:
        if kind not in (Kind.SAMPLE, Kind.WEAK, *SILENCES):
            query = _candidates(kind, collection, labels).subquery()
            found[kind] = connection.execute(select(func.count()).select_from(query)).scalar_one()
    return found


def _read(
    connection: Connection, kind: Kind, collection: str, labels: Collection[str], limit: int
) -> Iterator[Question]:
    """Yields the questions of a kind, asking the records when the first is wanted."""
    for row in connection.execute(_query(kind, collection, labels).limit(limit)):
        yield Question(row.key, row.label, kind)


def _query(kind: Kind, collection: str, labels: Collection[str]) -> Select[Any]:
    if kind in SILENCES:
        return to_check(SILENCES[kind], collection, labels)
    query = _candidates(kind, collection, labels)
    if kind is Kind.CHANGED:
        return query.order_by(_changed.c.decision.desc())
    if kind is Kind.SAMPLE:  # keys are hashes: their order is random, and the same each time
        return query.order_by(_predictions.c.chunk, _predictions.c.label)
    order = (_CHOICES[kind][1], _predictions.c.chunk)
    place = func.row_number().over(partition_by=_predictions.c.label, order_by=order)
    ranked = query.add_columns(place.label("place")).subquery()
    return select(ranked.c.key, ranked.c.label).order_by(ranked.c.place, ranked.c.label)


def _candidates(kind: Kind, collection: str, labels: Collection[str]) -> Select[Any]:
    """Selects key and label of all that could be asked, in no order.

    Passages are looked up from what is said of them, not the other way round: there are many more of them.
    """
    table = _changed if kind is Kind.CHANGED else _predictions
    query = select(table.c.chunk.label("key"), table.c.label).where(
        table.c.label.in_(sorted(labels)), _lies_in(collection, table.c.chunk)
    )
    if kind is not Kind.CHANGED:
        query = query.where(_CHOICES[kind][0])
    if kind is not Kind.DISPUTED:
        query = query.where(~_decided(table.c.chunk, table.c.label))
    if kind in _TEACHING:
        query = query.where(~_known())
    return query


def _lies_in(collection: str, chunk: ColumnElement[Any]) -> ColumnElement[bool]:
    own = (_chunks.c.key == chunk) & (_documents.c.collection == collection)
    active = _documents.c.status == "active"
    return select(_chunks.c.key).join_from(_chunks, _documents).where(own, active).exists()


def _decided(chunk: ColumnElement[Any], label: ColumnElement[Any]) -> ColumnElement[bool]:
    by_people = _human.c.source == LabelSource.HUMAN.value
    return select(_human.c.chunk).where(_human.c.chunk == chunk, _human.c.label == label, by_people).exists()


def _known() -> ColumnElement[bool]:
    """Whether somebody spoke of the label in the same words elsewhere."""
    undone = select(_undo.c.act).where(_undo.c.act == _decisions.c.act, _undo.c.applies.is_(None)).exists()
    same = (_decisions.c.text_hash == _chunks.c.text_hash) & (_decisions.c.label == _predictions.c.label)
    return (
        select(_decisions.c.seq)
        .join_from(_chunks, _decisions, same)
        .where(_chunks.c.key == _predictions.c.chunk, _decisions.c.applies.is_not(None), ~undone)
        .correlate(_predictions)
        .exists()
    )


def _without_model() -> ColumnElement[bool]:
    by_model = _other.c.source == LabelSource.MODEL.value
    same = (_other.c.chunk == _predictions.c.chunk) & (_other.c.label == _predictions.c.label)
    return ~select(_other.c.chunk).where(same, by_model).exists()


def _is(source: LabelSource, standing: Standing) -> ColumnElement[bool]:
    return (_predictions.c.source == source.value) & _stands(standing)


def _stands(standing: Standing) -> ColumnElement[bool]:
    # Spelled out, so that both databases see that a partial index fits.
    return _predictions.c.standing == literal_column(f"'{standing.value}'")


def _of_unmeasured_rules() -> ColumnElement[bool]:
    """Whether it is the claim of a rule of the house of whose claims people judged few."""
    own = _decisions.c
    undone = select(_undo.c.act).where(_undo.c.act == own.act, _undo.c.applies.is_(None)).exists()
    by_house = own.seen_source == literal_column(f"'{LabelSource.HOUSE.value}'")
    measured = (
        select(own.seen_model)
        .where(by_house, own.applies.is_not(None), ~undone)
        .group_by(own.seen_model)
        .having(func.count() >= LEAST_JUDGED)
    )
    source = _predictions.c.source == literal_column(f"'{LabelSource.HOUSE.value}'")
    return source & _stands(Standing.SPEAKS) & _predictions.c.model.not_in(measured)


_CHOICES: dict[Kind, tuple[ColumnElement[bool], ColumnElement[Any]]] = {
    Kind.DISPUTED: (_is(LabelSource.HUMAN, Standing.UNSURE), _predictions.c.chunk),
    Kind.HOUSE: (_of_unmeasured_rules(), _predictions.c.chunk),
    Kind.UNSURE: (_is(LabelSource.MODEL, Standing.UNSURE), _predictions.c.probability.desc()),
    Kind.DISAGREE: (_is(LabelSource.RULE, Standing.OUTVOTED) & _without_model(), _predictions.c.chunk),
    Kind.WEAK: (_is(LabelSource.MODEL, Standing.SPEAKS), _predictions.c.probability.asc()),
    Kind.SAMPLE: (_predictions.c.source.in_(MACHINES) & _stands(Standing.SPEAKS), _predictions.c.chunk),
}
