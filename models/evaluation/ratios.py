"""Differences of figures that are ratios of sums over documents or queries, with their intervals."""

from collections.abc import Mapping

import numpy as np

from models.errors import EvaluationError
from models.evaluation.bootstrap import Comparison

# What one document or query adds above and below the line.
Parts = tuple[float, float]


def ratio(units: Mapping[str, Parts]) -> float:
    """Returns the ratio of the sums; 0 where nothing stands below the line."""
    above, below = (sum(parts[place] for parts in units.values()) for place in (0, 1))
    return above / below if below else 0.0


def compare_ratios(
    first: Mapping[str, Parts], second: Mapping[str, Parts], seed: int, samples: int = 10_000
) -> Comparison:
    """Returns how much larger a second ratio is, with its 95 % interval by paired bootstrap.

    Documents or queries are drawn with replacement, each draw for both (Efron and Tibshirani, 1993). A mean
    over queries is a ratio with 1 below the line.

    Args:
        first: Above and below the line, by document or query.
        second: Of the same ones.
        seed: Equal seeds give equal intervals.
        samples: Number of draws.

    Raises:
        EvaluationError: There are none, or they are others.
    """
    if not first or first.keys() != second.keys():
        raise EvaluationError("a paired comparison needs the same documents or queries, at least one")
    names = sorted(first)
    parts = np.array([(*first[name], *second[name]) for name in names], np.float64)
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=samples) @ parts
    below = np.where(draws[:, (1, 3)] == 0, 1.0, draws[:, (1, 3)])
    shares = draws[:, (0, 2)] / below
    low, high = np.quantile(shares[:, 1] - shares[:, 0], [0.025, 0.975])
    return Comparison(ratio(second) - ratio(first), float(low), float(high))
