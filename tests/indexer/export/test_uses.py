"""What counts as a use of a result: clicks and decisions, once a search; a dismissal counts neither way."""

import pytest

from indexer.export.uses import Weight, weight
from tests.indexer.export.trail import LEASE, LOAN, Trail, passage, rows

CAP, LENDER = passage(LEASE, 0), passage(LOAN, 0)


@pytest.mark.parametrize(
    ("action", "before", "expected"),
    [
        ("click", set(), Weight(used=True)),
        ("confirm", set(), Weight(used=True)),
        ("correct", set(), Weight(used=True)),
        ("add", set(), Weight(used=True)),
        ("click", {"click"}, Weight()),
        ("confirm", {"click", "dismiss"}, Weight()),
        ("dismiss", set(), Weight(excused=1)),
        ("dismiss", {"dismiss"}, Weight()),
        ("dismiss", {"click"}, Weight()),
        ("click", {"dismiss"}, Weight(used=True, excused=-1)),
        ("copy", set(), Weight()),
        ("undo", {"confirm"}, Weight()),
    ],
)
def test_the_first_use_counts_and_a_dismissal_excuses_until_then(
    action: str, before: set[str], expected: Weight
) -> None:
    assert weight(action, before) == expected


def counted(trail: Trail) -> dict[object, tuple[object, object]]:
    return {row["chunk"]: (row["impressions"], row["clicks"]) for row in rows(trail.engine, "judgements")}


@pytest.mark.parametrize("action", ["confirm", "correct", "add"])
def test_a_decision_at_a_result_is_a_use_once_a_search_however_much_was_done(
    trail: Trail, action: str
) -> None:
    trail.search("q1", "cap", [CAP, LENDER])
    trail.search("q2", "cap", [CAP, LENDER], seconds=100)
    trail.act(action, "q1", "cap", LENDER, 1, seconds=5)
    trail.act("click", "q1", "cap", LENDER, 1, seconds=50)
    trail.act("undo", "q1", "cap", LENDER, 1, seconds=55)
    assert counted(trail) == {CAP: (2, 0), LENDER: (2, 1)}
    found = [(row["action"], row["used"]) for row in rows(trail.engine, "clicks")]
    assert found == [(action, True), ("click", False), ("undo", False)]


def test_a_search_in_which_a_label_was_only_dismissed_counts_neither_for_nor_against(trail: Trail) -> None:
    trail.search("q1", "cap", [CAP, LENDER])
    trail.search("q2", "cap", [CAP, LENDER], seconds=100)
    trail.act("dismiss", "q1", "cap", CAP, 0, seconds=5)
    trail.act("dismiss", "q1", "cap", CAP, 0, seconds=6)
    assert counted(trail) == {CAP: (1, 0), LENDER: (2, 0)}
    trail.act("dismiss", "q2", "cap", CAP, 0, seconds=105)
    assert counted(trail) == {LENDER: (2, 0)}


def test_a_passage_that_was_dismissed_and_then_opened_was_of_use(trail: Trail) -> None:
    trail.search("q1", "cap", [CAP])
    trail.act("dismiss", "q1", "cap", CAP, 0, seconds=5)
    trail.act("click", "q1", "cap", CAP, 0, seconds=9)
    trail.act("dismiss", "q1", "cap", CAP, 0, seconds=12)
    assert counted(trail) == {CAP: (1, 1)}
