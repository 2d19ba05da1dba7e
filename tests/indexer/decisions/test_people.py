"""Who decides: agreement beyond chance, names, and whose word counts."""

import pytest

from indexer.decisions import Action, all_decisions
from indexer.decisions.people import Agreement, Reviewer, agreements, disputed, kappa, reviewers, set_reviewer
from indexer.errors import DecisionError
from indexer.records.database import writing
from tests.indexer.decisions.test_decide import AT, PACKS, by_people, say, shown
from tests.indexer.ingest.office import Office


def test_kappa_is_the_agreement_beyond_chance() -> None:
    # Cohen's own kind of example: 20 yes by both, 15 no by both, 5 and 10 apart: 0.7 observed, 0.5 by chance.
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([(True, True), (False, False)]) == 1.0
    assert kappa([(True, False), (False, True)]) == -1.0
    assert kappa([(True, True)] * 3) is None


def test_two_people_are_compared_on_what_both_judged(office: Office) -> None:
    say(office, Action.CONFIRM, "Governing Law", by="ann", act="a1")
    say(office, Action.DISMISS, "Governing Law", by="bob", act="b1")
    say(office, Action.CONFIRM, "Insurance", "maintain insurance", by="ann", act="a2")
    say(office, Action.CONFIRM, "Insurance", "maintain insurance", by="bob", act="b2")
    say(office, Action.ADD, "Audit Rights", by="ann", act="a3")
    with office.engine.connect() as connection:
        assert agreements(all_decisions(connection)) == [Agreement("ann", "bob", 2, 1, pytest.approx(0.0))]
        assert disputed(connection) == 1
        assert [(each.id, each.acts) for each in reviewers(connection)] == [("ann", 3), ("bob", 2)]


def test_a_senior_settles_what_was_disputed_and_it_is_open_again_without(office: Office) -> None:
    say(office, Action.CONFIRM, "Governing Law", by="ann", act="a1")
    say(office, Action.DISMISS, "Governing Law", by="bob", act="b1")
    assert by_people(office) == {("Governing Law", "unsure")}
    for senior, expected in ((True, "denied"), (False, "unsure")):
        with writing(office.engine) as connection:
            assert set_reviewer(connection, Reviewer("bob", "Bob", senior, 1), PACKS, AT) == 1
        assert by_people(office) == {("Governing Law", expected)}
    assert shown(office) == set()
    with office.engine.connect() as connection:
        assert reviewers(connection)[1] == Reviewer("bob", "Bob", False, 1)


def test_somebody_unknown_and_a_name_that_is_too_long_are_refused(office: Office) -> None:
    say(office, Action.CONFIRM, "Governing Law", by="ann", act="a1")
    with writing(office.engine) as connection:
        with pytest.raises(DecisionError, match="Nobody of the pseudonym 'moon'"):
            set_reviewer(connection, Reviewer("moon", "", True, 0), PACKS, AT)
        with pytest.raises(DecisionError, match="101 characters; at most 100"):
            set_reviewer(connection, Reviewer("ann", "x" * 101, True, 0), PACKS, AT)
