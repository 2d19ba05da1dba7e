"""Chooses for each label where a model speaks and where it abstains."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEVER = 1.01
# What calibration expects of a label's claims counts as much as this many claims that were looked at.
PRIOR = 40
# Claims that a threshold must rest on.
FEWEST_SAID = 10
# Below "no", the model abstains from here on, or from where it would miss more than a tenth of what there is.
LOWEST_UNSURE, RECALLED = 0.15, 0.9
# Of words that were not learned from, readings are smaller: what is asked there is right twice in three times
# from here on (docs/benchmarks.md, Other languages).
LOWEST_ASKED = 0.1
# What rather does not carry a label than does is no claim, however good the label's other claims are.
LOWEST_YES = 0.5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From ``high`` on the model says yes, below ``low`` no; between them it abstains."""

    low: float
    high: float


def shrunken(
    right: NDArray[np.int64], said: NDArray[np.int64], expected: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the precision of claims, drawn towards what their probabilities let expect.

    The mean of the posterior of a share under a beta prior (empirical Bayes; Efron and Morris, 1975, on why
    this errs less than each share by itself): (right + 40 * expected) / (said + 40).
    """
    return np.asarray((right + PRIOR * expected) / (said + PRIOR))


def choose(
    probabilities: NDArray[np.float32], truth: NDArray[np.bool_], precision: float, examples: int
) -> Thresholds:
    """Chooses thresholds of a label on probabilities out of fold.

    ``high`` is the lowest probability from 0.5 on at which ten pairs or more are said, and their precision,
    drawn towards what their probabilities let expect, reaches what is asked for; NEVER where there is none.
    ``low`` lets about a tenth of the examples be told "no", and is at least 0.15.

    Args:
        probabilities: Calibrated, shape (passages,); those near 0 may be left out.
        truth: Whether the label applies, same shape.
        precision: In (0, 1).
        examples: Passages to which the label applies, those left out included.
    """
    if not len(probabilities):
        return Thresholds(NEVER, NEVER)
    order = np.argsort(-probabilities, kind="stable")
    ordered, right = probabilities[order], np.cumsum(truth[order].astype(np.int64))
    said = np.arange(1, len(ordered) + 1)
    # Equal probabilities are on the same side.
    last = np.append(ordered[1:] != ordered[:-1], True)
    likely = last & (ordered >= LOWEST_YES)
    expected = np.cumsum(ordered, dtype=np.float64) / said
    precise = likely & (said >= FEWEST_SAID) & (shrunken(right, said, expected) >= precision)
    high = float(ordered[precise][-1]) if precise.any() else NEVER
    reached = int(np.searchsorted(right, math.ceil(RECALLED * examples)))
    low = float(ordered[min(reached, len(ordered) - 1)])
    return Thresholds(min(max(low, LOWEST_UNSURE), high), high)
