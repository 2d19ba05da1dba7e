"""How many people look at each place of a list: position bias, from passages that stood at several places.

The position-based model (M. Richardson, E. Dominowska and R. Ragno, "Predicting Clicks", WWW 2007): a passage
is clicked where somebody looks at its place and finds it attractive, and the two have nothing to do with each
other. Estimated by expectation maximisation (X. Wang et al., "Position Bias Estimation for Unbiased Learning
to Rank in Personal Search", WSDM 2018, section 4.2) from passages that one query showed at different places,
since filters, new documents or another ranker moved them: the same passage there and here tells how many look
(A. Agarwal et al., "Estimating Position Bias without Intrusive Interventions", WSDM 2019). What always stood
at one place says nothing of it: whether nobody looks, or nobody finds it worth a click, cannot be told.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.ranker.logged import CANDIDATE, CLICKED, POSITION, SHOWN, Logged, deepest

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
# What is believed before anything is known, as if so many impressions at each place had shown it: of those
# who look at the first place, one in n looks at the n-th. Eye tracking finds about this for lists of ten
# (T. Joachims et al., SIGIR 2005).
BELIEVED_IMPRESSIONS = 50.0
# The attractiveness of a passage is drawn to the mean, as if so many impressions had shown that.
_ATTRACTION_PRIOR = 2.0
_ROUNDS = 100
_LEAST = 1e-3


def believed(positions: int) -> Numbers:
    """Returns the share that looks at each 0-based place where nothing was measured: 1 / (place + 1)."""
    return 1.0 / np.arange(1, positions + 1)


def examination(logs: Sequence[Logged]) -> Numbers:
    """Returns the share of those who look at the first place that looks at each, shape (positions,).

    It is the believed one as far as no passage stood at several places.
    """
    start = believed(deepest(logs))
    pairs, rows = _moved(logs)
    if not len(rows):
        return start
    places, shown, clicked = rows[:, POSITION], rows[:, SHOWN], rows[:, CLICKED]
    missed = shown - clicked
    looks, number = start.copy(), int(pairs.max()) + 1
    mean = min(float(clicked.sum() / max(shown @ looks[places], 1.0)), 1 - _LEAST)
    attracts = np.full(number, max(mean, _LEAST))
    all_shown = np.bincount(pairs, shown, number)
    at_place = np.bincount(places, shown, len(start))
    for _ in range(_ROUNDS):
        look, attract = looks[places], attracts[pairs]
        neither = np.maximum(1 - look * attract, _LEAST)
        looked = clicked + missed * look * (1 - attract) / neither
        attracted = clicked + missed * attract * (1 - look) / neither
        looks = (np.bincount(places, looked, len(start)) + BELIEVED_IMPRESSIONS * start) / (
            at_place + BELIEVED_IMPRESSIONS
        )
        looks = np.maximum(looks / looks[0], _LEAST)
        attracts = (np.bincount(pairs, attracted, number) + _ATTRACTION_PRIOR * mean) / (
            all_shown + _ATTRACTION_PRIOR
        )
    return np.minimum(looks, 1.0)


def _moved(logs: Sequence[Logged]) -> tuple[Whole, Whole]:
    """Returns the rows of passages that stood at several places, and the number of each row's passage."""
    pairs: list[Whole] = []
    rows: list[Whole] = []
    first = 0
    for log in logs:
        candidates = log.seen[:, CANDIDATE]
        moved = (np.bincount(candidates, minlength=len(log.values)) > 1)[candidates]
        rows.append(log.seen[moved])
        pairs.append(candidates[moved] + first)
        first += len(log.values)
    if not rows:
        return np.empty(0, np.int64), np.empty((0, 4), np.int64)
    numbers = np.unique(np.concatenate(pairs), return_inverse=True)[1]
    return numbers.astype(np.int64), np.concatenate(rows)
