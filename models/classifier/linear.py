"""Linear support vector machines, one for each label, kept as the few weights that matter."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from models.classifier.views import Matrix

KEPT_WEIGHTS = 5_000


@dataclass(frozen=True, slots=True)
class Linear:
    """Margins of several labels from one matrix of features.

    Attributes:
        weights: float32, shape (features, labels).
        bias: float32, shape (labels,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def margins(self, features: Matrix) -> NDArray[np.float32]:
        """Returns margins, float32, shape (rows, labels); above 0 a label rather applies than not."""
        return np.asarray(features @ self.weights + self.bias, np.float32)


def fit(
    features: Matrix,
    truth: NDArray[np.bool_],
    judged: NDArray[np.bool_] | None,
    *,
    seed: int,
) -> Linear:
    """Trains one machine for each label (C = 1, squared hinge), and keeps its 5,000 largest weights.

    Args:
        features: Sparse matrix, shape (rows, features).
        truth: Shape (rows, labels).
        judged: Which of ``truth`` is known, same shape; None where all is. A label needs judged rows of both
            kinds.
        seed: Of the order in which rows are visited.
    """
    weights = np.zeros((features.shape[1], truth.shape[1]), np.float32)
    bias = np.zeros(truth.shape[1], np.float32)
    for label in range(truth.shape[1]):
        rows = slice(None) if judged is None or judged[:, label].all() else np.flatnonzero(judged[:, label])
        if len(set(truth[rows, label].tolist())) < 2:  # a fold without an example: nothing to tell apart
            bias[label] = -1.0
            continue
        machine = LinearSVC(C=1.0, dual=True, tol=0.01, max_iter=300, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ConvergenceWarning
            )  # a rough optimum ranks as well as the exact one
            machine.fit(features[rows], truth[rows, label])
        weights[:, label] = _largest(machine.coef_[0].astype(np.float16).astype(np.float32))
        bias[label] = machine.intercept_[0]
    return Linear(weights, bias)


def _largest(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the weights with all but the 5,000 largest set to 0."""
    if len(weights) > KEPT_WEIGHTS:
        weights[np.argsort(-np.abs(weights), kind="stable")[KEPT_WEIGHTS:]] = 0
    return weights
