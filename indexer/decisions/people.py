"""Who decides: names, whose word decides a disagreement, and how far people agree.

Agreement beyond chance is the kappa of J. Cohen, "A Coefficient of Agreement for Nominal Scales", Educational
and Psychological Measurement 20 (1960).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import Connection, func, insert, select

from indexer.decisions.project import project
from indexer.decisions.values import Action, Decision, Subject, standing_decisions
from indexer.errors import DecisionError
from indexer.records import schema
from indexer.records.database import take_turn
from indexer.records.write import upsert
from models.labels import LabelSource, Standing
from models.packs import Pack

LONGEST_NAME = 100
_reviewers, _decisions, _predictions = schema.reviewers, schema.decisions, schema.predictions


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who decides.

    Attributes:
        id: The pseudonym.
        name: What colleagues know them by; may be empty.
        senior: Whether this word decides where people disagree.
        acts: Decisions made, those taken back left out.
    """

    id: str
    name: str
    senior: bool
    acts: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people agree on what both judged.

    Attributes:
        both: Labels of passages that both judged; ``agreed`` those of which they say the same.
        kappa: 1 for always, 0 for as often as by chance; None where chance alone makes them agree.
    """

    one: str
    other: str
    both: int
    agreed: int
    kappa: float | None


def reviewers(connection: Connection) -> list[Reviewer]:
    """Returns everybody who decided or has a name, the busiest first."""
    undone = select(_decisions.c.act).where(_decisions.c.action == Action.UNDO.value)
    counts = select(_decisions.c.by, func.count(_decisions.c.act.distinct())).where(
        _decisions.c.act.not_in(undone)
    )
    acts = {row[0]: row[1] for row in connection.execute(counts.group_by(_decisions.c.by))}
    known = {row.id: row for row in connection.execute(select(_reviewers))}
    found = [
        Reviewer(
            each,
            known[each].name if each in known else "",
            bool(known[each].senior) if each in known else False,
            acts.get(each, 0),
        )
        for each in acts.keys() | known.keys()
    ]
    return sorted(found, key=lambda each: (-each.acts, each.id))


def set_reviewer(connection: Connection, reviewer: Reviewer, packs: Mapping[str, Pack], now: str) -> int:
    """Notes a name and whether the word decides, inside the caller's transaction.

    Returns how many documents have other labels now, since a disagreement is decided or open again.

    Raises:
        DecisionError: Nobody of this pseudonym decided anything, or the name is too long.
    """
    take_turn(connection)
    if len(reviewer.name) > LONGEST_NAME:
        raise DecisionError(f"The name has {len(reviewer.name)} characters; at most {LONGEST_NAME} fit")
    if reviewer.id not in {each.id for each in reviewers(connection)}:
        raise DecisionError(f"Nobody of the pseudonym {reviewer.id[:100]!r} decided anything")
    row = {"id": reviewer.id, "name": reviewer.name, "senior": int(reviewer.senior), "since": now}
    upsert(connection, _reviewers, [row])
    spoken = select(_decisions.c.document).distinct().where(_decisions.c.by == reviewer.id)
    changed = project(connection, list(connection.scalars(spoken)), packs)
    if changed:
        rows = [{"document": each, "created_at": now} for each in sorted(changed)]
        connection.execute(insert(schema.outbox), rows)
    return len(changed)


def disputed(connection: Connection) -> int:
    """Returns the number of labels of passages of which people disagree."""
    open_ = (_predictions.c.source == LabelSource.HUMAN.value) & (
        _predictions.c.standing == Standing.UNSURE.value
    )
    return connection.execute(select(func.count()).select_from(_predictions).where(open_)).scalar_one()


def agreements(lines: Iterable[Decision]) -> list[Agreement]:
    """Returns how far each two people agree who judged the same labels of texts, most in common first."""
    said: dict[str, dict[Subject, bool]] = defaultdict(dict)
    for line in standing_decisions(lines):
        said[line.by][line.text_hash, line.label] = bool(line.applies)
    found = []
    for one, other in combinations(sorted(said), 2):
        both = said[one].keys() & said[other].keys()
        if both:
            pairs = [(said[one][each], said[other][each]) for each in both]
            agreed = sum(first == second for first, second in pairs)
            found.append(Agreement(one, other, len(pairs), agreed, kappa(pairs)))
    return sorted(found, key=lambda each: (-each.both, each.one, each.other))


def kappa(pairs: Iterable[tuple[bool, bool]]) -> float | None:
    """Returns Cohen's kappa of two people's answers; None where both always give one and the same answer."""
    every = list(pairs)
    total = len(every)
    agreed = sum(first == second for first, second in every) / total
    one, other = (sum(each[place] for each in every) / total for place in (0, 1))
    chance = one * other + (1 - one) * (1 - other)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def names(connection: Connection) -> dict[str, str]:
    """Returns the names of those who have one, by pseudonym."""
    query = select(_reviewers.c.id, _reviewers.c.name).where(_reviewers.c.name != "")
    return {row.id: row.name for row in connection.execute(query)}
