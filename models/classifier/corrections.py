"""What people decided, as corrections: what is added to log-odds of passages that resemble decided ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from models.classifier.influence import Influence
from models.classifier.views import Matrix

# A decided passage is known by so many of its weightiest terms: what all passages share costs time alone.
TERMS = 32
# Passages less alike than this are not: legal language shares that much with any other.
UNLIKE = 0.2
# How reluctantly a correction is made; one decision against odds of 20 to 1 takes its twin to 1 to 2.
RIDGE = 0.1
MOST_NAMED = 5
_ROUNDS = 1000
_FARTHEST = 20.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions about pairs of a passage and a label, one entry each, in order of labels.

    Attributes:
        passage: Place of the passage, int32.
        label: Place of the label, uint16.
        applies: Whether people said that it applies.
        weight: What it adds to log-odds of a twin, float32; never against what people said.
        probability: Of the pair, corrected by decisions about other documents alone, float32; NaN where there
            were none.
    """

    passage: NDArray[np.int32]
    label: NDArray[np.uint16]
    applies: NDArray[np.bool_]
    weight: NDArray[np.float32]
    probability: NDArray[np.float32]


class Corrections:
    """Adds to log-odds what decisions about similar passages say.

    Args:
        known: Weights of the terms by which decided passages are known, sparse, shape (terms, passages).
        names: What each decided passage is known by.
        decisions: About these passages.
        labels: Number of labels.
    """

    def __init__(self, known: Matrix, names: Sequence[str], decisions: Decisions, labels: int) -> None:
        self.known, self.names, self.decisions = known, tuple(names), decisions
        places = (decisions.passage, decisions.label)
        self._weights = sparse.csr_matrix((decisions.weight, places), (len(names), labels))

    def added(self, seen: Matrix) -> Floats:
        """Returns what is added to log-odds, shape (passages, labels); 0 where nothing similar was decided.

        Args:
            seen: The passages, as ``Views.passage``.
        """
        found = (alike(seen, self.known) @ self._weights).toarray()
        return np.asarray(np.clip(found, -_FARTHEST, _FARTHEST), np.float64)

    def influences(self, row: Matrix, label: int) -> tuple[Influence, ...]:
        """Returns the decisions that add most to a label's log-odds in a passage, at most 5, strongest first.

        Args:
            row: The passage, as in ``Views.passage``, shape (1, terms).
            label: Place of the label.
        """
        own = np.flatnonzero(self.decisions.label == label)
        likeness = alike(row, self.known).toarray()[0]
        weights = likeness[self.decisions.passage[own]] * self.decisions.weight[own]
        order = np.argsort(-np.abs(weights), kind="stable")[:MOST_NAMED]
        return tuple(
            Influence(
                self.names[self.decisions.passage[own[place]]],
                bool(self.decisions.applies[own[place]]),
                float(weights[place]),
            )
            for place in order.tolist()
            if weights[place]
        )


def known_by(views: Matrix) -> Matrix:
    """Returns what decided passages are known by, shape (terms, passages): their 32 weightiest terms.

    Args:
        views: The passages, as ``Views.passage``: shape (passages, terms).
    """
    kept = views.copy()
    for start, end in zip(kept.indptr[:-1], kept.indptr[1:], strict=True):
        own = kept.data[start:end]  # a part of the matrix: what is changed here is changed there
        if len(own) > TERMS:
            own[np.argsort(-own, kind="stable")[TERMS:]] = 0
        own /= max(float(own @ own), 1e-9)
    kept.eliminate_zeros()
    return kept.T.tocsr().astype(np.float32)


def alike(seen: Matrix, known: Matrix) -> Matrix:
    """Returns how much passages resemble decided ones, from 0 to 1 for the same text, sparse.

    Args:
        seen: Shape (passages, terms).
        known: Shape (terms, decided passages).
    """
    found: Any = sparse.csr_matrix(seen @ known)
    found.data = np.clip((found.data - UNLIKE) / (1 - UNLIKE), 0, 1)
    found.eliminate_zeros()
    return found


def fit_weights(likeness: Matrix, log_odds: Floats, applies: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Returns the weight of each decision about one label.

    Logistic regression on likeness to each decided passage, from the classifier's log-odds on: it minimises
    the log loss plus 0.05 times the sum of squared weights, none of which may speak against its decision.

    Args:
        likeness: Of each decided passage to each, shape (decisions, decisions).
        log_odds: What the classifier alone gives the pairs.
        applies: What people said of them.
    """
    signs = np.where(applies, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (log_odds + likeness @ weights)
        slope = likeness.T @ (-signs * expit(-margins)) + RIDGE * weights
        return float(np.logaddexp(0, -margins).sum() + RIDGE / 2 * weights @ weights), slope

    bounds = [(0, None) if each else (None, 0) for each in applies.tolist()]
    start = np.zeros(len(signs))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _ROUNDS})
    return np.asarray(found.x, np.float32)
