"""Where a model speaks and where it abstains."""

import numpy as np
import pytest

from models.classifier.thresholds import LOWEST_UNSURE, NEVER, Thresholds, choose, shrunken


def chosen(pairs: list[tuple[float, int]], precision: float = 0.8, examples: int | None = None) -> Thresholds:
    """Thresholds for (probability, truth) pairs, given in any order."""
    count = sum(right for _, right in pairs) if examples is None else examples
    probabilities = np.array([chance for chance, _ in pairs], np.float32)
    found = choose(probabilities, np.array([right for _, right in pairs], bool), precision, count)
    return Thresholds(round(found.low, 6), round(found.high, 6))


def drawn(right: int, said: int, expected: float) -> float:
    return float(shrunken(np.array([right]), np.array([said]), np.array([expected]))[0])


def test_a_precision_is_drawn_towards_what_was_expected_the_less_the_more_is_known() -> None:
    assert drawn(5, 10, 0.9) == pytest.approx((5 + 36) / 50)
    assert drawn(500, 1000, 0.9) == pytest.approx((500 + 36) / 1040)
    assert drawn(0, 0, 0.7) == pytest.approx(0.7)


def test_high_is_the_lowest_probability_that_is_precise_enough() -> None:
    assert chosen([(0.9, 1)] * 17 + [(0.8, 1), (0.7, 0), (0.6, 1)]).high == 0.6
    # With 0.8 it is (17 + 40 * 0.894) / 58 = 0.91; with all, (17 + 40 * 0.75) / 80 = 0.59.
    pairs = [(0.9, 1)] * 17 + [(0.8, 0)] + [(0.6, 0)] * 22
    assert drawn(17, 40, (17 * 0.9 + 0.8 + 22 * 0.6) / 40) < 0.8
    assert chosen(pairs).high == 0.8


def test_fewer_than_ten_claims_are_no_ground_for_a_threshold() -> None:
    assert chosen([(0.9, 1)] * 10).high == 0.9
    assert chosen([(0.9, 1)] * 9).high == NEVER


def test_what_was_wrong_more_often_than_expected_is_not_said() -> None:
    # (12 + 36) / 60 is 0.8, (11 + 36) / 60 is less.
    assert chosen([(0.9, 1)] * 13 + [(0.9, 0)] * 7).high == 0.9
    assert chosen([(0.9, 1)] * 11 + [(0.9, 0)] * 9).high == NEVER


def test_a_higher_precision_asks_for_a_higher_probability() -> None:
    pairs = [(0.99, 1)] * 40 + [(0.9, 1)] * 10 + [(0.9, 0)] * 2 + [(0.7, 1)] * 10 + [(0.7, 0)] * 6
    assert [chosen(pairs, precision).high for precision in (0.8, 0.9, 0.97, 0.997)] == [0.7, 0.9, 0.99, NEVER]


def test_what_is_never_precise_is_never_said_but_a_person_may_look() -> None:
    found = chosen([(0.9, 0), (0.8, 1), (0.6, 0), (0.4, 1)])
    assert found == Thresholds(0.4, NEVER)


def test_without_any_pair_the_model_never_speaks_nor_doubts() -> None:
    assert chosen([], examples=30) == Thresholds(NEVER, NEVER)


def test_equal_probabilities_are_on_the_same_side() -> None:
    # With the right ones of the tie alone it would be precise enough; with all of it, it is not.
    pairs = [(0.9, 1)] * 6 + [(0.8, 1)] * 6 + [(0.8, 0)] * 12
    assert drawn(12, 12, 0.85) > 0.8 > drawn(12, 24, 0.825)
    assert chosen(pairs).high == NEVER


def test_the_order_of_the_pairs_does_not_matter() -> None:
    pairs = [(0.9, 1)] * 12 + [(0.8, 0), (0.7, 1), (0.6, 0), (0.3, 1)]
    assert chosen(pairs) == chosen(pairs[::-1])


def test_what_is_rather_not_than_is_is_no_claim() -> None:
    # Forty sure ones could bear five wrong ones at 0.02.
    pairs = [(0.95, 1)] * 40 + [(0.02, 0)] * 5
    assert drawn(40, 45, (40 * 0.95 + 5 * 0.02) / 45) > 0.8
    assert chosen(pairs) == Thresholds(0.95, 0.95)


def test_low_tells_a_tenth_of_the_examples_no() -> None:
    # Ten examples from 0.95 down to 0.5: the ninth has 0.55.
    pairs = [(0.95 - 0.05 * number, 1) for number in range(10)] + [(0.3, 0)] * 5
    assert chosen(pairs, 0.99) == Thresholds(0.55, NEVER)


def test_examples_that_have_no_probability_worth_keeping_count_as_missed() -> None:
    # Of twelve examples eleven are asked for, but ten are there: as many as there are.
    pairs = [(0.9, 1)] * 9 + [(0.4, 1), (0.3, 0)]
    assert chosen(pairs, 0.99, examples=12) == Thresholds(0.3, NEVER)


def test_low_is_neither_below_a_floor_nor_above_high() -> None:
    assert chosen([(0.9, 1)] * 5 + [(0.05, 1)] * 5, 0.99).low == LOWEST_UNSURE
    assert chosen([(0.9, 1)] * 30 + [(0.6, 1)] * 30) == Thresholds(0.6, 0.6)
    assert chosen([(0.9, 1)] * 30 + [(0.6, 1)] * 3) == Thresholds(0.6, 0.6)
