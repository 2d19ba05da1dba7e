"""A logged query: its candidates, and how often people saw and clicked them, place by place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ranker.scale import scaled

Numbers = NDArray[np.float64]
CANDIDATE, POSITION, SHOWN, CLICKED = range(4)


@dataclass(frozen=True, slots=True)
class Logged:
    """One query, as people of one mind asked it.

    Attributes:
        words: What tells it apart from queries with other words; queries with the same words are never
            divided between what is learned from and what is measured on.
        values: Features of its candidates, the best fused first, shape (candidates, features); those that
            nobody was shown are among them.
        seen: Whole numbers, shape (rows, 4): the candidate, the 0-based position, how many people it was
            shown to there, and how many of these clicked it.
    """

    words: str
    values: Numbers
    seen: NDArray[np.int64]

    @property
    def scaled(self) -> Numbers:
        """What the weights are multiplied with, shape (candidates, features)."""
        return scaled(self.values)

    @property
    def clicks(self) -> int:
        """All clicks together."""
        return int(self.seen[:, CLICKED].sum())

    def summed(self, numbers: Numbers | NDArray[np.int64]) -> Numbers:
        """Returns the sum over the rows of each candidate, shape (candidates,)."""
        return np.bincount(self.seen[:, CANDIDATE], numbers, len(self.values)).astype(np.float64)


def deepest(logs: Sequence[Logged]) -> int:
    """Returns the number of positions that anything was shown at."""
    return max((int(log.seen[:, POSITION].max(initial=-1)) + 1 for log in logs), default=0)
