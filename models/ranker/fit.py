"""Weights of a linear ranker by a softmax loss over lists.

Z. Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007 (ListNet): the
chances that the scores of a list give by softmax are brought near the shares that its gains have.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.ranker.example import Example

Numbers = NDArray[np.float64]
# Gain of the grades 0, 1, 2 …; higher grades have the last one.
GAINS = (0.0, 0.15, 1.5, 3.0, 4.0)
# Weights are drawn to equal ones, by as much as so many queries draw to others: few judgements move little.
# What ranks by all features alike also serves searches that the judged ones are unlike, as those for a name
# (docs/decisions/0016-ranker.md).
EQUAL, PULL = 0.2, 20.0
_DECIMALS = 6
_EXACT = {"maxiter": 10_000, "ftol": 1e-15, "gtol": 1e-10}


def fit(examples: Sequence[Example]) -> Numbers:
    """Returns the weights, shape (features,), none below 0: no feature speaks against what has more of it.

    They are rounded, so that equal data give equal weights. A query none of whose candidates has a gain
    teaches nothing.
    """
    lists = [(example.scaled, target) for example in examples if (target := _target(example)).any()]
    number = examples[0].values.shape[1]
    found = minimize(
        lambda weights: _loss(lists, weights),
        np.full(number, EQUAL),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * number,
        options=_EXACT,
    )
    return np.asarray(np.round(found.x, _DECIMALS), np.float64)


def _target(example: Example) -> Numbers:
    gains = np.array([GAINS[min(grade, len(GAINS) - 1)] for grade in example.grades])
    return gains / (gains.sum() or 1.0)


def _loss(lists: Sequence[tuple[Numbers, Numbers]], weights: Numbers) -> tuple[float, Numbers]:
    """Returns the loss and its gradient."""
    away = weights - EQUAL
    loss, gradient = PULL / 2 * float(away @ away), PULL * away
    for values, target in lists:
        scores = values @ weights
        scores -= scores.max()
        chances = np.exp(scores)
        total = chances.sum()
        loss -= float(target @ (scores - np.log(total)))
        gradient = gradient + (chances / total - target) @ values
    return loss, gradient
