"""Whether one system is better than another, or merely luckier with the queries."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.errors import EvaluationError


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between two systems on the same queries.

    Attributes:
        difference: Mean over the queries of second minus first.
        low: Lower end of the interval.
        high: Upper end; the difference is significant where the interval leaves 0 out.
    """

    difference: float
    low: float
    high: float


def paired_bootstrap(
    first: Mapping[str, float],
    second: Mapping[str, float],
    seed: int,
    *,
    samples: int = 10_000,
    level: float = 0.95,
) -> Comparison:
    """Compares two systems by the percentile interval of a paired bootstrap (Efron and Tibshirani, 1993).

    Args:
        first: Value of a metric by query.
        second: Value of the same metric for the same queries.
        seed: Of the resampling; equal seeds give equal intervals.
        samples: Number of resamplings, at least 1.
        level: Coverage of the interval, in (0, 1).

    Raises:
        EvaluationError: There are no queries, or the two systems answered different ones.
    """
    if not first or first.keys() != second.keys():
        raise EvaluationError(
            f"{len(first.keys() ^ second.keys())} queries have a value from one system only; "
            "a paired comparison needs the same queries, at least one"
        )
    differences = np.array([second[query] - first[query] for query in sorted(first)])
    random = np.random.default_rng(seed)
    means = np.array([random.choice(differences, differences.size).mean() for _ in range(samples)])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Comparison(float(differences.mean()), float(low), float(high))
