"""Where a model speaks and where it abstains."""

import math

import numpy as np
import pytest

from models.classifier.thresholds import CONFIDENCE, LOWEST_UNSURE, NEVER, Thresholds, choose, wilson_lower


def chosen(pairs: list[tuple[float, int]], precision: float = 0.8, examples: int | None = None) -> Thresholds:
    """Thresholds for (probability, truth) pairs, given in any order."""
    count = sum(right for _, right in pairs) if examples is None else examples
    probabilities = np.array([chance for chance, _ in pairs], np.float32)
    found = choose(probabilities, np.array([right for _, right in pairs], bool), precision, count)
    return Thresholds(round(found.low, 6), round(found.high, 6))


def lower(right: int, said: int, z: float) -> float:
    return float(wilson_lower(np.array([right]), np.array([said]), z)[0])


def test_the_lower_bound_is_that_of_wilson() -> None:
    # 8 of 10 at 95 %: 0.490 to 0.943 in the textbooks.
    assert lower(8, 10, 1.96) == pytest.approx(0.4902, abs=5e-5)
    z = CONFIDENCE
    longhand = (0.8 + z * z / 20 - z * math.sqrt(0.8 * 0.2 / 10 + z * z / 400)) / (1 + z * z / 10)
    assert lower(8, 10, z) == pytest.approx(longhand)
    assert lower(10, 10, z) == pytest.approx(10 / (10 + z * z))
    assert lower(0, 10, z) == pytest.approx(0)


def test_high_is_the_lowest_probability_that_is_precise_enough() -> None:
    # Where all are right seven are needed: 7 / (7 + 1.28²) = 0.81.
    assert chosen([(0.9, 1)] * 7).high == 0.9
    assert chosen([(0.9, 1)] * 6).high == NEVER
    assert lower(19, 20, CONFIDENCE) > 0.8
    assert chosen([(0.9, 1)] * 17 + [(0.8, 1), (0.7, 0), (0.6, 1)]).high == 0.6
    assert lower(17, 18, CONFIDENCE) > 0.8 > lower(17, 19, CONFIDENCE)
    assert chosen([(0.9, 1)] * 17 + [(0.8, 0), (0.7, 0), (0.6, 0)]).high == 0.8


def test_a_higher_precision_asks_for_a_higher_probability() -> None:
    pairs = [(0.99, 1)] * 40 + [(0.9, 1)] * 10 + [(0.9, 0)] * 2 + [(0.7, 1)] * 10 + [(0.7, 0)] * 6
    assert [chosen(pairs, precision).high for precision in (0.8, 0.9, 0.95, 0.97)] == [0.7, 0.9, 0.99, NEVER]


def test_what_is_never_precise_is_never_said_but_a_person_may_look() -> None:
    found = chosen([(0.9, 0), (0.8, 1), (0.6, 0), (0.4, 1)])
    assert found == Thresholds(0.4, NEVER)


def test_without_any_pair_the_model_never_speaks_nor_doubts() -> None:
    assert chosen([], examples=30) == Thresholds(NEVER, NEVER)


def test_equal_probabilities_are_on_the_same_side() -> None:
    # With the right ones of the tie alone the bound would be reached; with all of it, it is not.
    pairs = [(0.9, 1)] * 6 + [(0.8, 1)] * 6 + [(0.8, 0)] * 6
    assert lower(12, 12, CONFIDENCE) > 0.8 > lower(12, 18, CONFIDENCE)
    assert chosen(pairs).high == NEVER


def test_the_order_of_the_pairs_does_not_matter() -> None:
    pairs = [(0.9, 1)] * 12 + [(0.8, 0), (0.7, 1), (0.6, 0), (0.3, 1)]
    assert chosen(pairs) == chosen(pairs[::-1])


def test_what_is_rather_not_than_is_is_no_claim() -> None:
    # Forty sure ones could bear five wrong ones at 0.02.
    pairs = [(0.95, 1)] * 40 + [(0.02, 0)] * 5
    assert lower(40, 45, CONFIDENCE) > 0.8
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
