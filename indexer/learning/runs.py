"""Runs of learning in the records: who asked for one, how far it is, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from indexer.errors import ModelRegistryError
from indexer.records import schema

_runs = schema.learning_runs


class State(StrEnum):
    """How a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    PROMOTED = "promoted"  # what was learned labels now
    APPROVAL = "approval"  # it passed the gate and waits for a person
    REFUSED = "refused"  # the gate did not let it pass
    NOTHING = "nothing"  # there was nothing new to learn
    FAILED = "failed"


OPEN = (State.WAITING.value, State.RUNNING.value)


class Why(StrEnum):
    """Why it was asked for."""

    DEMAND = "demand"
    COUNT = "count"  # enough decisions had come together


@dataclass(frozen=True, slots=True)
class LearningRun:
    """A run of learning.

    Attributes:
        step: What it is at, or how it ended, as a sentence.
        upto: Number of the newest decision that it looked at.
        champion: The version that it started from.
        dataset: What it learned from.
        version: What it learned.
        report: What the gate found; empty before it.
    """

    id: int
    pack: str
    state: State
    asked_at: str
    asked_by: str
    why: Why
    started_at: str | None
    finished_at: str | None
    step: str
    upto: int
    champion: str | None
    dataset: str | None
    version: str | None
    report: Mapping[str, Any]


def ask(connection: Connection, pack: str, by: str, why: Why, now: str) -> int:
    """Asks for a run; where one of the pack is open already, that is it. Returns its number."""
    query = select(_runs.c.id).where(_runs.c.pack == pack, _runs.c.state == State.WAITING.value)
    waiting = connection.execute(query).scalar()
    if waiting is not None:
        return int(waiting)
    row = {
        "pack": pack, "state": State.WAITING.value, "asked_at": now, "asked_by": by, "why": why.value,
        "step": "Waits for the worker.", "upto": 0, "report": "",
    }  # fmt: skip
    key = connection.execute(insert(_runs).values(**row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def waiting(connection: Connection) -> LearningRun | None:
    """Returns the oldest run that waits."""
    query = select(_runs).where(_runs.c.state == State.WAITING.value).order_by(_runs.c.id).limit(1)
    row = connection.execute(query).first()
    return _run(row) if row is not None else None


def learning_run(connection: Connection, number: int) -> LearningRun:
    """Returns a run. Raises ModelRegistryError."""
    row = connection.execute(select(_runs).where(_runs.c.id == number)).first()
    if row is None:
        raise ModelRegistryError(f"There is no run of learning {number}")
    return _run(row)


def learning_runs(connection: Connection, pack: str, limit: int) -> list[LearningRun]:
    """Returns the newest runs of a pack, the newest first."""
    query = select(_runs).where(_runs.c.pack == pack).order_by(_runs.c.id.desc()).limit(limit)
    return [_run(row) for row in connection.execute(query)]


def every_run(connection: Connection) -> list[LearningRun]:
    """Returns all runs of all packs, the oldest first."""
    return [_run(row) for row in connection.execute(select(_runs).order_by(_runs.c.id))]


def note(connection: Connection, number: int, **values: object) -> None:
    """Writes some columns of a run."""
    connection.execute(update(_runs).where(_runs.c.id == number).values(**values))


def resume(connection: Connection) -> int:
    """Lets runs that a killed process left behind wait again; returns how many.

    Call it while holding the lock of whoever learns: what runs without it is dead.
    """
    left = update(_runs).where(_runs.c.state == State.RUNNING.value)
    step = "The process that worked on it ended; it waits for the worker again."
    return connection.execute(left.values(state=State.WAITING.value, step=step)).rowcount


def _run(row: Any) -> LearningRun:  # noqa: ANN401 - a row of the table
    return LearningRun(
        row.id,
        row.pack,
        State(row.state),
        row.asked_at,
        row.asked_by,
        Why(row.why),
        row.started_at,
        row.finished_at,
        row.step,
        row.upto,
        row.champion,
        row.dataset,
        row.version,
        json.loads(row.report) if row.report else {},
    )
