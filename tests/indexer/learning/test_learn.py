"""A run of learning: what passes the gate labels, what does not is refused, and nothing is lost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_lowercase

import pytest
from sqlalchemy import select

from indexer.decisions import Action, Asked, Origin, decide
from indexer.errors import ModelRegistryError
from indexer.ids import digest
from indexer.ingest.join import StoppedError
from indexer.learning import (
    Learner,
    LearningRun,
    State,
    Why,
    ask,
    learning_run,
    read_datasets,
    resume,
    waiting,
)
from indexer.learning.lineage import Models, acts_of, behind, influence
from indexer.learning.runs import note
from indexer.records import schema
from indexer.records.database import writing
from indexer.registry import Origin as Made
from indexer.registry import Registry
from indexer.relabel import Relabel
from tests.classifiers import WordModels, model_bytes
from tests.indexer.decisions.test_decide import AT, key_of
from tests.indexer.ingest.office import Office, make_office

RENT = {
    "Governing Law": {"word": "rent", "probability": 0.9},
    "Insurance": {"word": "insur", "probability": 0.9},
}
LEASES = 12


@dataclass
class School:
    """An office with leases whose classifier takes rent for a law."""

    office: Office
    registry: Registry
    learner: Learner

    def ask(self) -> int:
        with writing(self.office.engine) as connection:
            return ask(connection, "contracts", "ann", Why.DEMAND, AT)

    def learn(self) -> LearningRun:
        return self.learner.run(self.ask())

    def say(self, action: Action, label: str, words: str, by: str = "ann") -> str:
        act = f"{by}-{action.value}-{label}-{words}"[:48]
        asked = Asked(act, action, key_of(self.office, words), label, by, AT, Origin.SEARCH)
        with writing(self.office.engine) as connection:
            decide(connection, asked, self.learner.packs)
        return act

    def used(self) -> str:
        used = self.registry.state("contracts").used
        assert used is not None
        return used.version


def open_school(root: Path, url: str, learns: str = "well") -> School:
    office = make_office(root, url=url)
    registry = Registry(office.engine, office.blobs, WordModels(), office.clock)
    office = replace(office, ingest=replace(office.ingest, classifiers=registry))
    first = registry.register(model_bytes(RENT, learns=learns), Made.TRAINED)
    registry.promote(first.version)
    for letter in ascii_lowercase[:LEASES]:
        office.write(
            f"lease{letter}.txt",
            f"LEASE\n\n1. Rent. The rent of flat{letter} is due on the first day.\n\n"
            f"2. Insurance. The tenant of house{letter} shall insure it.\n",
        )
    office.run()
    learner = Learner(
        office.engine,
        office.blobs,
        registry,
        WordModels(),
        office.encoder,
        office.ingest.packs,
        True,
        office.clock,
    )
    return School(office, registry, learner)


@pytest.fixture
def school(tmp_path: Path, records_url: str) -> Iterator[School]:
    opened = open_school(tmp_path, records_url)
    yield opened
    opened.office.engine.dispose()


def false_alarms(school: School, count: int = 8) -> list[str]:
    return [
        school.say(Action.DISMISS, "Governing Law", f"flat{letter}") for letter in ascii_lowercase[:count]
    ]


def test_false_alarms_that_were_dismissed_are_gone_from_documents_that_nobody_looked_at(
    school: School,
) -> None:
    false_alarms(school)
    school.say(Action.CONFIRM, "Insurance", "houseb")
    before = school.used()
    done = school.learn()
    assert done.state is State.PROMOTED
    assert (done.champion, done.version) == (before, school.used())
    assert school.used() != before
    office = school.office
    relabelled = Relabel(
        office.engine, office.index, office.encoder, school.learner.packs, school.registry, office.clock
    ).run()
    assert relabelled.changed >= LEASES - 8
    unseen = office.index.chunks[key_of(office, "flatl")]
    assert [label.label for label in unseen.labels] == []
    kept = office.index.chunks[key_of(office, "housel")]
    assert [label.label for label in kept.labels] == ["Insurance"]


def test_the_report_tells_checks_and_what_would_change(school: School) -> None:
    false_alarms(school)
    report = school.learn().report
    assert report["passed"]
    words = {check["name"]: check["words"] for check in report["checks"]}
    assert words["decisions"].startswith("Of 8 decisions, 8 are answered right, 0 before: +100.0 points")
    assert report["labels"][0] == {
        "where": "decisions",
        "labels": [{"label": "Governing Law", "judged": 8, "gained": 8, "lost": 0}],
    }
    # Of the twelve, those that people dismissed lose the model's claim as well.
    assert (report["preview"]["gained"], report["preview"]["lost"]) == ({}, {"Governing Law": LEASES})


def test_what_is_surely_worse_is_refused_and_the_journal_says_why(tmp_path: Path) -> None:
    school = open_school(tmp_path, "", learns="nonsense")
    for letter in ascii_lowercase[:6]:
        school.say(Action.CONFIRM, "Insurance", f"house{letter}")
    before = school.used()
    done = school.learn()
    assert done.state is State.REFUSED
    assert "Surely worse: Insurance (6 lost, 0 gained)." in done.step
    assert school.used() == before
    last = school.registry.journal("contracts")[-1]
    assert (last.action, last.version, last.by) == ("refuse", done.version, "ann")
    assert "Surely worse: Insurance" in last.reason
    assert school.registry.load(done.version or "").version == done.version
    school.office.engine.dispose()


def test_what_passed_may_wait_for_a_person(school: School) -> None:
    school.learner = replace(school.learner, by_itself=False)
    false_alarms(school)
    before = school.used()
    done = school.learn()
    assert done.state is State.APPROVAL
    assert school.used() == before
    assert done.version != before


def test_nothing_decided_and_nothing_new_is_said_and_no_version_is_made(school: School) -> None:
    assert school.learn().step == "Nobody has decided anything yet that could be learned."
    false_alarms(school)
    assert school.learn().state is State.PROMOTED
    again = school.learn()
    assert again.state is State.NOTHING
    assert again.step == f"{school.used()} has learned all of it already."
    with school.office.engine.connect() as connection:
        assert len(read_datasets(connection)) == 1


def test_learning_again_starts_from_the_first_classifier_with_all_decisions(school: School) -> None:
    false_alarms(school, 6)
    first = school.learn()
    school.say(Action.DISMISS, "Governing Law", "flatj")
    second = school.learn()
    assert second.state is State.PROMOTED
    assert second.champion == first.version
    version = school.registry.find(second.version or "")
    assert version.parent == first.version
    assert version.dataset == second.dataset


def test_decisions_that_the_one_in_use_learned_are_not_compared_again(school: School) -> None:
    false_alarms(school, 6)
    school.learn()
    school.say(Action.DISMISS, "Governing Law", "flatj")
    words = school.learn().report["checks"][0]["words"]
    assert words.startswith("Of 1 decisions, 1 are answered right, 1 before")


def test_new_decisions_are_counted_from_the_last_run(school: School) -> None:
    false_alarms(school, 3)
    assert school.learner.new_decisions("contracts") == 3
    school.learn()
    assert school.learner.new_decisions("contracts") == 0
    school.say(Action.DISMISS, "Governing Law", "flatj")
    assert school.learner.new_decisions("contracts") == 1
    assert school.learner.new_decisions("emails") == 0


def test_decisions_that_teach_nothing_end_the_run_and_that_is_said(tmp_path: Path) -> None:
    school = open_school(tmp_path, "", learns="fails")
    false_alarms(school, 2)
    done = school.learn()
    assert (done.state, done.step) == (State.NOTHING, "There is nothing that could be learned.")
    school.office.engine.dispose()


def test_without_a_classifier_there_is_nothing_that_could_learn(school: School) -> None:
    school.office.blobs.path(digest(model_bytes(RENT))).unlink()
    done = school.learn()
    assert done.state is State.FAILED
    assert "no classifier that could learn" in done.step


def test_a_stopped_run_waits_again_and_a_killed_one_is_resumed(school: School) -> None:
    false_alarms(school)
    number = school.ask()

    def stop() -> None:
        raise StoppedError("stopped")

    with pytest.raises(StoppedError):
        school.learner.run(number, stop)
    with school.office.engine.connect() as connection:
        found = waiting(connection)
    assert found is not None
    assert (found.id, found.state) == (number, State.WAITING)
    with writing(school.office.engine) as connection:
        note(connection, number, state=State.RUNNING.value)
        assert resume(connection) == 1
    assert school.ask() == number
    assert school.learner.run(number).state is State.PROMOTED


def test_an_unknown_run_is_refused_by_number(school: School) -> None:
    with school.office.engine.connect() as connection, pytest.raises(ModelRegistryError, match="learning 99"):
        learning_run(connection, 99)


def test_lineage_leads_from_a_label_to_decisions_and_from_a_person_to_models(school: School) -> None:
    acts = false_alarms(school)
    school.say(Action.CONFIRM, "Insurance", "houseb", by="bob")
    done = school.learn()
    office = school.office
    Relabel(
        office.engine, office.index, office.encoder, school.learner.packs, school.registry, office.clock
    ).run()
    models = Models(school.registry, school.learner.packs)
    with office.engine.connect() as connection:
        chunk = next(each for each in _chunks(office) if "housel" in each[1])[0]
        [found] = [
            each
            for each in behind(connection, office.blobs, models, chunk, "Insurance")
            if each.source == "model"
        ]
        assert [each.version for each in found.versions] == [done.version, done.champion]
        assert found.dataset is not None
        assert found.dataset.id == done.dataset
        assert [(each.by, each.applies) for each in found.lessons] == [("bob", True)]
        assert [entry.action for entry in found.journal] == ["register", "promote", "register", "promote"]
        back = influence(connection, office.blobs, acts_of(connection, person="ann"))
        assert back.acts == tuple(sorted(acts))
        assert [each.version for each in back.versions] == [done.version]
        assert (back.passages, back.shown) == (LEASES, len(acts))
        document = chunk.partition("-")[0]
        with pytest.raises(ModelRegistryError, match=f"no decision with document '{document}'"):
            acts_of(connection, document=document)
        first = next(each for each in _chunks(office) if "flata" in each[1])[0].partition("-")[0]
        assert acts_of(connection, document=first) == acts[:1]
        assert influence(connection, office.blobs, ["nobody"]).versions == ()
        with pytest.raises(ModelRegistryError, match="Nothing is said of 'Audit Rights'"):
            behind(connection, office.blobs, models, chunk, "Audit Rights")


def _chunks(office: Office) -> list[tuple[str, str]]:
    with office.engine.connect() as connection:
        return [(row.id, row.text) for row in connection.execute(select(schema.chunks))]
