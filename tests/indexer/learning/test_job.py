"""The worker's part in learning: what was asked for, what comes by itself, and what was left behind."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.ingest.join import StoppedError
from indexer.jobs import Jobs, Learning, build_scheduler
from indexer.learning import LearningRun, State, Why, learning_runs
from indexer.learning.runs import note
from indexer.locks import LEARNER, held
from indexer.records.database import writing
from tests.indexer.learning.test_learn import School, false_alarms, open_school


@pytest.fixture
def school(tmp_path: Path, records_url: str) -> Iterator[School]:
    opened = open_school(tmp_path, records_url)
    yield opened
    opened.office.engine.dispose()


def jobs(school: School, after: int = 0, stop: threading.Event | None = None) -> Jobs:
    learning = Learning(school.learner, after)
    return Jobs(school.office.ingest, stop or threading.Event(), learning=learning)


def runs(school: School) -> list[LearningRun]:
    with school.office.engine.connect() as connection:
        return learning_runs(connection, "contracts", 10)


def test_it_does_what_was_asked_for(school: School) -> None:
    false_alarms(school)
    school.ask()
    jobs(school).learn()
    assert [run.state for run in runs(school)] == [State.PROMOTED]


def test_it_asks_by_itself_once_enough_decisions_came_together_and_not_again(school: School) -> None:
    false_alarms(school, 4)
    jobs(school, after=5).learn()
    assert runs(school) == []
    false_alarms(school, 5)
    worker = jobs(school, after=5)
    for _ in range(3):
        worker.learn()
    [run] = runs(school)
    assert (run.state, run.why, run.asked_by) == (State.PROMOTED, Why.COUNT, "the worker")


def test_without_a_number_it_learns_only_when_it_is_asked_to(school: School) -> None:
    false_alarms(school)
    jobs(school, after=0).learn()
    assert runs(school) == []


def test_a_run_that_a_killed_process_left_behind_is_taken_up_again(school: School) -> None:
    false_alarms(school)
    number = school.ask()
    with writing(school.office.engine) as connection:
        note(connection, number, state=State.RUNNING.value)
    jobs(school).learn()
    assert [run.state for run in runs(school)] == [State.PROMOTED]


def test_told_to_stop_it_leaves_the_run_waiting(school: School) -> None:
    false_alarms(school)
    school.ask()
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        jobs(school, stop=stop).learn()
    assert [run.state for run in runs(school)] == [State.WAITING]


def test_while_a_command_learns_the_worker_does_not(school: School) -> None:
    false_alarms(school)
    school.ask()
    scheduler = build_scheduler(jobs(school))
    job = scheduler.get_job("learn")
    assert job is not None
    with held(school.office.engine, school.office.home, LEARNER, "learning"):
        job.func()
    assert [run.state for run in runs(school)] == [State.WAITING]


def test_a_worker_that_has_nothing_to_learn_with_has_no_such_job(school: School) -> None:
    scheduler = build_scheduler(Jobs(school.office.ingest, threading.Event()))
    assert scheduler.get_job("learn") is None
