"""Experiments in the records: what was asked for, how far it is, and what came of each variant."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from indexer.errors import ExperimentError
from indexer.experiments.definition import Definition, Kind
from indexer.records import schema
from indexer.records.write import insert_new

_experiments, _results = schema.experiments, schema.experiment_results


class State(StrEnum):
    """How an experiment is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # by a person
    FAILED = "failed"


OPEN = (State.WAITING.value, State.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment; ``step`` says what it is at, or how it ended."""

    id: int
    definition: Definition
    state: State
    step: str
    asked_at: str
    asked_by: str
    started_at: str | None
    finished_at: str | None
    data: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one variant; that of the settings in use has the place 0.

    Attributes:
        figures: By the name of the metric.
        units: By metric and document or query, above and below the line.
        differences: By metric, from the settings in use: difference, low, high.
        changes: What it would change for users.
        error: Why there are no figures; else empty.
    """

    place: int
    parameters: Mapping[str, Any]
    started_at: str
    seconds: float
    figures: Mapping[str, float]
    units: Mapping[str, Mapping[str, tuple[float, float]]]
    differences: Mapping[str, tuple[float, float, float]]
    changes: Mapping[str, Any]
    error: str
    code: str


def ask(connection: Connection, definition: Definition, by: str, now: str) -> int:
    """Asks for an experiment; returns its number."""
    row = {
        "name": definition.name, "kind": definition.kind.value, "definition": json.dumps(asdict(definition)),
        "state": State.WAITING.value, "step": "Waits for its turn.", "asked_at": now, "asked_by": by,
    }  # fmt: skip
    key = connection.execute(_experiments.insert().values(**row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def experiments(connection: Connection) -> list[Experiment]:
    """Returns all of them, the newest first."""
    rows = connection.execute(select(_experiments).order_by(_experiments.c.id.desc()))
    return [_experiment(row) for row in rows]


def experiment(connection: Connection, number: int) -> Experiment:
    """Returns one. Raises ExperimentError."""
    row = connection.execute(select(_experiments).where(_experiments.c.id == number)).first()
    if row is None:
        raise ExperimentError(f"There is no experiment {number}")
    return _experiment(row)


def waiting(connection: Connection) -> Experiment | None:
    """Returns the oldest that waits."""
    query = select(_experiments).where(_experiments.c.state == State.WAITING.value)
    row = connection.execute(query.order_by(_experiments.c.id).limit(1)).first()
    return _experiment(row) if row is not None else None


def stop(connection: Connection, number: int, now: str) -> None:
    """Ends one that waits or runs; what it found stays. Raises ExperimentError."""
    found = experiment(connection, number)
    if found.state.value not in OPEN:
        raise ExperimentError(f"Experiment {number} neither waits nor runs; it is {found.state.value}")
    note(connection, number, state=State.STOPPED.value, step="Was stopped by a person.", finished_at=now)


def note(connection: Connection, number: int, **values: object) -> None:
    """Writes some columns of an experiment."""
    connection.execute(update(_experiments).where(_experiments.c.id == number).values(**values))


def resume(connection: Connection) -> None:
    """Lets those that a killed process left behind wait again; call it while holding the lock."""
    left = update(_experiments).where(_experiments.c.state == State.RUNNING.value)
    connection.execute(left.values(state=State.WAITING.value, step="Its process ended; it goes on."))


def add_result(connection: Connection, number: int, result: Result) -> None:
    """Adds what came of a variant; one that is there stays."""
    row = {name: getattr(result, name) for name in Result.__slots__}
    for name in ("parameters", "figures", "units", "differences", "changes"):
        row[name] = json.dumps(row[name])
    insert_new(connection, _results, [{"experiment": number, **row}])


def results(connection: Connection, number: int) -> list[Result]:
    """Returns what came of an experiment so far, in order of its variants."""
    query = select(_results).where(_results.c.experiment == number).order_by(_results.c.place)
    return [
        Result(
            row.place, json.loads(row.parameters), row.started_at, row.seconds, json.loads(row.figures),
            json.loads(row.units), json.loads(row.differences), json.loads(row.changes), row.error, row.code,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def _experiment(row: Any) -> Experiment:  # noqa: ANN401 - a row of the table
    values = json.loads(row.definition)
    definition = Definition(
        **(values | {"kind": Kind(values["kind"]), "variants": tuple(values["variants"])})
    )
    return Experiment(
        row.id, definition, State(row.state), row.step, row.asked_at, row.asked_by,
        row.started_at, row.finished_at, row.data or "",
    )  # fmt: skip
