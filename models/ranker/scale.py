"""Features of candidates on one scale, whatever the query."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
# Values that differ by less than rounding does are the same.
_SAME = 1e-9


def scaled(values: Numbers) -> Numbers:
    """Returns features standardised within the pool: mean 0 and deviation 1 over the candidates.

    Args:
        values: Shape (candidates, features); NaN where a candidate has none.

    Returns:
        The same shape. What is missing is 0, as is a feature that is the same everywhere.
    """
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    apart = np.where(known, values - mean, 0.0)
    deviation = np.sqrt((apart**2).sum(axis=0) / count)
    same = deviation <= _SAME * np.maximum(np.abs(mean), 1.0)
    return np.where(same, 0.0, apart / np.where(same, 1.0, deviation))
