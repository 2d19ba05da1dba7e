"""Features on one scale, the numbers written out."""

import numpy as np
import pytest

from models.ranker.scale import scaled

NAN = np.nan


def test_features_have_mean_nought_and_deviation_one() -> None:
    # Mean 2, deviation sqrt(2 / 3); mean 20, deviation 10.
    found = scaled(np.array([[3.0, 10.0], [1.0, 30.0], [2.0, 20.0]]))
    assert found[:, 0] == pytest.approx([1.224745, -1.224745, 0.0], abs=1e-6)
    assert found[:, 1] == pytest.approx([-1.224745, 1.224745, 0.0], abs=1e-6)


def test_what_is_missing_neither_gains_nor_loses() -> None:
    assert scaled(np.array([[4.0], [NAN], [2.0]]))[:, 0].tolist() == [1.0, 0.0, -1.0]


@pytest.mark.parametrize("column", [[7.0, 7.0, 7.0], [NAN, NAN, NAN], [0.1 + 0.2, 0.3, 0.3]])
def test_what_is_the_same_everywhere_says_nothing(column: list[float]) -> None:
    assert scaled(np.array(column)[:, None])[:, 0].tolist() == [0.0, 0.0, 0.0]


def test_one_candidate_alone_is_on_the_scale_too() -> None:
    assert scaled(np.array([[3.0, NAN]])).tolist() == [[0.0, 0.0]]


def test_a_scale_does_not_matter() -> None:
    values = np.random.default_rng(1).normal(size=(20, 3))
    assert scaled(values * [1, 1000, 0.001] + [5, -3, 0]) == pytest.approx(scaled(values))
