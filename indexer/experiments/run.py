"""Runs experiments one after the other, variant by variant; what was measured is never measured again."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine

from indexer.code_version import code_version
from indexer.errors import ExperimentError, IndexerError
from indexer.experiments import records
from indexer.experiments.definition import Definition, Kind, Parameters, variants_of
from indexer.experiments.records import Experiment, Result, State
from indexer.locks import EXPERIMENTS, held
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from models.errors import ModelsError
from models.evaluation.ratios import Parts, compare_ratios, ratio

_SAY_SECONDS = 2.0
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured; ``more`` and ``fewer`` say a difference of so many in a hundred."""

    name: str
    more: str
    fewer: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a variant would change for users: how many of what, and some of them, as sentences."""

    changed: int = 0
    of: int = 0
    what: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """By metric and document or query, what it adds above and below the line; and what would change."""

    units: Mapping[str, Mapping[str, Parts]]
    changes: Changes


class Bench(Protocol):
    """Data that is ready to try variants on."""

    @property
    def data(self) -> str:
        """Its fingerprint."""
        ...

    def measure(self, parameters: Parameters, report: Report) -> Outcome:
        """Measures one variant. Raises ModelsError where it cannot be tried."""
        ...


# Makes data ready. The folder is kept until the experiment ends.
Prepare = Callable[[Definition, Report], Bench]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs what was asked for.

    Attributes:
        kinds: What prepares each kind.
    """

    engine: Engine
    home: Path
    kinds: Mapping[Kind, Prepare]
    clock: Callable[[], datetime]

    def work(self) -> int:
        """Runs all that wait; returns how many. Raises WriterBusyError where another process does so."""
        count = 0
        with held(self.engine, self.home, EXPERIMENTS, "running experiments"):
            with writing(self.engine) as connection:
                records.resume(connection)
            while (asked := self._next()) is not None:
                self._run(asked)
                count += 1
        return count

    def _next(self) -> Experiment | None:
        with self.engine.connect() as connection:
            return records.waiting(connection)

    def _run(self, asked: Experiment) -> None:
        self._note(asked.id, state=State.RUNNING.value, started_at=asked.started_at or self._time())
        try:
            bench = self.kinds[asked.definition.kind](asked.definition, self._saying(asked, "Preparing"))
            if asked.data and asked.data != bench.data:
                raise ExperimentError(
                    "Its data changed since it began; what was measured could not be compared"
                )
            self._note(asked.id, data=bench.data)
            self._try_all(asked, bench)
        except _Stopped:
            return
        except (IndexerError, ModelsError) as error:
            self._note(asked.id, state=State.FAILED.value, step=str(error), finished_at=self._time())

    def _try_all(self, asked: Experiment, bench: Bench) -> None:
        variants = list(variants_of(asked.definition))
        for place, parameters in enumerate(variants):
            with self.engine.connect() as connection:
                found = records.results(connection, asked.id)
            if place in {each.place for each in found}:
                continue
            words = f"Variant {place} of {len(variants) - 1}" if place else "The settings in use"
            words += _left([each.seconds for each in found], len(variants) - place)
            self._note(asked.id, step=words)
            result = self._tried(asked, bench, place, parameters, found)
            with writing(self.engine) as connection:
                records.add_result(connection, asked.id, result)
            if place == 0 and result.error:
                raise ExperimentError(f"The settings in use cannot be measured: {result.error}")
        tried = f"All {len(variants) - 1} variants were tried."
        self._note(asked.id, state=State.DONE.value, step=tried, finished_at=self._time())

    def _tried(
        self, asked: Experiment, bench: Bench, place: int, parameters: Parameters, found: list[Result]
    ) -> Result:
        started, begun = self._time(), time.monotonic()
        outcome, error = Outcome({}, Changes()), ""
        try:
            outcome = bench.measure(
                parameters, self._saying(asked, f"Variant {place}" if place else "The settings in use")
            )
        except (IndexerError, ModelsError) as caught:
            error = str(caught)
        base = found[0].units if found else {}
        differences = {
            name: compare_ratios(_pairs(base[name]), units, asked.definition.seed)
            for name, units in outcome.units.items()
            if base
        }
        return Result(
            place=place,
            parameters=dict(parameters),
            started_at=started,
            seconds=round(time.monotonic() - begun, 3),
            figures={name: round(ratio(units), 6) for name, units in outcome.units.items()},
            units=outcome.units,
            differences={name: (each.difference, each.low, each.high) for name, each in differences.items()},
            changes=asdict(outcome.changes),
            error=error,
            code=code_version(),
        )

    def _saying(self, asked: Experiment, what: str) -> Report:
        """Returns what writes progress with the time left, and ends the work where a person stopped it."""
        begun = said = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal said
            now = time.monotonic()
            if now - said < _SAY_SECONDS:
                return
            said = now
            with self.engine.connect() as connection:
                if records.experiment(connection, asked.id).state is not State.RUNNING:
                    raise _Stopped
            left = f", about {duration((now - begun) * (total - done) / done)} left" if done else ""
            self._note(asked.id, step=f"{what}: {done:,} of {total:,}{left}.")

        return report

    def _note(self, number: int, **values: Any) -> None:  # noqa: ANN401 - columns
        with writing(self.engine) as connection:
            if records.experiment(connection, number).state is State.STOPPED:
                raise _Stopped
            records.note(connection, number, **values)

    def _time(self) -> str:
        return time_to_text(self.clock())


class _Stopped(Exception):  # noqa: N818 - no error: a person wanted it
    """The experiment was stopped."""


def duration(seconds: float) -> str:
    """Returns a time for people."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _left(taken: list[float], waiting: int) -> str:
    """Returns how long the rest will take, by what was measured of those that are done."""
    return f", about {duration(sum(taken) / len(taken) * waiting)} left." if taken else "."


def _pairs(units: Mapping[str, Any]) -> dict[str, Parts]:
    return {name: (float(above), float(below)) for name, (above, below) in units.items()}
