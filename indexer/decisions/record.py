"""Takes down what a person decides and shows it: lines, labels and outbox commit together."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from indexer.decisions.project import family, project
from indexer.decisions.read import act_of
from indexer.decisions.values import Action, Asked, Decision
from indexer.errors import DecisionError, UnknownDocumentError
from indexer.records import schema
from indexer.records.codec import storable
from indexer.records.database import take_turn
from indexer.records.labels import effective
from indexer.records.read import predictions_of
from indexer.records.write import insert_new
from models.labels import LabelPrediction, LabelSource, Standing
from models.packs import Pack

LONGEST_REASON = 1000
_PER_STATEMENT = 500
_decisions, _chunks, _documents = schema.decisions, schema.chunks, schema.documents


def decide(connection: Connection, asked: Asked, packs: Mapping[str, Pack]) -> list[Decision]:
    """Takes down an act inside the caller's transaction; returns its lines. The same act twice counts once.

    Raises:
        UnknownDocumentError: There is no such passage.
        DecisionError: The pack has no such label, a correction names none, or the words lie outside.
    """
    take_turn(connection)
    known = act_of(connection, asked.act)
    if known:
        return known
    passage = passage_of(connection, asked.key)
    pack = packs[passage.collection]
    _check(asked, passage, pack)
    said = predictions_of(connection, {passage.key: passage.text}).get(passage.key, [])
    rows = [_row(asked, passage, label, applies, said) for label, applies in _lines(asked)]
    connection.execute(insert(_decisions), rows)
    _show(connection, passage.document, packs, asked.at)
    return act_of(connection, asked.act)


def decide_all(
    connection: Connection, document: str, asked: Sequence[Asked], packs: Mapping[str, Pack]
) -> None:
    """Takes many acts about passages of one document down at once, inside the caller's transaction.

    Acts that are known already are left out; labels are shown once, at the end.

    Raises:
        DecisionError: As ``decide``; nothing is taken down then.
    """
    take_turn(connection)
    passages = {row.key: row for row in _passages(connection, document)}
    said = predictions_of(connection, {row.key: row.text for row in passages.values()})
    rows = []
    for each in asked:
        passage = passages.get(each.key)
        if passage is None:
            raise UnknownDocumentError(
                f"There is no passage {each.key}; its document was read anew, or is gone"
            )
        _check(each, passage, packs[passage.collection])
        rows += [
            _row(each, passage, label, applies, said.get(each.key, ())) for label, applies in _lines(each)
        ]
    insert_new(connection, _decisions, rows)
    _show(connection, document, packs, asked[0].at)


def take_back_all(
    connection: Connection, document: str, acts: Sequence[str], at: str, packs: Mapping[str, Pack]
) -> None:
    """Takes many acts about passages of one document back at once, inside the caller's transaction."""
    take_turn(connection)
    rows = []
    for start in range(0, len(acts), _PER_STATEMENT):
        own = _decisions.c.act.in_(acts[start : start + _PER_STATEMENT])
        lines = connection.execute(select(_decisions).where(own).order_by(_decisions.c.seq)).mappings()
        rows += [_undoing(row, at) for row in {row["act"]: row for row in lines}.values()]
    insert_new(connection, _decisions, rows)
    _show(connection, document, packs, at)


def name_all(connection: Connection, asked: Sequence[Asked], packs: Mapping[str, Pack]) -> None:
    """Takes down that several labels apply to one passage, as lines of one new act.

    Args:
        connection: In the caller's transaction, whose turn it is.
        asked: One for each label, at least one; all of one act.
        packs: The pack of each collection.

    Raises:
        UnknownDocumentError: There is no such passage.
        DecisionError: The pack has no such label.
    """
    passage = passage_of(connection, asked[0].key)
    for each in asked:
        _check(each, passage, packs[passage.collection])
    said = predictions_of(connection, {passage.key: passage.text}).get(passage.key, [])
    rows = [
        _row(each, passage, each.label, True, said) | {"id": f"{each.act}-{place}"}
        for place, each in enumerate(asked)
    ]
    connection.execute(insert(_decisions), rows)
    _show(connection, passage.document, packs, asked[0].at)


