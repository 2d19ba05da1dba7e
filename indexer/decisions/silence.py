"""Random checks of silence: passages on which nothing is claimed, put to people in the order of their keys.

Keys of passages are hashes, so that the passages up to any key are a random sample of all. There are two
kinds, drawn apart: those of which the model or a rule has a doubt miss a label far more often than those of
which nothing at all is said, and far fewer of them there are.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, literal_column, select

from indexer.decisions.read import act_of
from indexer.decisions.record import name_all, passage_of, take_back
from indexer.decisions.values import Action, Asked, Decision, Origin
from indexer.errors import DecisionError
from indexer.records import schema
from indexer.records.database import take_turn
from indexer.records.labels import MACHINES
from models.labels import LabelSource, Standing
from models.packs import Pack

MOST_NAMED = 10
_checks, _chunks, _documents = schema.silence_checks, schema.chunks, schema.documents
_predictions, _undo = schema.predictions, schema.silence_checks.alias()
_versions, _other = schema.source_versions, schema.source_versions.alias()


class Stratum(StrEnum):
    """The kinds of passages on which nothing is claimed."""

    SILENT = "silent"  # nothing is said at all
    DOUBTED = "doubted"  # the model is unsure of a label, or a rule was outvoted


@dataclass(frozen=True, slots=True)
class Looked:
    """What a person found in a passage on which nothing is claimed.

    Attributes:
        act: Its id, given by whoever asks; the same act twice counts once.
        key: Key of the passage.
        stratum: Why it was drawn.
        labels: Those that apply; none where nothing does.
    """

    act: str
    key: int
    stratum: Stratum
    labels: tuple[str, ...]
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was found, or that it was taken back.

    Attributes:
        missed: How many labels were named; None where the act is taken back.
        lines: The decisions of the same act, on the labels that were named.
    """

    act: str
    key_of_chunk: str
    stratum: Stratum
    missed: int | None
    by: str
    at: str
    lines: tuple[Decision, ...] = ()


def take_down(connection: Connection, looked: Looked, packs: Mapping[str, Pack]) -> Check:
    """Takes down what was found, inside the caller's transaction. The same act twice counts once.

    That nothing applies is one line and no decision: it teaches nothing of any single label. What applies is
    a decision for each label, of the origin ``silence``, which shows at once and is not learned from.

    Raises:
        UnknownDocumentError: There is no such passage.
        DecisionError: The pack has no such label, or too many are named.
    """
    take_turn(connection)
    known = check_of(connection, looked.act)
    if known is not None:
        return known
    labels = tuple(dict.fromkeys(looked.labels))
    if len(labels) > MOST_NAMED:
        raise DecisionError(f"{len(labels)} labels are named; at most {MOST_NAMED} fit")
    passage = passage_of(connection, looked.key)
    if labels:
        asked = Asked(looked.act, Action.ADD, looked.key, labels[0], looked.by, looked.at, Origin.SILENCE)
        name_all(connection, [replace(asked, label=label) for label in labels], packs)
    query = select(_documents.c.labelled_by).where(_documents.c.id == passage.document)
    row = {
        "id": looked.act,
        "act": looked.act,
        "document": passage.document,
        "chunk": passage.id,
        "text_hash": passage.text_hash,
        "stratum": looked.stratum.value,
        "missed": len(labels),
        "labelled_by": connection.execute(query).scalar_one(),
        "by": looked.by,
        "at": looked.at,
    }
    connection.execute(insert(_checks).values(row))
    found = check_of(connection, looked.act)
    assert found is not None
    return found


def take_back_check(
    connection: Connection, act: str, by: str, at: str, packs: Mapping[str, Pack]
) -> Check | None:
    """Takes a check back with the labels that it named, inside the caller's transaction; twice counts once.

    Returns None where the act is no check.

    Raises:
        DecisionError: Somebody else did it.
    """
    take_turn(connection)
    known = check_of(connection, act)
    if known is None or (known.missed is None and known.by == by):
        return known
    if known.by != by:
        raise DecisionError("This was checked by somebody else, who alone can take it back")
    if known.lines:
        take_back(connection, act, by, at, packs)
    row = select(_checks).where(_checks.c.act == act)
    values = dict(connection.execute(row).mappings().one())
    del values["seq"]
    connection.execute(insert(_checks).values(values | {"id": f"{act}-undo", "missed": None, "at": at}))
    return check_of(connection, act)


