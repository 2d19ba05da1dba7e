"""How sure a share is that was counted in a sample."""

import math

_Z = 1.959964  # of the standard normal distribution, for 95 %


def wilson(right: int, of: int) -> tuple[float, float]:
    """Returns the 95 % interval of a share, which keeps its meaning for few and for all or none.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22 (1927).

    Args:
        right: Those that count, from 0 to ``of``.
        of: All that were looked at; of none, nothing is known: (0, 1).
    """
    if not of:
        return 0.0, 1.0
    share, scale = right / of, 1 + _Z**2 / of
    middle = (share + _Z**2 / (2 * of)) / scale
    width = _Z / scale * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    low = 0.0 if right == 0 else middle - width
    return low, 1.0 if right == of else middle + width
