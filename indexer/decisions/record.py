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
from models.labels import LabelPrediction, LabelSource, Standing
from models.packs import Pack

LONGEST_REASON = 1000
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
    passage = _passage(connection, asked.key)
    pack = packs[passage.collection]
    _check(asked, passage, pack)
    said = predictions_of(connection, {passage.key: passage.text}).get(passage.key, [])
    rows = [_row(asked, passage, label, applies, said) for label, applies in _lines(asked)]
    connection.execute(insert(_decisions), rows)
    _show(connection, passage.document, packs, asked.at)
    return act_of(connection, asked.act)


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
    values = dict(connection.execute(row).mappings().one())
    del values["seq"]
    values |= {"id": f"{act}-undo", "action": Action.UNDO.value, "applies": None, "at": at, "reason": ""}
    connection.execute(insert(_decisions), [values])
    _show(connection, first.document, packs, at)
    return act_of(connection, act)


def _show(connection: Connection, document: str, packs: Mapping[str, Pack], now: str) -> None:
    changed = project(connection, family(connection, document), packs)
    if changed:
        rows = [{"document": each, "created_at": now} for each in sorted(changed)]
        connection.execute(insert(schema.outbox), rows)


def _passage(connection: Connection, key: int) -> Row[Any]:
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
