"""Reads what people decided; one function per question."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from indexer.decisions.values import Action, Decision, Origin
from indexer.records import schema
from models.labels import LabelPrediction, LabelSource, Standing

_decisions, _documents = schema.decisions, schema.documents
_PER_STATEMENT = 500
_PAGE = 2000


def decisions_of(connection: Connection, documents: Sequence[str]) -> list[Decision]:
    """Returns all lines about passages of some documents, the oldest first."""
    found: list[Decision] = []
    for start in range(0, len(documents), _PER_STATEMENT):
        part = documents[start : start + _PER_STATEMENT]
        query = select(_decisions).where(_decisions.c.document.in_(part))
        found += [_decision(row) for row in connection.execute(query)]
    return sorted(found, key=lambda line: line.seq)


def all_decisions(
    connection: Connection, collections: Collection[str] = (), upto: int | None = None
) -> Iterator[Decision]:
    """Yields all lines in their order, those of some collections where any are named, up to a number."""
    last = 0
    while True:
        query = select(_decisions).where(_decisions.c.seq > last)
        if upto is not None:
            query = query.where(_decisions.c.seq <= upto)
        if collections:
            query = query.join(_documents).where(_documents.c.collection.in_(sorted(collections)))
        page = connection.execute(query.order_by(_decisions.c.seq).limit(_PAGE)).all()
        if not page:
            return
        yield from map(_decision, page)
        last = page[-1].seq


def act_of(connection: Connection, act: str) -> list[Decision]:
    """Returns the lines of an act, and those that take it back; empty for one that is not known."""
    query = select(_decisions).where(_decisions.c.act == act).order_by(_decisions.c.seq)
    return [_decision(row) for row in connection.execute(query)]


def last_decision(connection: Connection) -> int:
    """Returns the number of the newest line; 0 where there is none."""
    return connection.execute(select(func.max(_decisions.c.seq))).scalar() or 0


def own_acts(connection: Connection, by: str, acts: Collection[str]) -> set[str]:
    """Returns those of some acts that a person may take back."""
    if not acts:
        return set()
    query = select(_decisions.c.act).where(_decisions.c.act.in_(sorted(acts)), _decisions.c.by == by)
    return set(connection.scalars(query))


def decided_after(connection: Connection, collections: Collection[str], number: int) -> int:
    """Returns how many lines about passages of some collections have a higher number."""
    query = select(func.count()).select_from(_decisions.join(_documents))
    condition = (_decisions.c.seq > number) & _documents.c.collection.in_(sorted(collections))
    return connection.execute(query.where(condition)).scalar_one()


def decided_since(connection: Connection, by: str, since: str) -> int:
    """Returns how many acts of a person stand that were done at a time or later (UTC ISO 8601)."""
    undone = select(_decisions.c.act).where(_decisions.c.action == Action.UNDO.value)
    query = select(func.count(_decisions.c.act.distinct())).where(
        _decisions.c.by == by, _decisions.c.at >= since, _decisions.c.act.not_in(undone)
    )
    return connection.execute(query).scalar_one()


def seniors(connection: Connection) -> frozenset[str]:
    """Returns the pseudonyms of those whose word decides a disagreement."""
    table = schema.reviewers
    return frozenset(connection.scalars(select(table.c.id).where(table.c.senior == 1)))


def _decision(row: Any) -> Decision:  # noqa: ANN401 - a row of the table
    start, _, end = (row.span or "").partition(",")
    return Decision(
        seq=row.seq,
        act=row.act,
        action=Action(row.action),
        document=row.document,
        chunk=row.chunk,
        text_hash=row.text_hash,
        text=row.text,
        section=row.section,
        label=row.label,
        applies=None if row.applies is None else bool(row.applies),
        reason=row.reason,
        span=(int(start), int(end)) if end else None,
        by=row.by,
        origin=Origin(row.origin),
        seen=_seen(row),
        at=row.at,
    )


def _seen(row: Any) -> LabelPrediction | None:  # noqa: ANN401 - a row of the table
    if row.seen_source is None:
        return None
    return LabelPrediction(
        row.label,
        row.seen_probability,
        LabelSource(row.seen_source),
        row.seen_model,
        (),
        Standing(row.seen_standing),
    )
