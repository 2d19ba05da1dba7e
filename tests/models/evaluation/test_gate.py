"""The gate: what lets a new classifier pass and what does not."""

import numpy as np
import pytest

from models.evaluation.gate import Answers, Judgements, LabelChange, bounded, compare, sign_test


def said(claims: list[list[int]], probability: float = 0.9) -> Answers:
    made = np.array(claims, np.bool_)
    return Answers(np.where(made, probability, 0.1), made)


def people(truth: list[list[int]], judged: list[list[int]] | None = None) -> Judgements:
    made = np.array(truth, np.bool_)
    known = np.ones_like(made) if judged is None else np.array(judged, np.bool_)
    return Judgements(("Cap", "Law"), made, known, np.arange(len(made)))


def passed(result: tuple[list[object], object]) -> dict[str, bool]:
    return {check.name: check.passed for check in result[0]}  # type: ignore[attr-defined]


def test_the_sign_test_is_exact() -> None:
    assert sign_test(5, 0) == pytest.approx(1 / 32)
    assert sign_test(3, 1) == pytest.approx((4 + 1) / 16)
    assert sign_test(0, 0) == 1.0


def test_false_alarms_that_are_gone_let_it_pass_and_are_told() -> None:
    truth = people([[0, 0]] * 4 + [[1, 1]] * 4)
    checks, changes = compare(
        "decisions", truth, said([[1, 0]] * 4 + [[1, 1]] * 4), said([[0, 0]] * 4 + [[1, 1]] * 4), 0
    )
    assert all(check.passed for check in checks)
    assert checks[0].words.startswith("Of 16 decisions, 16 are answered right, 12 before: +25.0 points [")
    assert changes == [LabelChange("Cap", 8, 4, 0)]


def test_a_label_that_surely_became_worse_does_not_pass_though_another_gained_more() -> None:
    truth = people([[1, 0]] * 10)
    found = passed(compare("decisions", truth, said([[1, 1]] * 10), said([[0, 0]] * 5 + [[1, 0]] * 5), 0))
    assert found == {"decisions": True, "labels on decisions": False, "floors on decisions": True}


def test_four_losses_may_be_chance_and_five_are_not() -> None:
    truth = people([[1, 0]] * 20)
    four, five = ([[0, 0]] * lost + [[1, 0]] * (20 - lost) for lost in (4, 5))
    assert passed(compare("decisions", truth, said([[1, 0]] * 20), said(four), 0))["labels on decisions"]
    assert not passed(compare("decisions", truth, said([[1, 0]] * 20), said(five), 0))["labels on decisions"]


def test_a_label_below_one_half_does_not_pass_unless_it_was_no_better_before() -> None:
    truth = people([[0, 0]] * 11 + [[1, 0]])
    every = said([[1, 0]] * 12)
    assert passed(compare("decisions", truth, every, every, 0))["floors on decisions"]
    # 1 of 9 claims is right (at most 0.44), 1 of 4 was before.
    worse = said([[1, 0]] * 8 + [[0, 0]] * 3 + [[1, 0]])
    checks, _ = compare("decisions", truth, said([[0, 0]] * 8 + [[1, 0]] * 4), worse, 0)
    assert (checks[2].passed, checks[2].words) == (
        False,
        "Below one half: precision of Cap 1 of 9, 1 of 4 before.",
    )


def test_what_nobody_judged_does_not_count() -> None:
    truth = people([[1, 1]] * 10, [[1, 0]] * 10)
    checks, changes = compare("decisions", truth, said([[1, 1]] * 10), said([[1, 0]] * 10), 0)
    assert all(check.passed for check in checks)
    assert changes == []


def test_nothing_to_compare_on_is_said() -> None:
    truth = people([[1, 1]], [[0, 0]])
    checks, _ = compare("random checks", truth, said([[1, 1]]), said([[0, 0]]), 0)
    assert checks[0].words == "There are no random checks to compare on."


def test_calibration_may_not_become_worse() -> None:
    truth = people([[1, 0]] * 50)
    sure, unsure = said([[1, 0]] * 50, 1.0), said([[1, 0]] * 50, 0.7)
    name = "calibration on decisions"
    assert passed(compare("decisions", truth, unsure, sure, 0))[name]
    assert not passed(
        compare("decisions", truth, Answers(np.where(sure.claims, 1.0, 0.0), sure.claims), unsure, 0)
    )[name]


def test_size_and_speed_are_bounded() -> None:
    assert [check.passed for check in bounded((2_000_000, 1.0), (3_000_000, 1.2))] == [True, True]
    assert [check.passed for check in bounded((2_000_000, 1.0), (9_000_000, 1.7))] == [False, False]
    assert (
        bounded((2_000_000, 1.0), (3_000_000, 1.2))[1].words
        == "Labelling takes 1.20 times as long as before."
    )
