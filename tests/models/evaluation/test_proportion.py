"""The interval of a share, against figures of the formula done longhand."""

import pytest

from models.evaluation.proportion import wilson


def test_eight_of_ten() -> None:
    # z² = 3.841459; (0.8 + 3.841459 / 20 ∓ 1.959964 · √(0.16 / 10 + 3.841459 / 400)) / (1 + 0.3841459)
    assert wilson(8, 10) == (pytest.approx(0.49016, abs=1e-5), pytest.approx(0.94331, abs=1e-5))


def test_all_none_and_nothing() -> None:
    assert wilson(10, 10) == (pytest.approx(0.72246, abs=1e-5), 1.0)
    assert wilson(0, 10) == (0.0, pytest.approx(0.27754, abs=1e-5))
    assert wilson(0, 0) == (0.0, 1.0)
