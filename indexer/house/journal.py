"""The journal of the rules of the house: written, read, and replayed to what is at work."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, insert, select

from indexer.errors import HouseRuleError
from indexer.house.values import PRIOR, Action, HouseRule, NewRule, Retired
from indexer.records import schema
from indexer.records.codec import storable
from indexer.records.database import take_turn
from models.packs import Pack
from models.rules import HOUSE_PREFIX, HouseLabeller
from models.written import Written, compiled, from_json, problems, to_json

LONGEST_NAME, LONGEST_REASON, ID_DIGITS = 120, 1000, 12
# More would make every passage slow to label; nobody could tell any more what they say together.
MOST_RULES = 500
_rules = schema.house_rules


def add_rule(connection: Connection, asked: NewRule, pack: Pack) -> HouseRule:
    """Puts a rule to work, inside the caller's transaction; one that is at work already stays as it is.

    Raises:
        HouseRuleError: There is no such collection or label, a text is too long, or words cannot be found.
    """
    take_turn(connection)
    _check(connection, asked, pack)
    id_ = rule_id(asked.collection, asked.label, asked.written)
    known = {rule.id: rule for rule in house_rules(connection, asked.collection)}
    if id_ in known and known[id_].retired is None:
        return known[id_]
    working = sum(rule.retired is None for rule in known.values())
    if working >= MOST_RULES:
        raise HouseRuleError(
            {"": f"{working} rules are at work in {asked.collection}, and no more fit; retire some"}
        )
    before = known.get(id_)
    _append(
        connection,
        Action.ADD,
        HouseRule(
            id_,
            asked.collection,
            asked.label,
            storable(asked.name.strip()) or _named(asked.written),
            asked.written,
            before.probability if before else PRIOR,
            storable(asked.reason.strip()),
            asked.by,
            asked.at,
            before.right if before else 0,
            before.judged if before else 0,
        ),
    )
    return house_rule(connection, id_)


def retire_rule(connection: Connection, id_: str, retired: Retired) -> HouseRule:
    """Takes a rule out of service, inside the caller's transaction; twice counts once.

    Raises:
        HouseRuleError: There is no such rule, or the reason is too long.
    """
    take_turn(connection)
    rule = house_rule(connection, id_)
    _check_length("reason", retired.reason, LONGEST_REASON)
    if rule.retired is None:
        line = replace(rule, reason=storable(retired.reason.strip()), by=retired.by, at=retired.at)
        _append(connection, Action.RETIRE, line)
    return house_rule(connection, rule.id)


def note_measured(connection: Connection, measured: HouseRule, by: str, at: str) -> None:
    """Notes the probability that a rule has from now on, inside the caller's transaction."""
    take_turn(connection)
    _append(connection, Action.MEASURE, replace(measured, reason="", by=by, at=at))


def house_rules(connection: Connection, collection: str = "") -> list[HouseRule]:
    """Returns the rules of a collection (of all), those at work first, each part in the order they came."""
    found: dict[str, HouseRule] = {}
    for row in _lines(connection, collection):
        found[row.rule] = _after(found.get(row.rule), row)
    return sorted(found.values(), key=lambda rule: rule.retired is not None)


def house_rule(connection: Connection, id_: str) -> HouseRule:
    """Returns a rule; the beginning of its id suffices. Raises HouseRuleError."""
    wanted = id_.removeprefix(HOUSE_PREFIX)
    every = house_rules(connection)
    found = [rule for rule in every if wanted and rule.id.startswith(wanted)]
    if len(found) != 1:
        which = (
            "more than one rule begins so" if found else "clausewatch rules list shows those that there are"
        )
        raise HouseRuleError({"": f"There is no rule {id_[:40]!r}: {which}"})
    return found[0]


def rule_id(collection: str, label: str, written: Written) -> str:
    """Returns the id of a rule: of equal words about the same label in the same collection, the same."""
    content = "\0".join((collection, label, to_json(written)))
    return hashlib.sha256(content.encode()).hexdigest()[:ID_DIGITS]


def house_labeller(connection: Connection, collection: str) -> HouseLabeller:
    """Returns what labels by the rules at work in a collection; its version tells the journal's last line."""
    lines = _lines(connection, collection)
    found: dict[str, HouseRule] = {}
    for row in lines:
        found[row.rule] = _after(found.get(row.rule), row)
    working = [rule for rule in found.values() if rule.retired is None]
    if not working:
        return _compiled("", ())
    version = f"{HOUSE_PREFIX}{lines[-1].seq}"
    return _compiled(version, tuple((r.id, r.label, to_json(r.written), r.probability) for r in working))


def changed_since(connection: Connection, collection: str, version: str) -> tuple[set[str], list[HouseRule]]:
    """Returns what changed since the rules were those of a version (empty for none): labels, and new rules.

    Returns:
        The labels whose rules changed, and the rules at work that may not have been at work then.
    """
    last = int(version.removeprefix(HOUSE_PREFIX) or 0)
    newer = [row for row in _lines(connection, collection) if row.seq > last]
    added = {row.rule for row in newer if row.action == Action.ADD}
    working = [rule for rule in house_rules(connection, collection) if rule.retired is None]
    return {row.label for row in newer}, [rule for rule in working if rule.id in added]


def _check(connection: Connection, asked: NewRule, pack: Pack) -> None:
    collections = schema.collections
    known = select(collections.c.name).where(collections.c.name == asked.collection)
    found = problems(asked.written)
    if connection.execute(known).first() is None:
        found["collection"] = f"There is no collection {asked.collection[:80]!r}."
    if asked.label not in pack.labels:
        found["label"] = f"There is no label “{asked.label[:80]}” here; choose one from the list."
    if found:
        raise HouseRuleError(found)
    _check_length("name", asked.name, LONGEST_NAME)
    _check_length("reason", asked.reason, LONGEST_REASON)


def _check_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise HouseRuleError({field: f"This has {len(text)} characters; at most {most} fit."})


def _named(written: Written) -> str:
    words = [*written.near, *written.all, *written.any]
    text = ", ".join(words)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def _lines(connection: Connection, collection: str) -> list[Any]:
    query = select(_rules).order_by(_rules.c.seq)
    return list(connection.execute(query.where(_rules.c.collection == collection) if collection else query))


def _append(connection: Connection, action: Action, rule: HouseRule) -> None:
    values: Mapping[str, object] = {
        "rule": rule.id, "collection": rule.collection, "action": action.value, "label": rule.label,
        "name": rule.name, "words": to_json(rule.written), "probability": rule.probability,
        "right": rule.right, "judged": rule.judged, "reason": rule.reason, "by": rule.by, "at": rule.at,
    }  # fmt: skip
    connection.execute(insert(_rules).values(**values))


def _after(before: HouseRule | None, row: Any) -> HouseRule:  # noqa: ANN401 - a row of the table
    """Returns a rule as it stands after a line of the journal."""
    if row.action == Action.ADD or before is None:
        return HouseRule(
            row.rule, row.collection, row.label, row.name, from_json(row.words), row.probability, row.reason,
            row.by, row.at, row.right, row.judged,
        )  # fmt: skip
    if row.action == Action.RETIRE:
        return replace(before, retired=Retired(row.by, row.at, row.reason))
    return replace(before, probability=row.probability, right=row.right, judged=row.judged)


@lru_cache(maxsize=16)
def _compiled(version: str, rules: tuple[tuple[str, str, str, float], ...]) -> HouseLabeller:
    return HouseLabeller(
        version,
        ((label, compiled(from_json(words), id_, probability)) for id_, label, words, probability in rules),
    )
