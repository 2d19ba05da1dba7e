"""Differences of ratios of sums, with intervals."""

import pytest

from models.errors import EvaluationError
from models.evaluation.ratios import compare_ratios, ratio


def test_a_ratio_is_that_of_the_sums_and_not_the_mean_of_ratios() -> None:
    assert ratio({"a": (1, 2), "b": (3, 10)}) == 4 / 12
    assert ratio({"a": (0, 0)}) == 0.0


def test_what_is_better_in_each_document_is_surely_better() -> None:
    before = {str(number): (number % 3, 5.0) for number in range(40)}
    after = {name: (above + 1, below) for name, (above, below) in before.items()}
    found = compare_ratios(before, after, seed=0)
    assert found.difference == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.2), pytest.approx(0.2))


def test_a_gain_in_one_document_alone_may_be_luck_and_the_same_seed_says_the_same() -> None:
    before = {str(number): (1.0, 2.0) for number in range(20)}
    after = before | {"7": (2.0, 2.0)}
    found = compare_ratios(before, after, seed=3)
    assert found.difference == pytest.approx(0.025)
    assert found.low == 0.0
    assert 0.05 <= found.high <= 0.1
    assert compare_ratios(before, after, seed=3) == found


def test_a_mean_over_queries_is_compared_as_the_mean() -> None:
    found = compare_ratios({"a": (0.2, 1), "b": (0.4, 1)}, {"a": (0.4, 1), "b": (0.4, 1)}, seed=0)
    assert found.difference == pytest.approx(0.1)
    assert (found.low, found.high) == (pytest.approx(0.0), pytest.approx(0.2))


def test_other_documents_cannot_be_compared() -> None:
    with pytest.raises(EvaluationError, match="same documents or queries"):
        compare_ratios({"a": (1, 2)}, {"b": (1, 2)}, seed=0)
