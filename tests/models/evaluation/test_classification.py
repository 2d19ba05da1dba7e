"""Figures of a classifier, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from models.evaluation.classification import (
    average_precision,
    best_precision,
    calibration_error,
    macro_ap,
    measure,
)
from models.evaluation.intervals import intervals
from models.evaluation.scores import Scored, Thresholds


def scored(
    probabilities: list[list[float]],
    truth: list[list[int]],
    documents: list[int] | None = None,
    judged: list[list[int]] | None = None,
) -> Scored:
    return Scored(
        labels=tuple("abcdefg"[: len(truth[0])]),
        probabilities=np.array(probabilities, float),
        truth=np.array(truth, bool),
        documents=np.array(documents if documents is not None else range(len(truth)), np.int64),
        judged=np.ones((len(truth), len(truth[0])), bool) if judged is None else np.array(judged, bool),
    )


def thresholds(*pairs: tuple[float, float]) -> Thresholds:
    return Thresholds(np.array([low for low, _ in pairs]), np.array([high for _, high in pairs]))


# Label a ranks: right, wrong, right, wrong. Label b ranks: wrong, right, wrong, wrong.
PROBABILITIES = [[0.9, 0.2], [0.8, 0.6], [0.7, 0.7], [0.05, 0.0]]
TRUTH = [[1, 0], [0, 1], [1, 0], [0, 0]]
BOTH = scored(PROBABILITIES, TRUTH, documents=[5, 5, 7, 7])
AT = thresholds((0.1, 0.75), (0.15, 0.65))


def test_average_precision_is_the_mean_of_the_precision_at_each_right_one() -> None:
    figures = measure(BOTH, AT)
    assert figures.per_label["a"].average_precision == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert figures.per_label["b"].average_precision == pytest.approx(1 / 2)
    assert figures.macro_ap == pytest.approx((5 / 6 + 1 / 2) / 2)
    # All pairs in one ranking: 0.9 right, 0.8 wrong, 0.7 right and 0.7 wrong together, 0.6 right, …
    assert figures.micro_ap == pytest.approx((1 + 2 / 4 + 3 / 5) / 3)


def test_precision_at_a_recall_is_the_best_whose_recall_is_at_least_that() -> None:
    # Of five right ones 80 % are four, after five passages; all five come after six: 4/5 < 5/6.
    truth = np.array([1, 1, 1, 0, 1, 1, 0], bool)
    chances = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    assert best_precision(truth, chances, 0.8) == pytest.approx(5 / 6)
    assert best_precision(truth, chances, 0.6) == 1.0
    figures = measure(BOTH, AT)
    assert figures.p_at_80r == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert figures.p_at_90r == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_any_risk_ranks_passages_by_their_largest_probability() -> None:
    # 0.9 right, 0.8 right, 0.7 right, 0.05 wrong.
    assert measure(BOTH, AT).any_risk_ap == 1.0
    other = scored([[0.9, 0.1], [0.2, 0.3], [0.1, 0.0]], [[0, 0], [1, 0], [0, 0]])
    assert measure(other, AT).any_risk_ap == pytest.approx(1 / 2)


def test_at_the_thresholds_pairs_are_said_unsure_or_neither() -> None:
    figures = measure(BOTH, AT)
    # Label a says 0.9 (right) and 0.8 (wrong) and doubts 0.7; label b says 0.7 (wrong), doubts 0.6 and 0.2.
    assert (figures.precision_at_threshold, figures.recall_at_threshold) == (1 / 3, 1 / 3)
    assert figures.abstained == 3 / 4  # passages 1, 2 and 3
    assert figures.abstained_pairs == 3 / 8
    assert (figures.unsure_precision, figures.unsure_recall) == (2 / 3, 2 / 3)  # right are 0.7 of a, 0.6 of b
    first, second = figures.per_label["a"], figures.per_label["b"]
    assert (first.examples, first.said, first.precision, first.recall, first.unsure) == (2, 2, 0.5, 0.5, 1)
    assert (second.examples, second.said, second.precision, second.recall, second.unsure) == (
        1,
        1,
        0.0,
        0.0,
        2,
    )
    # No label has the ten examples that a mean of labels asks for.
    assert (figures.precision_at_threshold_macro, figures.recall_at_threshold_macro) == (0.0, 0.0)


def test_macro_figures_are_of_labels_with_ten_examples_and_precision_of_those_that_speak() -> None:
    # Label a has ten examples and finds nine, with one wrong; b has ten and never speaks; c has two.
    truth = [[1, 1, 0]] * 10 + [[0, 0, 1]] * 2
    chances = [[0.9, 0.2, 0.9]] * 9 + [[0.1, 0.2, 0.9]] + [[0.9, 0.2, 0.1], [0.1, 0.2, 0.1]]
    figures = measure(scored(chances, truth), thresholds((0.5, 0.5), (0.5, 2.0), (0.5, 0.5)))
    assert figures.precision_at_threshold_macro == 9 / 10
    assert figures.recall_at_threshold_macro == (9 / 10 + 0) / 2
    assert figures.precision_at_threshold == 9 / (10 + 10)
    assert figures.recall_at_threshold == 9 / (10 + 10 + 2)


def test_probability_of_exactly_a_threshold_reaches_it() -> None:
    figures = measure(scored([[0.5], [0.3]], [[1], [0]]), thresholds((0.3, 0.5)))
    assert (figures.per_label["a"].said, figures.per_label["a"].unsure) == (1, 1)


def test_brier_is_the_mean_squared_difference() -> None:
    squares = [0.1**2, 0.2**2, 0.8**2, 0.4**2, 0.3**2, 0.7**2, 0.05**2, 0.0]
    assert measure(BOTH, AT).brier == pytest.approx(sum(squares) / 8)


def test_calibration_error_weighs_the_gap_of_each_bin_by_its_pairs() -> None:
    # Bin 0.2 to 0.3: mean 0.25, none of two true. Bin 0.9 to 1: mean 0.95, one of two true.
    truth, chances = np.array([0, 0, 1, 0], bool), np.array([0.24, 0.26, 0.9, 1.0])
    assert calibration_error(truth, chances) == pytest.approx((2 * 0.25 + 2 * 0.45) / 4)


def test_calibration_is_measured_where_it_is_not_obvious() -> None:
    easy = [[0.1], [0.05], [0.0], [0.0]]
    figures = measure(scored([[0.6], *easy], [[0], [0], [0], [0], [0]]), thresholds((0.5, 0.5)))
    assert figures.ece == pytest.approx(0.6)
    assert figures.ece_all == pytest.approx((0.6 + 0.1 + 0.05) / 5)


def test_labels_that_nobody_carries_leave_the_means_out() -> None:
    figures = measure(scored([[0.9, 0.9], [0.1, 0.1]], [[1, 0], [0, 0]]), AT)
    assert (figures.labels, figures.labels_with_examples) == (2, 1)
    assert figures.macro_ap == figures.p_at_80r == 1.0
    assert figures.per_label["b"].average_precision == 0.0


def test_pairs_that_nobody_looked_for_count_nowhere() -> None:
    judged = [[1, 1], [0, 1], [1, 1], [1, 1]]
    figures = measure(scored(PROBABILITIES, TRUTH, judged=judged), AT)
    assert figures.per_label["a"].average_precision == 1.0
    assert figures.precision_at_threshold == 1 / 2
    assert figures.abstained_pairs == 3 / 7


def test_rules_are_measured_on_the_same_passages() -> None:
    rules = np.array([[0.5, 0.0], [0.4, 0.9], [0.0, 0.0], [0.0, 0.3]])
    figures = measure(BOTH, AT, rules)
    first, second = figures.per_label["a"], figures.per_label["b"]
    assert (first.rule_precision, first.rule_recall) == (1 / 2, 1 / 2)
    assert (second.rule_precision, second.rule_recall) == (1 / 2, 1.0)
    assert (figures.rule_precision, figures.rule_recall) == (2 / 4, 2 / 3)
    # Label a: 0.5 right, 0.4 wrong, then a tie of two at 0 that holds the other right one.
    assert figures.rule_macro_ap == pytest.approx(((1 + 2 / 4) / 2 + 1) / 2)


def test_nothing_at_all_is_measured_as_zeros() -> None:
    empty = scored([[0.0]], [[0]])
    nothing = Scored(
        (), np.zeros((0, 0)), np.zeros((0, 0), bool), np.zeros(0, np.int64), np.zeros((0, 0), bool)
    )
    for figures in (measure(empty, thresholds((0.5, 0.5))), measure(nothing, thresholds())):
        assert figures.macro_ap == figures.micro_ap == figures.brier == figures.ece == 0.0
    assert intervals(nothing, thresholds(), seed=1, samples=3)["macro_ap"].high == 0.0


def test_intervals_are_those_of_documents_drawn_again() -> None:
    # One document is ranked perfectly, the other the wrong way round: a draw has one, both or the other.
    chances, truth = [[0.9], [0.1], [0.2], [0.8]], [[1], [0], [1], [0]]
    mixed = scored(chances, truth, documents=[0, 0, 1, 1])
    found = intervals(mixed, thresholds((0.5, 0.5)), seed=3, samples=400)
    assert (found["macro_ap"].low, found["macro_ap"].high) == (0.5, 1.0)
    assert (found["precision_at_threshold"].low, found["precision_at_threshold"].high) == (0.0, 1.0)
    assert found == intervals(mixed, thresholds((0.5, 0.5)), seed=3, samples=400)
    assert found != intervals(mixed, thresholds((0.5, 0.5)), seed=4, samples=3)


def test_documents_that_are_all_alike_leave_no_doubt() -> None:
    alike = scored([[0.9], [0.1]] * 6, [[1], [0]] * 6, documents=[n // 2 for n in range(12)])
    for each in intervals(alike, thresholds((0.5, 0.5)), seed=0, samples=50).values():
        assert (each.low, each.high) == (1.0, 1.0)


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 0.4, 0.4001, 0.9]), st.booleans()), min_size=1, max_size=40
    ),
    st.integers(0, 1000),
)
def test_a_draw_is_measured_as_scikit_learn_measures_it(pairs: list[tuple[float, bool]], seed: int) -> None:
    chances, truth = (np.array(column) for column in zip(*pairs, strict=True))
    one = scored([[chance] for chance in chances], [[int(each)] for each in truth])
    [drawn] = {each.low for each in [intervals(one, thresholds((0.5, 0.5)), seed, samples=1)["macro_ap"]]}
    places = np.random.default_rng(seed).integers(0, len(truth), len(truth))
    picked = truth[places]
    expected = average_precision_score(picked, chances[places]) if picked.any() else 0.0
    assert drawn == pytest.approx(expected)
    assert macro_ap(one) == pytest.approx(average_precision(truth, chances))
