"""Takes down what a command measured or made, where the registry keeps no version of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from indexer.code_version import code_version
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing

_figures = schema.model_figures
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Took:
    """When something started, UTC ISO 8601, and the seconds that it took."""

    started_at: str
    seconds: float

    @classmethod
    def since(cls, started: datetime, now: datetime) -> "Took":
        """Returns it of two moments."""
        return cls(time_to_text(started), round((now - started).total_seconds(), 3))


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came of one command.

    Attributes:
        kind: evaluate-retrieval, evaluate-classifier, train-ranker or train-reader.
        subject: The version that was measured or made.
        code: Of the process that measured.
        data: What it was measured on or made from, for people.
        parameters: What was asked for, as text by name.
        figures: Numbers by name.
        id: Given by the records.
    """

    kind: str
    subject: str
    took: Took
    data: str
    parameters: Mapping[str, str]
    figures: Mapping[str, float]
    code: str = ""
    id: int = 0


def take_down(engine: Engine, found: Measurement) -> None:
    """Adds a measurement to the records."""
    row = {
        "kind": found.kind, "subject": found.subject[:_LONGEST], "started_at": found.took.started_at,
        "seconds": found.took.seconds, "code": code_version(), "data": found.data[:_LONGEST],
        "parameters": json.dumps(dict(found.parameters)), "figures": json.dumps(dict(found.figures)),
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(_figures), [row])


def read_measurements(connection: Connection) -> list[Measurement]:
    """Returns all of them, the oldest first."""
    rows = connection.execute(select(_figures).order_by(_figures.c.id))
    return [
        Measurement(
            row.kind, row.subject, Took(row.started_at, row.seconds), row.data,
            json.loads(row.parameters), json.loads(row.figures), row.code, row.id,
        )
        for row in rows
    ]  # fmt: skip


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, float]:
    """Returns the numbers in nested values by their names, joined by slashes; all else is left out."""
    found: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}/")
        elif isinstance(value, int | float):
            found[f"{before}{name}"] = float(value)
        elif isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:  # an interval
            found |= flat({f"{name} low": value[0], f"{name} high": value[1]}, before)
    return found
