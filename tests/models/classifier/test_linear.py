"""Linear models, one for each label."""

import numpy as np
import pytest
from scipy import sparse

from models.classifier.linear import KEPT_WEIGHTS, Linear, fit

# Column 0 tells label a, column 1 label b; the last column tells nothing.
FEATURES = sparse.csr_matrix(np.array([[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1]] * 10, np.float32))
TRUTH = np.array([[1, 0], [0, 1], [0, 0], [1, 1]] * 10, bool)


def test_margins_are_products_with_the_weights_and_the_bias() -> None:
    linear = Linear(np.array([[1, 2], [0, -1], [0.5, 0]], np.float32), np.array([0.25, -1], np.float32))
    assert linear.margins(FEATURES[:2]).tolist() == [[1.75, 1.0], [0.75, -2.0]]


def test_each_label_is_told_by_its_own_feature() -> None:
    margins = fit(FEATURES, TRUTH, None, seed=1).margins(FEATURES)
    assert ((margins > 0) == TRUTH).all()


def test_a_label_that_all_or_none_carry_is_told_nobody() -> None:
    truth = np.stack([TRUTH[:, 0], np.ones(40, bool), np.zeros(40, bool)], 1)
    linear = fit(FEATURES, truth, None, seed=1)
    assert linear.margins(FEATURES)[:, 1:].tolist() == [[-1.0, -1.0]] * 40


def test_what_nobody_judged_is_not_learned_from() -> None:
    wrong = TRUTH.copy()
    wrong[20:, 0] = ~wrong[20:, 0]
    judged = np.ones_like(TRUTH)
    judged[20:, 0] = False
    found = fit(FEATURES, wrong, judged, seed=1)
    known = fit(FEATURES[:20], TRUTH[:20], None, seed=1)
    assert found.weights[:, 0].tolist() == known.weights[:, 0].tolist()
    assert found.bias[0] == pytest.approx(known.bias[0])


def test_the_largest_five_thousand_weights_are_kept_in_half_precision() -> None:
    random = np.random.default_rng(1)
    features = sparse.csr_matrix(random.random((30, KEPT_WEIGHTS + 500), np.float32))
    truth = (np.arange(30) % 2 == 0)[:, np.newaxis]
    weights = fit(features, truth, None, seed=1).weights[:, 0]
    assert np.count_nonzero(weights) == KEPT_WEIGHTS
    assert (weights == weights.astype(np.float16).astype(np.float32)).all()
