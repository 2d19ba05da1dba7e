"""Latencies in buckets that can be added up, four to each doubling: quantiles are 19 % too high at most."""

import math
from collections.abc import Mapping

PER_DOUBLING = 4
# The last bucket ends at about a quarter of an hour; one that took longer is in it.
LAST = 80
UNKNOWN = -1


def bucket(milliseconds: float) -> int:
    """Returns the number of the bucket; the first, 0, is for up to one millisecond."""
    if milliseconds <= 1:
        return 0
    return min(math.ceil(PER_DOUBLING * math.log2(milliseconds)), LAST)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Returns the milliseconds within which a share of the searches were answered; None without any."""
    known = {number: count for number, count in sorted(counts.items()) if number != UNKNOWN}
    wanted, seen = share * sum(known.values()), 0
    for number, count in known.items():
        seen += count
        if seen >= wanted:
            return float(2 ** (number / PER_DOUBLING))
    return None
