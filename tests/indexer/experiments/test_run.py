"""Experiments run one after the other; what was measured stays, whatever ended the process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from indexer.errors import ExperimentError, WriterBusyError
from indexer.experiments import (
    Changes,
    Definition,
    Experiment,
    Kind,
    Outcome,
    Runner,
    State,
    ask,
    experiment,
    results,
    stop,
)
from indexer.experiments.definition import Parameters
from indexer.experiments.run import Report
from indexer.locks import EXPERIMENTS, held
from indexer.mirror.experiments import experiment_facts
from indexer.records.database import open_records, writing
from models.errors import TrainingError

NOW = "2026-01-31T09:00:00.000Z"
IDEA = Definition(
    "pull",
    "Draw less",
    "Better",
    Kind.RANKER,
    {"judgements": "/judged"},
    0,
    {},
    ({"pull": 5.0}, {"pull": 50.0}),
)


class KilledError(Exception):
    """The process ends here."""


@dataclass
class WordBench:
    """Ten queries; a pull of 5 is better in each of them, one of 50 as good as what is in use."""

    data: str = "d" * 64
    tried: list[Parameters] = field(default_factory=list)
    dies_at: float = 0.0
    fails_at: float = 0.0

    def measure(self, parameters: Parameters, report: Report) -> Outcome:
        if parameters.get("pull") == self.dies_at:
            raise KilledError
        if parameters.get("pull") == self.fails_at:
            raise TrainingError("There are too few queries.")
        report(1, 1)
        self.tried.append(parameters)
        value = 0.75 if parameters.get("pull") == 5.0 else 0.5
        units = {"ndcg@5": {str(query): (value, 1.0) for query in range(10)}}
        return Outcome(units, Changes(3, 10, "queries change", {"hits": 4}, ("“secret words”: one",)))


@dataclass
class Bureau:
    engine: Engine
    folder: Path
    bench: WordBench
    now: datetime = datetime(2026, 1, 31, 9, tzinfo=UTC)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def ask(self, definition: Definition = IDEA) -> int:
        with writing(self.engine) as connection:
            return ask(connection, definition, "ann", NOW)

    def work(self) -> int:
        kinds = {Kind.RANKER: lambda _definition, _report: self.bench}
        return Runner(self.engine, self.folder, kinds, self.clock).work()

    def state(self, number: int) -> Experiment:
        with self.engine.connect() as connection:
            return experiment(connection, number)


@pytest.fixture
def bureau(tmp_path: Path, records_url: str) -> Iterator[Bureau]:
    engine = open_records(records_url)
    yield Bureau(engine, tmp_path, WordBench())
    engine.dispose()


def test_each_variant_is_compared_with_the_settings_in_use(bureau: Bureau) -> None:
    number = bureau.ask()
    assert bureau.work() == 1
    assert (bureau.state(number).state, bureau.state(number).step) == (
        State.DONE,
        "All 2 variants were tried.",
    )
    assert bureau.state(number).data == "d" * 64
    with bureau.engine.connect() as connection:
        base, better, alike = results(connection, number)
    assert (base.place, base.figures, base.differences) == (0, {"ndcg@5": 0.5}, {})
    assert (better.parameters, better.figures) == ({"pull": 5.0}, {"ndcg@5": 0.75})
    assert better.differences["ndcg@5"] == [0.25, 0.25, 0.25]
    assert alike.differences["ndcg@5"] == [0.0, 0.0, 0.0]
    assert better.changes["changed"] == 3


def test_after_a_kill_it_goes_on_with_the_variant_that_it_was_at(bureau: Bureau) -> None:
    number = bureau.ask()
    bureau.bench.dies_at = 50.0
    with pytest.raises(KilledError):
        bureau.work()
    assert bureau.state(number).state is State.RUNNING
    bureau.bench = WordBench()
    assert bureau.work() == 1
    assert bureau.bench.tried == [{"pull": 50.0}]
    with bureau.engine.connect() as connection:
        assert [each.place for each in results(connection, number)] == [0, 1, 2]


def test_data_that_changed_meanwhile_are_not_compared_with(bureau: Bureau) -> None:
    number = bureau.ask()
    bureau.bench.dies_at = 50.0
    with pytest.raises(KilledError):
        bureau.work()
    bureau.bench = WordBench(data="e" * 64)
    bureau.work()
    assert bureau.state(number).state is State.FAILED
    assert bureau.state(number).step.startswith("Its data changed since it began")


def test_a_variant_that_cannot_be_tried_is_a_result_with_its_reason(bureau: Bureau) -> None:
    number = bureau.ask()
    bureau.bench.fails_at = 5.0
    bureau.work()
    assert bureau.state(number).state is State.DONE
    with bureau.engine.connect() as connection:
        assert [each.error for each in results(connection, number)] == ["", "There are too few queries.", ""]


def test_one_that_was_stopped_while_it_waited_is_not_run(bureau: Bureau) -> None:
    first, second = bureau.ask(), bureau.ask()
    with writing(bureau.engine) as connection:
        stop(connection, first, NOW)
    assert bureau.work() == 1
    assert [bureau.state(each).state for each in (first, second)] == [State.STOPPED, State.DONE]
    with writing(bureau.engine) as connection, pytest.raises(ExperimentError, match="neither waits nor runs"):
        stop(connection, first, NOW)


def test_one_that_is_stopped_while_it_runs_ends_at_its_next_step_and_keeps_what_it_found(
    bureau: Bureau,
) -> None:
    number = bureau.ask()
    measure = bureau.bench.measure

    def stopping(parameters: Parameters, report: Report) -> Outcome:
        with writing(bureau.engine) as connection:
            stop(connection, number, NOW)
        return measure(parameters, report)

    bureau.bench.measure = stopping  # type: ignore[method-assign]
    bureau.work()
    assert bureau.state(number).state is State.STOPPED
    with bureau.engine.connect() as connection:
        assert [each.place for each in results(connection, number)] == [0]


def test_two_processes_do_not_run_experiments_at_once(bureau: Bureau) -> None:
    with (
        held(bureau.engine, bureau.folder, EXPERIMENTS, "running experiments"),
        pytest.raises(WriterBusyError),
    ):
        bureau.work()


def test_mlflow_is_told_of_each_variant_but_of_no_example(bureau: Bureau) -> None:
    bureau.ask()
    bureau.work()
    with bureau.engine.connect() as connection:
        base, better, _ = experiment_facts(connection, "cw")
    assert (base.name, better.name, better.experiment) == ("as in use", "pull 5.0", "cw/experiments/1 pull")
    assert better.metrics["ndcg_at_5/difference"] == 0.25
    assert better.parameters == {"kind": "ranker", "seed": "0", "pull": "5.0"}
    assert better.documents == {"changes.json": {"counts": {"hits": 4}}}
    assert "secret" not in str(better)