def check_of(connection: Connection, act: str) -> Check | None:
    """Returns what stands of an act: the check, or that it was taken back; None where there is none."""
    query = select(_checks).where(_checks.c.act == act).order_by(_checks.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    lines = tuple(act_of(connection, act))
    return Check(row.act, row.chunk, Stratum(row.stratum), row.missed, row.by, row.at, lines)


def checked_since(connection: Connection, by: str, since: str) -> int:
    """Returns in how many passages a person found nothing since a time; what was taken back left out."""
    query = select(func.count()).select_from(_checks)
    own = (_checks.c.by == by) & (_checks.c.at >= since) & (_checks.c.missed == 0)
    return connection.execute(query.where(own, ~_taken_back())).scalar_one()


def to_check(stratum: Stratum, collection: str, labels: Collection[str]) -> Select[Any]:
    """Selects key and an empty label of the passages to be looked at next, in the order of their keys."""
    query = unclaimed(stratum, collection, labels, _chunks.c.key, literal_column("''").label("label"))
    return query.where(~named(labels), ~looked_at()).order_by(_chunks.c.key)


def unclaimed(stratum: Stratum, collection: str, labels: Collection[str], *columns: Any) -> Select[Any]:  # noqa: ANN401 - SQLAlchemy's columns have no common public type
    """Selects from the passages of a collection on which machines claim nothing, of one kind.

    Passages come first and all else is looked up for each, so that the next one in the order of the keys is
    found without a look at all of them.
    """
    doubt = _said(labels, MACHINES, (Standing.UNSURE.value, Standing.OUTVOTED.value))
    own = (_documents.c.id == _chunks.c.document) & (_documents.c.collection == collection)
    active = own & (_documents.c.status == "active")
    return (
        select(*columns)
        .select_from(_chunks)
        .where(
            ~_said(labels, MACHINES, (Standing.SPEAKS.value,)),
            doubt if stratum is Stratum.DOUBTED else ~doubt,
            select(_documents.c.id).where(active).correlate(_chunks).exists(),
        )
    )


def named(labels: Collection[str]) -> ColumnElement[bool]:
    """Whether people gave a passage a label, wherever they came across it."""
    return _said(labels, (LabelSource.HUMAN.value,), (Standing.SPEAKS.value,))


def looked_at() -> ColumnElement[bool]:
    """Whether somebody looked at a passage of this text, in its document or one that stood at its sources."""
    relative = (
        select(_versions.c.document)
        .join(_other, _other.c.source == _versions.c.source)
        .where(_versions.c.document == _checks.c.document, _other.c.document == _chunks.c.document)
    )
    family = (_checks.c.document == _chunks.c.document) | relative.exists()
    same = and_(_checks.c.text_hash == _chunks.c.text_hash, _checks.c.missed.is_not(None), family)
    return select(_checks.c.seq).where(same, ~_taken_back()).correlate(_chunks).exists()


def _taken_back() -> ColumnElement[bool]:
    return (
        select(_undo.c.seq).where(_undo.c.act == _checks.c.act, _undo.c.missed.is_(None)).correlate(_checks)
    ).exists()


def _said(
    labels: Collection[str], sources: Collection[str], standings: Collection[str]
) -> ColumnElement[bool]:
    table = _predictions.alias()
    return (
        select(table.c.chunk)
        .where(
            table.c.chunk == _chunks.c.key,
            table.c.source.in_(sources),
            table.c.standing.in_(standings),
            table.c.label.in_(sorted(labels)),
        )
        .correlate(_chunks)
        .exists()
    )
