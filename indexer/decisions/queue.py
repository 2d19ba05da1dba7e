"""What a reviewer is asked next: a mix that makes little time count, spread over the labels."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from indexer.records import schema
from models.labels import LabelSource, Standing

_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents
_changed, _decisions = schema.changed_decisions, schema.decisions
_human, _other = schema.predictions.alias(), schema.predictions.alias()
_undo = schema.decisions.alias()
_MACHINES = (LabelSource.MODEL.value, LabelSource.RULE.value)


class Kind(StrEnum):
    """Why a passage is put to a person."""

    DISPUTED = "disputed"  # two people disagree
    CHANGED = "changed"  # somebody decided about an older wording
    UNSURE = "unsure"  # the model abstains
    DISAGREE = "disagree"  # a rule sees it and the model does not
    WEAK = "weak"  # a claim that was only just made
    SAMPLE = "sample"  # claims at random, which keep the estimate of precision honest


# What only people can settle comes first. The rest takes turns: one of the three is a random claim.
_FIRST = (Kind.DISPUTED, Kind.CHANGED)
_TURNS = (
    Kind.UNSURE, Kind.SAMPLE, Kind.UNSURE, Kind.DISAGREE, Kind.SAMPLE, Kind.UNSURE, Kind.WEAK, Kind.SAMPLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a label applies to a passage, and why that is asked."""

    key: int
    label: str
    kind: Kind


def questions(
    connection: Connection,
    collection: str,
    labels: Collection[str],
    limit: int,
    passed_over: Collection[tuple[int, str]] = (),
) -> list[Question]:
    """Returns what is to be asked next, in order; nothing about which a person has decided.

    Args:
        connection: To the records.
        collection: Whose passages.
        labels: Those that its pack has.
        limit: At most so many.
        passed_over: What the reviewer does not want to answer, by key and label.
    """
    left = set(passed_over)
    wanted = limit + len(left)
    streams = {
        kind: _read(kind, connection.execute(_query(kind, collection, labels).limit(wanted))) for kind in Kind
    }
    found: list[Question] = []
    order = [kind for kind in _FIRST for _ in range(wanted)]
    while streams and len(found) < limit:
        for kind in [*order, *_TURNS]:
            question = next(streams[kind], None) if kind in streams else None
            if question is None:
                streams.pop(kind, None)
            elif len(found) < limit and (question.key, question.label) not in left:
                left.add((question.key, question.label))
                found.append(question)
        order = []
    return found


def counts(connection: Connection, collection: str, labels: Collection[str]) -> dict[Kind, int]:
    """Returns how much there is of each kind; of random claims, none, since they have no end."""
    found: dict[Kind, int] = {}
    for kind in Kind:
        if kind is not Kind.SAMPLE and kind is not Kind.WEAK:
            query = _query(kind, collection, labels).order_by(None).subquery()
            found[kind] = connection.execute(select(func.count()).select_from(query)).scalar_one()
    return found


def _read(kind: Kind, rows: Iterable[Any]) -> Iterator[Question]:
    return (Question(row.key, row.label, kind) for row in rows)


def _query(kind: Kind, collection: str, labels: Collection[str]) -> Select[Any]:
    if kind is Kind.CHANGED:
        return _about_older_wordings(collection, labels)
    condition, order = _CHOICES[kind]
    query = (
        select(_chunks.c.key, _predictions.c.label)
        .select_from(_predictions.join(_chunks).join(_documents))
        .where(
            condition,
            _documents.c.collection == collection,
            _documents.c.status == "active",
            _predictions.c.label.in_(sorted(labels)),
        )
    )
    if kind is not Kind.DISPUTED:
        query = query.where(~_decided(_predictions.c.chunk, _predictions.c.label))
    if kind is Kind.SAMPLE:  # keys are hashes: their order is random, and the same each time
        return query.order_by(_chunks.c.key, _predictions.c.label)
    if kind is not Kind.DISPUTED:  # the same words in another document would teach nothing new
        query = query.where(~_known())
    place = func.row_number().over(partition_by=_predictions.c.label, order_by=(order, _chunks.c.key))
    ranked = query.add_columns(place.label("place")).subquery()
    return select(ranked.c.key, ranked.c.label).order_by(ranked.c.place, ranked.c.label)


def _about_older_wordings(collection: str, labels: Collection[str]) -> Select[Any]:
    return (
        select(_chunks.c.key, _changed.c.label)
        .select_from(_changed.join(_chunks).join(_documents))
        .where(
            _documents.c.collection == collection,
            _documents.c.status == "active",
            _changed.c.label.in_(sorted(labels)),
            ~_decided(_changed.c.chunk, _changed.c.label),
        )
        .order_by(_changed.c.decision.desc())
    )


def _decided(chunk: ColumnElement[Any], label: ColumnElement[Any]) -> ColumnElement[bool]:
    by_people = _human.c.source == LabelSource.HUMAN.value
    return select(_human.c.chunk).where(_human.c.chunk == chunk, _human.c.label == label, by_people).exists()


def _known() -> ColumnElement[bool]:
    about = (_decisions.c.text_hash == _chunks.c.text_hash) & (_decisions.c.label == _predictions.c.label)
    undone = select(_undo.c.act).where(_undo.c.act == _decisions.c.act, _undo.c.applies.is_(None)).exists()
    return select(_decisions.c.seq).where(about, _decisions.c.applies.is_not(None), ~undone).exists()


def _without_model() -> ColumnElement[bool]:
    by_model = _other.c.source == LabelSource.MODEL.value
    same = (_other.c.chunk == _predictions.c.chunk) & (_other.c.label == _predictions.c.label)
    return ~select(_other.c.chunk).where(same, by_model).exists()


def _is(source: LabelSource, standing: Standing) -> ColumnElement[bool]:
    return (_predictions.c.source == source.value) & (_predictions.c.standing == standing.value)


_CHOICES: dict[Kind, tuple[ColumnElement[bool], ColumnElement[Any]]] = {
    Kind.DISPUTED: (_is(LabelSource.HUMAN, Standing.UNSURE), _chunks.c.key),
    Kind.UNSURE: (_is(LabelSource.MODEL, Standing.UNSURE), _predictions.c.probability.desc()),
    Kind.DISAGREE: (_is(LabelSource.RULE, Standing.OUTVOTED) & _without_model(), _chunks.c.key),
    Kind.WEAK: (_is(LabelSource.MODEL, Standing.SPEAKS), _predictions.c.probability.asc()),
    Kind.SAMPLE: (
        _predictions.c.source.in_(_MACHINES) & (_predictions.c.standing == Standing.SPEAKS.value),
        _chunks.c.key,
    ),
}
