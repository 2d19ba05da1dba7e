"""The worker's part in learning: what was asked for, what comes by itself, and what was left behind."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.ingest.join import StoppedError
from indexer.jobs import History, Jobs, LearningJobs, build_scheduler
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


def report(_done: int, _total: int, _detail: str) -> None:
    pass


def learn(school: School, after: int = 0) -> None:
    LearningJobs(school.learner, school.office.home, after, school.office.clock).learn(report)


def runs(school: School) -> list[LearningRun]:
    with school.office.engine.connect() as connection:
        return learning_runs(connection, "contracts", 10)


def test_it_does_what_was_asked_for(school: School) -> None:
    false_alarms(school)
    school.ask()
    learn(school)
    assert [run.state for run in runs(school)] == [State.PROMOTED]


def test_it_asks_by_itself_once_enough_decisions_came_together_and_not_again(school: School) -> None:
    false_alarms(school, 4)
    learn(school, after=5)
    assert runs(school) == []
    false_alarms(school, 5)
    for _ in range(3):
        learn(school, after=5)
    [run] = runs(school)
    assert (run.state, run.why, run.asked_by) == (State.PROMOTED, Why.COUNT, "the worker")


def test_without_a_number_it_learns_only_when_it_is_asked_to(school: School) -> None:
    false_alarms(school)
    learn(school, after=0)
    assert runs(school) == []


def test_a_run_that_a_killed_process_left_behind_is_taken_up_again(school: School) -> None:
    false_alarms(school)
    number = school.ask()
    with writing(school.office.engine) as connection:
        note(connection, number, state=State.RUNNING.value)
    learn(school)
    assert [run.state for run in runs(school)] == [State.PROMOTED]


def test_told_to_stop_it_leaves_the_run_waiting(school: School) -> None:
    false_alarms(school)
    school.ask()
    stop = threading.Event()
    stop.set()
    office = school.office
    jobs = LearningJobs(school.learner, office.home, 0, office.clock)
    with pytest.raises(StoppedError):
        jobs.learn(Jobs(office.ingest, stop).report)
    assert [run.state for run in runs(school)] == [State.WAITING]


def test_while_a_command_learns_the_worker_does_not(school: School) -> None:
    false_alarms(school)
    school.ask()
    office = school.office
    added = LearningJobs(school.learner, office.home, 0, office.clock).all()
    job = build_scheduler(added, report, History(office.engine, office.clock)).get_job("learn")
    assert job is not None
    with held(school.office.engine, school.office.home, LEARNER, "learning"):
        job.func()
    assert [run.state for run in runs(school)] == [State.WAITING]
