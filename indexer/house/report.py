"""Rules as label functions: how much each covers, overlaps and adds, and how right people found it.

Coverage, overlaps and conflicts are those of A. Ratner et al., "Snorkel: Rapid Training Data Creation with
Weak Supervision", VLDB 11 (2017).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, select

from indexer.decisions.read import last_decision
from indexer.house.journal import house_labeller, house_rules
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.write import upsert
from models.evaluation.proportion import wilson
from models.labels import LabelSource, Passage, Standing
from models.matching import RuleMatcher
from models.packs import Pack

_PER_STATEMENT = 50
_documents, _chunks, _predictions = schema.documents, schema.chunks, schema.predictions
_reports = schema.rule_reports
Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one rule does in a collection.

    Attributes:
        rule: Its id; ``name`` as people call it, and ``house`` whether it was written here.
        covers: Passages that it matches.
        overlaps: Those that another rule of the label matches too.
        adds: Those where no model claims the label.
        against_people: Those of which people say that the label does not apply.
        right: Those of which people say that it does; ``judged`` those of which they spoke.
        low: Lower end of the 95 % interval of E. B. Wilson of right among judged; ``high`` the upper one.
    """

    label: str
    rule: str
    name: str
    house: bool
    covers: int
    overlaps: int
    adds: int
    against_people: int
    right: int
    judged: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RuleReport:
    """The figures of all rules of a collection, pack and house, as they were at a time.

    Attributes:
        passages: Passages that were looked at.
        state: Of what it was made: the rules, and the newest decision.
    """

    collection: str
    at: str
    state: str
    passages: int
    rules: tuple[Figures, ...]


@dataclass(slots=True)
class _Tally:
    covers: int = 0
    overlaps: int = 0
    adds: int = 0
    right: int = 0
    wrong: int = 0


def state_of(connection: Connection, collection: str, pack: Pack) -> str:
    """Returns what a report is made of: while it is the same, only documents may have come or gone."""
    return f"{pack.version[:8]} {house_labeller(connection, collection).version} {last_decision(connection)}"


def make_report(engine: Engine, collection: str, pack: Pack, at: str, report: Report) -> RuleReport:
    """Tries every rule on every passage and keeps what came of it; a few documents are held at a time.

    ``report`` is told how many documents are done, of how many.
    """
    with engine.connect() as connection:
        state = state_of(connection, collection, pack)
        house = house_labeller(connection, collection).rules
        names = {rule.id: rule.name for rule in house_rules(connection, collection)}
        own = _documents.c
        query = select(own.id).where(own.collection == collection, own.status == "active").order_by(own.id)
        ids = list(connection.scalars(query))
    pairs = [(label.name, rule) for label in pack.labels.values() for rule in label.rules]
    matcher = RuleMatcher([*pairs, *house])
    tallies = {(label, rule.id): _Tally() for label, rule in matcher.rules}
    passages = 0
    for start in range(0, len(ids), _PER_STATEMENT):
        report(start, len(ids), "trying rules")
        with engine.connect() as connection:
            passages += _count(connection, ids[start : start + _PER_STATEMENT], matcher, tallies)
    written = {rule.id for _, rule in house}
    figures = tuple(
        _figures(label, rule, names.get(rule, rule), rule in written, each)
        for (label, rule), each in tallies.items()
    )
    made = RuleReport(collection, at, state, passages, figures)
    content = json.dumps(asdict(made), ensure_ascii=False)
    with writing(engine) as connection:
        upsert(
            connection, _reports, [{"collection": collection, "state": state, "at": at, "content": content}]
        )
    return made


def last_report(connection: Connection, collection: str) -> RuleReport | None:
    """Returns the report that was made last; None where there is none."""
    query = select(_reports.c.content).where(_reports.c.collection == collection)
    content = connection.execute(query).scalar()
    if content is None:
        return None
    values = json.loads(content)
    return RuleReport(**values | {"rules": tuple(Figures(**each) for each in values["rules"])})


def _count(
    connection: Connection,
    ids: Sequence[str],
    matcher: RuleMatcher,
    tallies: Mapping[tuple[str, str], _Tally],
) -> int:
    said = _said(connection, ids)
    query = select(_chunks.c.key, _chunks.c.section, _chunks.c.text).where(_chunks.c.document.in_(ids))
    number = 0
    for row in connection.execute(query):
        number += 1
        for label, rules in _matched(matcher, Passage(row.text, row.section)):
            claimed, verdict = said.get((row.key, label), (False, None))
            for rule in rules:
                tally = tallies[label, rule]
                tally.covers += 1
                tally.overlaps += len(rules) > 1
                tally.adds += not claimed
                tally.right += verdict is True
                tally.wrong += verdict is False
    return number


def _matched(matcher: RuleMatcher, passage: Passage) -> Iterator[tuple[str, set[str]]]:
    found: dict[str, set[str]] = defaultdict(set)
    for label, rule, _ in matcher.matches(passage):
        found[label].add(rule.id)
    yield from found.items()


def _said(connection: Connection, ids: Sequence[str]) -> dict[tuple[int, str], tuple[bool, bool | None]]:
    """Returns whether a model claims a label of a passage, and what people say of it."""
    sources = (LabelSource.MODEL.value, LabelSource.HUMAN.value)
    query = (
        select(_predictions.c.chunk, _predictions.c.label, _predictions.c.source, _predictions.c.standing)
        .join_from(_predictions, _chunks)
        .where(_chunks.c.document.in_(ids), _predictions.c.source.in_(sources))
    )
    found: dict[tuple[int, str], tuple[bool, bool | None]] = {}
    for chunk, label, source, standing in connection.execute(query):
        claimed, verdict = found.get((chunk, label), (False, None))
        speaks = standing == Standing.SPEAKS.value
        if source == LabelSource.MODEL.value:
            found[chunk, label] = (speaks, verdict)
        elif standing != Standing.UNSURE.value:
            found[chunk, label] = (claimed, speaks)
    return found


def _figures(label: str, rule: str, name: str, house: bool, tally: _Tally) -> Figures:
    judged = tally.right + tally.wrong
    low, high = wilson(tally.right, judged)
    return Figures(
        label, rule, name, house, tally.covers, tally.overlaps, tally.adds, tally.wrong, tally.right, judged,
        low, high,
    )  # fmt: skip
