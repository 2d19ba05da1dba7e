"""What clicks teach: a target for each logged query, drawn to what the ranker before expects.

A passage's attractiveness is estimated as clicks over the people who looked at its place, by the mean of a
Gamma posterior for a Poisson rate. Its prior is what the ranker before expects of the passage, scaled to what
people clicked of this query. So a passage with little evidence stays where it was, and one that nobody was
shown is in with what was expected of it, a little lowered: learning from the shown ones alone would forget
what told all of them from the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ranker.examination import examination
from models.ranker.fit import PULL, Taught, chances, fit_near
from models.ranker.logged import CLICKED, POSITION, SHOWN, Logged

Numbers = NDArray[np.float64]
# Looks that the expectation of the ranker before is worth.
EXPECTED_LOOKS = 3.0
# What nobody was shown of a query that somebody clicked in is believed to be a little less than expected.
NOT_SHOWN = 0.9
# Clicks from which on a query counts half as much as a judged one.
HALF_CLICKS = 10.0
# Clicks, of all queries together, from which on half of the position bias is taken out. Dividing by small
# shares makes few clicks many, by luck.
BIAS_CLICKS = 300.0


@dataclass(frozen=True, slots=True)
class Start:
    """The ranker that learning starts from.

    Attributes:
        weights: Shape (features,).
        judged: Queries whose judgements it learned from, 0 for none.
    """

    weights: Numbers
    judged: int


def learn_weights(start: Start, logs: Sequence[Logged]) -> Numbers:
    """Returns weights that learned from clicks; those of the start where nothing was clicked.

    They are drawn to those of the start as all weights are to equal ones, and further by as much as the
    queries speak that it learned from. These are not there: each is taken to be like the logged ones.
    """
    clicked = [log for log in logs if log.clicks]
    if not clicked:
        return start.weights
    looks = tempered(examination(logs), sum(log.clicks for log in clicked))
    lists = [taught(log, looks, start.weights) for log in clicked]
    spread = np.mean([_spread(each.values, start.weights) for each in lists], axis=0)
    pull = PULL * np.eye(len(start.weights)) + start.judged * spread
    return fit_near(lists, start.weights, pull)


def tempered(looks: Numbers, clicks: int) -> Numbers:
    """Returns shares of looks between all alike, for few clicks, and those estimated, for many."""
    raised: Numbers = looks ** (clicks / (clicks + BIAS_CLICKS))
    return raised


def taught(log: Logged, looks: Numbers, weights: Numbers) -> Taught:
    """Returns what a query teaches in which something was clicked.

    Args:
        log: The query.
        looks: The share of people that looks at each place.
        weights: Of the ranker before.
    """
    values = log.scaled
    expected = chances(values, weights)
    looked = log.summed(log.seen[:, SHOWN] * looks[log.seen[:, POSITION]])
    clicks = log.summed(log.seen[:, CLICKED])
    rate = clicks.sum() / (looked @ expected) * expected
    attracts = np.where(
        looked > 0, (clicks + EXPECTED_LOOKS * rate) / (looked + EXPECTED_LOOKS), NOT_SHOWN * rate
    )
    return Taught(values, attracts / attracts.sum(), clicks.sum() / (clicks.sum() + HALF_CLICKS))


def _spread(values: Numbers, weights: Numbers) -> Numbers:
    """Returns the covariance of the features under the softmax: the curvature of the loss of one query."""
    chance = chances(values, weights)
    mean = chance @ values
    spread: Numbers = (values * chance[:, None]).T @ values - np.outer(mean, mean)
    return spread
