"""A version that labels beside: only differences, judged by people, gone at the end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from indexer import shadow as shadows
from indexer.decisions import Action
from indexer.errors import ModelRegistryError
from indexer.learning import State
from indexer.records.database import writing
from indexer.registry import Origin
from indexer.relabel import Relabel
from indexer.shadow import Differing, Shadowing
from tests.classifiers import model_bytes
from tests.indexer.decisions.test_decide import key_of
from tests.indexer.learning.test_learn import LEASES, RENT, School, false_alarms, open_school

# It sees insurance as before, no law in the rent, and an audit in it.
OTHER = {"Insurance": RENT["Insurance"], "Audit Rights": {"word": "rent", "probability": 0.9}}
LAW, AUDIT = "Governing Law", "Audit Rights"
BEFORE = "2026-01-01T00:00:00.000Z"


@dataclass
class Two:
    """A school whose classifier has another one beside it."""

    school: School
    version: str
    work: Shadowing

    def begin(self) -> None:
        self.work.begin(self.version, "ann", BEFORE)

    def differing(self) -> dict[str, Differing]:
        with self.school.office.engine.connect() as connection:
            found = shadows.shadow(connection, "contracts")
            return shadows.differing(connection, found) if found else {}

    def flagged(self, *labels: str, gained: bool = True) -> frozenset[int]:
        with self.school.office.engine.connect() as connection:
            return shadows.flagged(connection, gained=gained, labels=labels, most=1000)


@pytest.fixture
def two(tmp_path: Path, records_url: str) -> Iterator[Two]:
    school = open_school(tmp_path, records_url)
    version = school.registry.register(model_bytes(OTHER), Origin.TRAINED).version
    office = school.office
    work = Shadowing(office.engine, school.registry, school.learner.packs, office.encoder.version)
    yield Two(school, version, work)
    office.engine.dispose()


def test_only_differences_are_kept_and_labels_stay_as_they_are(two: Two) -> None:
    before = two.school.office.rows("predictions"), two.school.office.rows("outbox")
    two.begin()
    assert two.work.run() == LEASES
    assert two.differing() == {AUDIT: Differing(gained=LEASES), LAW: Differing(lost=LEASES)}
    assert (two.school.office.rows("predictions"), two.school.office.rows("outbox")) == before
    assert two.work.run() == 0
    assert len(two.flagged()) == LEASES
    assert two.flagged() == two.flagged(AUDIT) == two.flagged(LAW, gained=False)
    assert two.flagged(LAW) == frozenset()
    key = key_of(two.school.office, "flata")
    with two.school.office.engine.connect() as connection:
        found = shadows.differences(connection, [key])
        known = shadows.shadow(connection, "contracts")
        assert known is not None
        assert shadows.progress(connection, known, ["contracts"]) == (LEASES, LEASES)
    assert [(each.label, each.gained) for each in found[key]] == [(AUDIT, True), (LAW, False)]


def test_documents_that_come_later_follow(two: Two) -> None:
    two.begin()
    two.work.run()
    two.school.office.write("more.txt", "LEASE\n\n1. Rent. The rent of another flat is due.\n")
    two.school.office.run()
    assert two.work.run() == 1
    assert two.differing()[AUDIT].gained == LEASES + 1


def test_what_people_decide_of_differences_since_counts_for_one_of_the_two(two: Two) -> None:
    two.begin()
    two.work.run()
    false_alarms(two.school, 5)
    two.school.say(Action.DISMISS, AUDIT, "flata")
    two.school.say(Action.CONFIRM, "Insurance", "housea")
    found = two.differing()
    assert found[LAW] == Differing(lost=LEASES, new_right=5)
    assert found[AUDIT] == Differing(gained=LEASES, old_right=1)
    assert found[LAW].by_chance == pytest.approx(2 / 2**5)
    assert Differing().by_chance == 1.0


def test_what_was_decided_before_it_began_counts_for_neither(two: Two) -> None:
    false_alarms(two.school, 5)
    two.work.begin(two.version, "ann", "2030-01-01T00:00:00.000Z")
    two.work.run()
    assert two.differing()[LAW] == Differing(lost=LEASES)


def test_it_ends_when_it_is_told_to_and_nothing_is_left(two: Two) -> None:
    two.begin()
    two.work.run()
    with writing(two.school.office.engine) as connection:
        ended = shadows.stop(connection, "contracts")
        assert shadows.stop(connection, "contracts") is None
    assert ended is not None
    assert ended.version == two.version
    for table in ("shadows", "shadow_documents", "shadow_labels"):
        assert two.school.office.rows(table) == []


def test_it_ends_by_being_promoted_and_starts_anew_where_the_one_in_use_changes(two: Two) -> None:
    two.begin()
    two.work.run()
    two.school.registry.promote(two.version)
    assert two.work.run() == 0
    assert two.school.office.rows("shadow_labels") == []
    first = next(each for each in two.school.registry.versions() if each.version != two.version).version
    two.work.begin(first, "ann", BEFORE)
    assert two.work.run() == 0  # no document has the labels of the one in use yet
    office = two.school.office
    Relabel(
        office.engine, office.index, office.encoder, two.work.packs, two.school.registry, office.clock
    ).run()
    assert two.work.run() == LEASES
    assert two.differing()[LAW] == Differing(gained=LEASES)
    with pytest.raises(ModelRegistryError, match="labels already"):
        two.begin()


def test_what_passed_the_gate_labels_beside_until_it_is_approved(two: Two) -> None:
    false_alarms(two.school)
    learner = replace(two.school.learner, by_itself=False, beside=two.work)
    done = learner.run(two.school.ask())
    assert done.state is State.APPROVAL
    assert "Until then it labels beside the one in use" in done.step
    two.work.run()
    assert two.differing()[LAW].lost == LEASES
