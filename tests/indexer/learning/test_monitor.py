"""After a promotion: what people say of its claims, and the way back where they find it worse."""

from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase

import pytest

from indexer.decisions import Action
from indexer.jobs import LearningJobs
from indexer.learning.monitor import Judged, Watch, surely_fewer, watch
from indexer.registry import Action as Done
from indexer.registry import Origin as Made
from indexer.relabel import Relabel
from tests.classifiers import model_bytes
from tests.indexer.learning.test_learn import LEASES, RENT, School, open_school


@pytest.fixture
def school(tmp_path: Path, records_url: str) -> Iterator[School]:
    opened = open_school(tmp_path, records_url)
    yield opened
    opened.office.engine.dispose()


def relabel(school: School) -> None:
    office = school.office
    Relabel(
        office.engine, office.index, office.encoder, school.learner.packs, school.registry, office.clock
    ).run()


def promote(school: School, labels: dict[str, dict[str, object]], origin: Made) -> str:
    """Lets another classifier label, as if it had passed the gate; returns its version."""
    made = school.registry.register(model_bytes(labels), origin, school.used())
    school.registry.promote(made.version)
    relabel(school)
    return made.version


def seen(school: School) -> Watch | None:
    pack = school.learner.packs["contracts"]
    with school.office.engine.connect() as connection:
        return watch(connection, pack, school.learner.packs)


def monitor(school: School) -> None:
    office = school.office
    LearningJobs(school.learner, office.home, 0, office.clock).monitor(lambda *_: None)


def say(school: School, action: Action, letters: str, by: str) -> None:
    for letter in letters:
        school.say(action, "Insurance", f"house{letter}", by=by)


BAD = {**RENT, "Insurance": {"word": "house", "probability": 0.9}}


def test_fishers_test_is_exact() -> None:
    # Of 5 claims that are right among 10, none is among the 5 now: 1 of the 252 ways.
    assert surely_fewer(Judged(0, 5), Judged(5, 5)) == pytest.approx(1 / 252)
    assert surely_fewer(Judged(5, 5), Judged(0, 5)) == 1.0


def test_claims_are_counted_for_the_classifier_that_people_saw(school: School) -> None:
    alone = seen(school)
    assert alone is not None
    assert (alone.before_version, alone.now.judged, alone.alarm) == ("", 0, "")
    before = school.used()
    say(school, Action.CONFIRM, "abc", "ann")
    now = promote(school, BAD, Made.LEARNED)
    say(school, Action.DISMISS, "de", "bob")
    found = seen(school)
    assert found == Watch(
        now, before, Judged(0, 2), Judged(3, 3), {"Insurance": (Judged(0, 2), Judged(3, 3))}, ""
    )


def test_a_classifier_that_learned_and_is_surely_worse_goes_by_itself(school: School) -> None:
    before = school.used()
    say(school, Action.CONFIRM, ascii_lowercase[:LEASES], "ann")
    promote(school, BAD, Made.LEARNED)
    say(school, Action.DISMISS, ascii_lowercase[: LEASES - 5], "bob")
    monitor(school)
    assert school.used() != before, "seven are too few to compare"
    say(school, Action.DISMISS, ascii_lowercase[LEASES - 5 : LEASES], "bob")
    monitor(school)
    assert school.used() == before
    last = school.registry.journal("contracts")[-1]
    assert (last.action, last.by) == (Done.ROLLBACK, "the monitor")
    assert "0 of 12 judged claims were right since it labels, 12 of 12 judged claims of the one before." in (
        last.reason
    )
    monitor(school)
    assert school.registry.journal("contracts")[-1] == last


def test_one_that_people_chose_themselves_only_raises_the_alarm(school: School) -> None:
    say(school, Action.CONFIRM, ascii_lowercase[:LEASES], "ann")
    chosen = promote(school, BAD, Made.TRAINED)
    say(school, Action.DISMISS, ascii_lowercase[:LEASES], "bob")
    monitor(school)
    assert school.used() == chosen
    found = seen(school)
    assert found is not None
    assert found.alarm.startswith("0 of 12 judged claims were right")


def test_one_that_is_as_good_stays(school: School) -> None:
    say(school, Action.CONFIRM, ascii_lowercase[:LEASES], "ann")
    better = promote(school, BAD, Made.LEARNED)
    say(school, Action.CONFIRM, ascii_lowercase[:LEASES], "bob")
    monitor(school)
    assert school.used() == better
