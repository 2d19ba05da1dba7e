"""Which variant is the best so far."""

from collections.abc import Sequence

from indexer.experiments import Metric, Result


def best_of(came: Sequence[Result], metric: Metric) -> Result | None:
    """Returns the variant that is surely better than the settings in use by the most; None where none is."""
    better = [each for each in came if each.place and not each.error and each.differences[metric.name][1] > 0]
    return max(better, key=lambda each: each.differences[metric.name][0], default=None)
