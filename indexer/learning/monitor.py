"""Watches what people say of the claims of a classifier after it was promoted, and goes back if it is worse.

The exact test of R. A. Fisher compares the shares of claims that people confirmed, of this classifier since
it labels and of the one before it: "On the Interpretation of chi-squared from Contingency Tables", Journal of
the Royal Statistical Society 85 (1922).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from indexer.decisions import Decision, all_decisions, standing_decisions
from indexer.decisions import Origin as Said
from indexer.errors import ModelRegistryError
from indexer.records.read import collection_names
from indexer.registry import Entry, Origin, Registry
from indexer.registry.journal import promoted, read_journal
from models.evaluation.gate import FLOOR, LEAST_JUDGED
from models.evaluation.proportion import wilson
from models.labels import Standing
from models.packs import Pack

BY = "the monitor"
# How unlikely chance alone must be, and how many claims must have been judged.
LEVEL, LEAST = 0.01, 10


@dataclass(frozen=True, slots=True)
class Judged:
    """Claims that people judged, and how many of them were right."""

    right: int = 0
    judged: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """How a classifier does since it labels.

    Attributes:
        before_version: Empty where there was none before it.
        now: Of its own claims since then; ``before`` those of the classifier before it.
        labels: The same of its own claims, by label.
        alarm: What is wrong, as a sentence; empty where nothing is.
    """

    version: str
    before_version: str
    now: Judged
    before: Judged
    labels: dict[str, tuple[Judged, Judged]]
    alarm: str


def watch(connection: Connection, pack: Pack, packs: Mapping[str, Pack]) -> Watch | None:
    """Returns how the classifier of a pack does since it was promoted; None where there is none.

    Args:
        connection: To the records.
        pack: Whose classifier.
        packs: The pack of each collection.
    """
    stack = promoted(read_journal(connection, pack.name))
    if not stack:
        return None
    current, previous = stack[-1], stack[-2].version if len(stack) > 1 else ""
    names = [name for name in collection_names(connection) if packs[name].name == pack.name]
    lines = [
        line
        for line in standing_decisions(all_decisions(connection, names))
        if line.seen is not None
        and line.seen.standing is Standing.SPEAKS
        and line.origin is not Said.IMPORT  # nobody met these claims in their work
    ]
    own = [line for line in lines if _of(line, current)]
    old = [line for line in lines if line.seen is not None and line.seen.model == previous]
    labels = {
        label: (
            _judged(line for line in own if line.label == label),
            _judged(line for line in old if line.label == label),
        )
        for label in sorted({line.label for line in own})
    }
    now, before = _judged(own), _judged(old)
    return Watch(current.version, previous, now, before, labels, _alarm(pack, now, before, labels))


def go_back(engine: Engine, registry: Registry, pack: Pack, packs: Mapping[str, Pack]) -> str:
    """Goes back where the classifier that learned is worse than the one before it; returns why, else nothing.

    What people chose themselves, a classifier that was trained or went back to, is left to them.
    """
    with engine.connect() as connection:
        found = watch(connection, pack, packs)
    if found is None or not found.alarm or registry.find(found.version).origin is not Origin.LEARNED:
        return ""
    try:
        registry.rollback(pack.name, f"went back by itself: {found.alarm}", BY)
    except ModelRegistryError:
        return ""  # nothing that could be gone back to; the alarm stands on the page
    return found.alarm


def surely_fewer(now: Judged, before: Judged) -> float:
    """Returns the probability that so few of the present claims are right if both were as good; one-sided."""
    right, judged = now.right + before.right, now.judged + before.judged
    ways = sum(
        math.comb(right, each) * math.comb(judged - right, now.judged - each)
        for each in range(max(0, now.judged - (judged - right)), now.right + 1)
    )
    return ways / math.comb(judged, now.judged)


def _of(line: Decision, entry: Entry) -> bool:
    return line.seen is not None and line.seen.model == entry.version and line.at >= entry.at


def _judged(lines: Iterable[Decision]) -> Judged:
    said = [bool(line.applies) for line in lines]
    return Judged(sum(said), len(said))


def _alarm(pack: Pack, now: Judged, before: Judged, labels: dict[str, tuple[Judged, Judged]]) -> str:
    if min(now.judged, before.judged) >= LEAST and surely_fewer(now, before) < LEVEL:
        return f"{_words(now)} were right since it labels, {_words(before)} of the one before."
    for label, (own, old) in labels.items():
        below = own.judged >= LEAST_JUDGED and wilson(own.right, own.judged)[1] < FLOOR
        if below and own.right * max(old.judged, 1) < old.right * own.judged:
            title = pack.labels[label].title if label in pack.labels else label
            return f"{title}: {_words(own)} were right since it labels, {_words(old)} of the one before."
    return ""


def _words(found: Judged) -> str:
    return f"{found.right:,} of {found.judged:,} judged claims"
