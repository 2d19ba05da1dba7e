"""The ranker itself: a weighted sum of scaled features, and what each ground adds to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ranker.card import RankerCard
from models.ranker.features import FEATURES, Ground, features
from models.ranker.pool import Pool
from models.ranker.scale import scaled

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """How candidates rank.

    Attributes:
        scores: Shape (candidates,), higher is better; 0 is the mean of the pool.
        shares: What each ground adds to them, shape (candidates,) each.
    """

    scores: Numbers
    shares: dict[Ground, Numbers]


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """A ranker.

    Attributes:
        version: ``ranker:<first twelve digits of the SHA-256 of its file>``.
        card: Its data and figures.
        weights: Of the standardised features, shape (features,).
    """

    version: str
    card: RankerCard
    weights: Numbers

    def rank(self, pool: Pool) -> Ranked:
        """Returns scores of the candidates, and what they are made of."""
        added = scaled(features(pool)) * self.weights
        columns = {ground: [each.ground is ground for each in FEATURES] for ground in Ground}
        shares = {ground: added[:, chosen].sum(axis=1) for ground, chosen in columns.items()}
        return Ranked(added.sum(axis=1), shares)
