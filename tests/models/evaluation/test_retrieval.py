from math import log2

import pytest

from models.errors import EvaluationError
from models.evaluation.retrieval import METRICS, measure, measure_queries, paired_bootstrap

QRELS = {"q": {"a": 3, "b": 0, "c": 1, "d": 2}}
RUN = {"q": {"b": 0.9, "a": 0.8, "x": 0.7, "c": 0.6, "d": 0.5}}


def test_each_metric_agrees_with_the_formula_written_out() -> None:
    found = measure(QRELS, RUN)
    gained = 3 / log2(3) + 1 / log2(5) + 2 / log2(6)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert found["ndcg@5"] == pytest.approx(gained / ideal)
    assert found["ndcg@10"] == pytest.approx(gained / ideal)
    assert found["p@5"] == pytest.approx(3 / 5)
    assert found["p@10"] == pytest.approx(3 / 10)
    assert found["map"] == pytest.approx((1 / 2 + 2 / 4 + 3 / 5) / 3)
    assert found["mrr"] == pytest.approx(1 / 2)
    assert found["recall@100"] == pytest.approx(1.0)


def test_a_hit_beyond_the_fifth_rank_counts_for_ten_and_not_for_five() -> None:
    run = {"q": {document: -float(rank) for rank, document in enumerate("vwxyza")}}
    found = measure({"q": {"a": 1}}, run)
    assert found["ndcg@5"] == 0.0
    assert found["ndcg@10"] == pytest.approx(1 / log2(7))
    assert found["mrr"] == pytest.approx(1 / 6)


def test_a_judged_query_without_an_answer_counts_as_zero() -> None:
    found = measure({"q": {"a": 1}, "r": {"a": 1}}, {"q": {"a": 1.0}})
    assert found == dict.fromkeys(METRICS, 0.5) | {"p@5": 0.1, "p@10": 0.05}


def test_a_query_that_nobody_judged_is_left_out() -> None:
    assert list(measure_queries({"q": {"a": 1}}, {"q": {"a": 1.0}, "r": {"a": 1.0}})) == ["q"]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_equal_scores_rank_by_id_whatever_order_they_come_in(order: str) -> None:
    assert measure({"q": {"a": 1}}, {"q": dict.fromkeys(order, 0.5)})["mrr"] == 1.0
    assert measure({"q": {"b": 1}}, {"q": dict.fromkeys(order, 0.5)})["mrr"] == 0.5


def test_scores_that_differ_in_the_tenth_digit_are_no_tie() -> None:
    assert measure({"q": {"b": 1}}, {"q": {"a": 0.5, "b": 0.5 + 1e-10}})["mrr"] == 1.0


def test_no_judgements_give_zeros() -> None:
    assert measure({}, {}) == dict.fromkeys(METRICS, 0.0)


def test_a_constant_gain_has_an_interval_of_no_width() -> None:
    found = paired_bootstrap({"q": 0.25, "r": 0.5}, {"q": 0.5, "r": 0.75}, seed=1)
    assert (found.difference, found.low, found.high) == (0.25, 0.25, 0.25)


def test_the_interval_is_that_of_the_resampled_means_and_repeats_with_its_seed() -> None:
    first = {str(number): 0.0 for number in range(100)}
    second = {str(number): float(number % 2) for number in range(100)}
    found = paired_bootstrap(first, second, seed=7)
    assert found == paired_bootstrap(first, second, seed=7)
    assert found.difference == 0.5
    # The standard error of the mean is sqrt(0.25 / 100) = 0.05.
    assert found.low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.011)
    assert found.high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.011)


@pytest.mark.parametrize(("first", "second"), [({}, {}), ({"q": 1.0}, {"r": 1.0})])
def test_systems_with_different_queries_cannot_be_compared(
    first: dict[str, float], second: dict[str, float]
) -> None:
    with pytest.raises(EvaluationError, match="same queries"):
        paired_bootstrap(first, second, seed=0)
