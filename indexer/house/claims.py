"""What rules of the house say now, and how right people found it, which gives them their probability."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, literal_column, select

from indexer.decisions.read import all_decisions
from indexer.decisions.values import standing_decisions
from indexer.house.journal import house_rules, note_measured
from indexer.house.values import LEAST_JUDGED, PRIOR, HouseRule, shrunken
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from models.evaluation.proportion import wilson
from models.labels import LabelSource, Standing
from models.rules import HOUSE_PREFIX

# A probability is left alone while it would change by less: every change labels passages anew.
LEAST_CHANGE = 0.05
BY = "the worker"
_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents
_decisions = schema.decisions


@dataclass(frozen=True, slots=True)
class Judged:
    """How right people found the claims of a rule.

    Attributes:
        low: Lower end of the 95 % interval of E. B. Wilson; ``high`` the upper one.
    """

    right: int
    judged: int

    @property
    def low(self) -> float:
        """The lower end."""
        return wilson(self.right, self.judged)[0]

    @property
    def high(self) -> float:
        """The upper end."""
        return wilson(self.right, self.judged)[1]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a rule says of the active documents.

    Attributes:
        speaks: Passages that have the label by it.
        outvoted: Passages where the model says so too, and its word counts.
    """

    speaks: int = 0
    outvoted: int = 0


def claims(connection: Connection, rules: Iterable[HouseRule]) -> dict[str, Claims]:
    """Returns for each of some rules what it says now."""
    wanted = {rule.id: rule.label for rule in rules}
    query = (
        select(_predictions.c.model, _predictions.c.standing, func.count())
        .join_from(_predictions, _chunks)
        .join(_documents)
        .where(
            _predictions.c.source == literal_column(f"'{LabelSource.HOUSE.value}'"),
            _predictions.c.label.in_(sorted(set(wanted.values()))),
            _predictions.c.model.in_([f"{HOUSE_PREFIX}{id_}" for id_ in wanted]),
            _documents.c.status == "active",
        )
        .group_by(_predictions.c.model, _predictions.c.standing)
    )
    counted: dict[str, dict[str, int]] = {id_: {} for id_ in wanted}
    for model, standing, number in connection.execute(query):
        counted[model.removeprefix(HOUSE_PREFIX)][standing] = number
    speaks, outvoted = Standing.SPEAKS.value, Standing.OUTVOTED.value
    return {id_: Claims(each.get(speaks, 0), each.get(outvoted, 0)) for id_, each in counted.items()}


def judged_claims(connection: Connection, rules: Collection[HouseRule]) -> dict[str, Judged]:
    """Returns for each of some rules what people said of the claims that it made, as they saw them.

    What they said where the model claimed the label too is left out, and what they had said before: it was
    chosen by other grounds, and would tell how right the model is, or the search.
    """
    wanted = {f"{HOUSE_PREFIX}{rule.id}": rule for rule in rules}
    if not wanted:
        return {}
    about = select(_decisions.c.seq).where(_decisions.c.seen_model.in_(sorted(wanted))).limit(1)
    found = {rule.id: Judged(0, 0) for rule in rules}
    if connection.execute(about).first() is None:
        return found
    for line in standing_decisions(all_decisions(connection, {rule.collection for rule in rules})):
        rule = wanted.get(line.seen.model) if line.seen else None
        if rule is not None and rule.label == line.label:
            before = found[rule.id]
            found[rule.id] = Judged(before.right + bool(line.applies), before.judged + 1)
    return found


def measured(engine: Engine, now: datetime) -> int:
    """Gives rules of which enough claims were judged their measured probability; returns how many changed."""
    with engine.connect() as connection:
        found = list(_measured(connection))
    if found:
        with writing(engine) as connection:
            for rule in found:
                note_measured(connection, rule, BY, time_to_text(now))
    return len(found)


def _measured(connection: Connection) -> Iterator[HouseRule]:
    working = {rule.id: rule for rule in house_rules(connection) if rule.retired is None}
    for id_, seen in judged_claims(connection, list(working.values())).items():
        rule = working[id_]
        probability = shrunken(seen.right, seen.judged) if seen.judged >= LEAST_JUDGED else PRIOR
        if abs(probability - rule.probability) >= LEAST_CHANGE:
            yield replace(rule, probability=probability, right=seen.right, judged=seen.judged)
