"""Weights of a linear ranker by a softmax loss over lists.

Z. Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007 (ListNet): the
chances that the scores of a list give by softmax are brought near the shares that its gains have.
"""

from collections.abc import Sequence
from typing import NamedTuple

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


class Taught(NamedTuple):
    """What one query teaches.

    Attributes:
        values: Scaled features of its candidates, shape (candidates, features).
        target: The share of all gains that each has, shape (candidates,); they add up to 1.
        weight: How much it counts, at least 0; a judged query counts 1.
    """

    values: Numbers
    target: Numbers
    weight: float = 1.0


def fit(examples: Sequence[Example], pull: float = PULL) -> Numbers:
    """Returns the weights, shape (features,), none below 0: no feature speaks against what has more of it.

    They are rounded, so that equal data give equal weights. A query none of whose candidates has a gain
    teaches nothing. ``pull`` is how many queries' worth of strength draws them to equal ones.
    """
    lists = [Taught(example.scaled, target) for example in examples if (target := _target(example)).any()]
    number = examples[0].values.shape[1]
    return fit_near(lists, np.full(number, EQUAL), pull * np.eye(number))


def fit_near(lists: Sequence[Taught], around: Numbers, pull: Numbers) -> Numbers:
    """Returns weights that fit what queries teach and stay near others, none below 0, rounded.

    Args:
        lists: What is learned.
        around: Weights that they are drawn to, shape (features,).
        pull: How strongly, shape (features, features), symmetric and positive definite.
    """
    found = minimize(
        lambda weights: _loss(lists, weights, around, pull),
        around,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * len(around),
        options=_EXACT,
    )
    return np.asarray(np.round(found.x, _DECIMALS), np.float64)


def chances(values: Numbers, weights: Numbers) -> Numbers:
    """Returns the softmax of the candidates' scores, shape (candidates,)."""
    scores = values @ weights
    raised = np.exp(scores - scores.max())
    shares: Numbers = raised / raised.sum()
    return shares


def _target(example: Example) -> Numbers:
    gains = np.array([GAINS[min(grade, len(GAINS) - 1)] for grade in example.grades])
    return gains / (gains.sum() or 1.0)


def _loss(lists: Sequence[Taught], weights: Numbers, around: Numbers, pull: Numbers) -> tuple[float, Numbers]:
    """Returns the loss and its gradient."""
    away = weights - around
    gradient = pull @ away
    loss = float(away @ gradient) / 2
    for values, target, weight in lists:
        scores = values @ weights
        scores -= scores.max()
        raised = np.exp(scores)
        total = raised.sum()
        loss -= weight * float(target @ (scores - np.log(total)))
        gradient = gradient + weight * (raised / total - target) @ values
    return loss, gradient