def take_back(
    connection: Connection, act: str, by: str, at: str, packs: Mapping[str, Pack]
) -> list[Decision]:
    """Takes an act back inside the caller's transaction; returns its lines. Twice counts once.

    Raises:
        DecisionError: There is no such act, or somebody else did it.
    """
    take_turn(connection)
    lines = act_of(connection, act)
    if not lines:
        raise DecisionError(f"There is no decision {act[:80]!r} that could be taken back")
    first = lines[0]
    if first.by != by:
        raise DecisionError(
            "This was decided by somebody else, who alone can take it back; say what you think of it instead"
        )
    if lines[-1].action is Action.UNDO:
        return lines
    row = select(_decisions).where(_decisions.c.seq == first.seq)
    connection.execute(insert(_decisions), [_undoing(connection.execute(row).mappings().one(), at)])
    _show(connection, first.document, packs, at)
    return act_of(connection, act)


def _undoing(line: Mapping[Any, Any], at: str) -> dict[str, Any]:
    """Returns the row that takes an act back."""
    values = {name: value for name, value in line.items() if name != "seq"}
    undo = {"id": f"{line['act']}-undo", "action": Action.UNDO.value, "applies": None, "at": at, "reason": ""}
    return values | undo


def _show(connection: Connection, document: str, packs: Mapping[str, Pack], now: str) -> None:
    changed = project(connection, family(connection, document), packs)
    if changed:
        rows = [{"document": each, "created_at": now} for each in sorted(changed)]
        connection.execute(insert(schema.outbox), rows)


def _passages(connection: Connection, document: str) -> Sequence[Row[Any]]:
    query = select(_chunks, _documents.c.collection).join_from(_chunks, _documents)
    return connection.execute(query.where(_chunks.c.document == document)).all()


def passage_of(connection: Connection, key: int) -> Row[Any]:
    """Returns the row of a passage with the collection of its document. Raises UnknownDocumentError."""
    query = select(_chunks, _documents.c.collection).join_from(_chunks, _documents)
    found = connection.execute(query.where(_chunks.c.key == key)).first()
    if found is None:
        raise UnknownDocumentError(f"There is no passage {key}; its document was read anew, or is gone")
    return found


def _check(asked: Asked, passage: Row[Any], pack: Pack) -> None:
    named = [asked.label, *([asked.other] if asked.action is Action.CORRECT else [])]
    for label in named:
        if label not in pack.labels:
            raise DecisionError(f"The pack {pack.name} has no label {label[:80]!r}")
    if asked.action is Action.UNDO:
        raise DecisionError("An act is taken back by its id")
    if asked.action is Action.CORRECT and asked.other == asked.label:
        raise DecisionError(f"A correction names another label than {asked.label!r}")
    if asked.span is not None and not 0 <= asked.span[0] < asked.span[1] <= len(passage.text):
        raise DecisionError(
            f"The words {asked.span[0]} to {asked.span[1]} lie outside of the passage of {len(passage.text)} "
            "characters"
        )
    if len(asked.reason) > LONGEST_REASON:
        raise DecisionError(f"The reason has {len(asked.reason)} characters; at most {LONGEST_REASON} fit")


def _lines(asked: Asked) -> Sequence[tuple[str, bool]]:
    if asked.action is Action.CORRECT:
        return [(asked.label, False), (asked.other, True)]
    return [(asked.label, asked.action is not Action.DISMISS)]


def _row(
    asked: Asked,
    passage: Row[Any],
    label: str,
    applies: bool,
    said: Sequence[LabelPrediction],
) -> dict[str, Any]:
    seen = _seen(said, label)
    return {
        "id": f"{asked.act}-{int(applies)}",
        "act": asked.act,
        "action": asked.action.value,
        "document": passage.document,
        "chunk": passage.id,
        "text_hash": passage.text_hash,
        "text": passage.text,
        "section": passage.section,
        "label": label,
        "applies": int(applies),
        "reason": storable(asked.reason),
        "span": f"{asked.span[0]},{asked.span[1]}" if asked.span and applies else None,
        "by": asked.by,
        "origin": asked.origin.value,
        "seen_source": seen.source.value if seen else None,
        "seen_model": seen.model if seen else None,
        "seen_probability": seen.probability if seen else None,
        "seen_standing": seen.standing.value if seen else None,
        "at": asked.at,
    }


def _seen(said: Sequence[LabelPrediction], label: str) -> LabelPrediction | None:
    """Returns what machines said of a label, which is what a decision judges; else what the rules did."""
    machines = [item for item in said if item.label == label and item.source is not LabelSource.HUMAN]
    counting = effective(machines)
    if counting:
        return counting[0]
    return next((item for item in machines if item.standing is Standing.OUTVOTED), None)
