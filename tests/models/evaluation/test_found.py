"""How much is missed: the interval covers the truth, and few checks give a wide one."""

import numpy as np
import pytest

from models.evaluation.found import Recall, Silent, recall


def test_the_share_is_right_claims_over_right_claims_and_missed_labels() -> None:
    found = recall(1000, 40, 50, [Silent(5000, 100, 2, 3), Silent(400, 20, 5, 5)])
    assert found is not None
    # 800 right claims; 5000 x 3 / 100 and 400 x 5 / 20 labels are missed.
    assert found.value == pytest.approx(800 / (800 + 150 + 100))
    assert (found.checked, found.missed) == (120, 8)
    assert found.low < found.value < found.high


def test_without_a_sample_nothing_is_claimed_to_be_known() -> None:
    assert recall(1000, 0, 0, [Silent(5000, 100, 2, 2)]) is None
    assert recall(0, 0, 0, [Silent(5000, 100, 2, 2)]) is None
    assert recall(1000, 40, 50, [Silent(5000, 100, 2, 2), Silent(400, 0, 0, 0)]) is None
    assert recall(1000, 40, 50, [Silent(5000, 100, 2, 2), Silent(0, 0, 0, 0)]) is not None


def test_five_checks_without_a_find_leave_nearly_everything_possible() -> None:
    few = recall(1000, 5, 5, [Silent(9000, 5, 0, 0)])
    many = recall(1000, 200, 200, [Silent(9000, 1000, 0, 0)])
    assert few is not None
    assert many is not None
    assert (few.value, few.high, many.value, many.high) == (1.0, 1.0, 1.0, 1.0)
    # At most 1 - 0.025 ** (1 / 5) = 52 % of 9,000 passages miss one: 1000 / (1000 + 4700).
    assert 0.13 < few.low < 0.2
    assert 0.95 < many.low < 0.99


def test_nothing_right_or_all_missed_is_within_bounds() -> None:
    assert recall(10, 0, 10, [Silent(50, 10, 10, 12)]) == Recall(
        0.0, 0.0, pytest.approx(0.0, abs=0.2), 10, 12
    )


@pytest.mark.parametrize(
    ("precision", "shares", "checks", "judged"),
    [
        (0.85, (0.01, 0.2), (60, 60), 60),
        (0.95, (0.002, 0.1), (100, 30), 100),
        (0.6, (0.03, 0.4), (15, 15), 20),
        (0.9, (0.0005, 0.02), (40, 40), 40),
    ],
)
def test_the_interval_covers_the_truth_in_95_of_100_samples(
    precision: float, shares: tuple[float, float], checks: tuple[int, int], judged: int
) -> None:
    """Simulated: 400 times samples are drawn of which the truth is known."""
    claims, passages = 6000, (20_000, 4000)
    right = claims * precision
    lost = sum(number * share for number, share in zip(passages, shares, strict=True))
    truth = right / (right + lost)
    random = np.random.default_rng(7)
    covered = 0
    for _ in range(400):
        silent = []
        for number, share, checked in zip(passages, shares, checks, strict=True):
            missing = int(random.binomial(checked, share))
            silent.append(Silent(number, checked, missing, missing))
        found = recall(claims, int(random.binomial(judged, precision)), judged, silent)
        assert found is not None
        covered += found.low <= truth <= found.high
    assert covered >= 380
