"""Drift: nothing where nothing changed, whatever the size of the window, else a distance."""

import numpy as np
import pytest

from models.evaluation.drift import Shift, binned, deciles, direction_shift, shifts


def test_bins_hold_equally_many_and_equal_values_share_one() -> None:
    rows = deciles(np.arange(100.0))
    assert rows.shape == (100, 10)
    assert rows.sum(axis=0).tolist() == [10.0] * 10
    assert deciles(np.zeros(5)).sum(axis=0).tolist() == [5.0, 0.0]
    assert binned(np.array([0.0, 0.05, 0.1, 0.2]), np.array([0.0, 0.1])).argmax(axis=1).tolist() == [
        0,
        1,
        1,
        2,
    ]


def test_the_distance_is_the_index_beyond_its_mean_over_the_draws() -> None:
    """Longhand: 3 of 4 new and 1 of 6 old documents, half a count added to each bin."""
    has = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0])
    rows = np.stack([1 - has, has], axis=1).astype(np.float64)
    new, old = 3.5 / 5, 1.5 / 7
    index = (new - old) * np.log(new / old) + ((1 - new) - (1 - old)) * np.log((1 - new) / (1 - old))
    found = shifts({"has": rows}, 4)["has"]
    # Of the 210 windows of 4, 24 + 1 have 3 or 4 of the 4, and 15 have none, which is farther still.
    assert found.chance == pytest.approx(40 / 210, abs=0.03)
    assert 0 < found.distance < index


def test_without_drift_the_index_is_expected_to_be_bins_less_one_times_both_inverses() -> None:
    """B. Yurdakul's approximation, which the mean over the draws replaces, holds for large samples."""
    values = np.random.default_rng(1).normal(size=2000)
    rows = deciles(values)
    found = shifts({"x": rows}, 500)["x"]
    new, old = (rows[:500].sum(axis=0) + 0.5) / 505, (rows[500:].sum(axis=0) + 0.5) / 1505
    index = float(np.sum((new - old) * np.log(new / old)))
    expected = 9 * (1 / 500 + 1 / 1500)
    assert index - found.distance == pytest.approx(expected, rel=0.1) or found.distance == 0


@pytest.mark.parametrize("window", [10, 40, 300])
def test_of_windows_without_drift_few_look_unlikely(window: int) -> None:
    random = np.random.default_rng(3)
    chances = []
    for seed in range(100):
        values = random.gamma(2, size=window + 300)
        chances.append(shifts({"x": deciles(values)}, window, seed, 499)["x"].chance)
    assert sum(chance <= 0.05 for chance in chances) <= 11
    assert sum(chance <= 0.5 for chance in chances) >= 35


def test_a_changed_window_is_far_and_unlikely() -> None:
    random = np.random.default_rng(4)
    values = np.concatenate([random.normal(1.5, size=30), random.normal(0, size=300)])
    found = shifts({"x": deciles(values)}, 30)["x"]
    assert found.distance > 0.5
    assert found.chance == 1 / 2000


def test_directions_are_compared_by_the_cosine_of_their_means() -> None:
    random = np.random.default_rng(5)
    base, other = np.eye(8)[0] * 2, np.eye(8)[1] * 2
    same = random.normal(size=(120, 8)) * 0.5 + base
    moved = np.concatenate([random.normal(size=(20, 8)) * 0.5 + other, same])
    cosine, shift = direction_shift(same.astype(np.float32), 20)
    assert cosine > 0.95
    assert shift.chance > 0.01
    cosine, shift = direction_shift(moved.astype(np.float32), 20)
    assert cosine < 0.2
    assert shift == Shift(pytest.approx(0.95, abs=0.2), 1 / 2000)


def test_one_document_beside_one_is_no_trouble() -> None:
    assert shifts({"x": np.eye(2)}, 1)["x"] == Shift(0.0, 1.0)
