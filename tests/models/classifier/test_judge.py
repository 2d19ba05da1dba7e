"""Trees over described pairs, their calibration, and what is said where they cannot be loaded."""

import builtins
import math
from typing import Any

import numpy as np
import pytest

from models.classifier.features import FEATURES
from models.classifier.file import read_classifier
from models.classifier.judge import Calibration, Judge, fit_calibration, fit_judge
from models.classifier.model import LearnedClassifier
from models.classifier.pairs import Pairs
from models.errors import ClassifierError


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Trees that learned to look at the first feature alone."""
    features = np.random.default_rng(1).random((600, len(FEATURES)), np.float32)
    return fit_judge(features, features[:, 0] > 0.5, seed=1)


def test_candidates_have_the_log_odds_of_the_trees_and_others_keep_their_own(judge: Judge) -> None:
    base = np.array([[-4, 1], [2, -5]], np.float32)
    candidate = np.array([[False, True], [True, False]])
    features = np.full((2, len(FEATURES)), 0.5, np.float32)
    features[:, 0] = [0.1, 0.9]
    found = judge.log_odds(Pairs(base, candidate, features))
    assert (found[0, 0], found[1, 1]) == (-4, -5)
    assert found[0, 1] < -1
    assert found[1, 0] > 1
    assert base[0, 1] == 1


def test_log_odds_are_the_mean_of_the_boosters(judge: Judge) -> None:
    features = np.random.default_rng(2).random((5, len(FEATURES)), np.float32)
    pairs = Pairs(np.zeros((5, 1), np.float32), np.ones((5, 1), bool), features)
    first, second = (Judge((each,), pairs.features.shape[1]).log_odds(pairs) for each in judge.trees)
    assert first.tolist() != second.tolist()
    assert judge.log_odds(pairs) == pytest.approx((first + second) / 2)


def test_without_candidates_everything_keeps_its_own_log_odds(judge: Judge) -> None:
    base = np.array([[-4, -3]], np.float32)
    nothing = Pairs(base, np.zeros((1, 2), bool), np.zeros((0, len(FEATURES)), np.float32))
    assert judge.log_odds(nothing).tolist() == base.tolist()


def test_equal_seeds_give_equal_trees_and_others_other_ones(judge: Judge) -> None:
    features = np.random.default_rng(1).random((600, len(FEATURES)), np.float32)
    truth = features[:, 0] > 0.5
    assert fit_judge(features, truth, seed=1).trees == judge.trees
    assert fit_judge(features, truth, seed=9).trees != judge.trees


def test_a_calibration_is_a_logistic_curve() -> None:
    found = Calibration(2.0, -1.0).probabilities(np.array([[0, 0.5], [2, -2]], np.float32))
    expected = [[1 / (1 + math.e), 0.5], [1 / (1 + math.exp(-3)), 1 / (1 + math.exp(5))]]
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array(expected))


def test_a_fitted_calibration_gives_the_share_that_was_right() -> None:
    log_odds = np.array([[3.0]] * 400 + [[-3.0]] * 400, np.float32)
    truth = np.array([[row % 4 != 0] for row in range(400)] + [[row % 4 == 0] for row in range(400)])
    found = fit_calibration(log_odds, truth).probabilities(log_odds)
    assert found[[0, 400], 0] == pytest.approx([0.75, 0.25], abs=0.001)


@pytest.mark.parametrize(
    "trouble",
    [OSError("libgomp.so.1: cannot open shared object file"), ImportError("No module named 'lightgbm'")],
)
def test_where_lightgbm_cannot_be_loaded_the_error_says_what_to_install(
    trouble: Exception, content: bytes, classifier: LearnedClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "lightgbm":
            raise trouble
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ClassifierError) as caught:
        read_classifier(content, "mine.npz")
    assert caught.value.what.startswith("mine.npz (SHA-256 ")
    assert f"LightGBM cannot be loaded ({trouble})" in caught.value.what
    assert "apt-get install libgomp1" in caught.value.remedy
    assert str(caught.value) == f"{caught.value.what} {caught.value.remedy}"
    with pytest.raises(ClassifierError, match="apt-get install libgomp1"):
        fit_judge(np.zeros((2, len(FEATURES)), np.float32), np.array([True, False]), seed=1)
