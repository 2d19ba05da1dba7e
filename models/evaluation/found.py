"""What share of all labels that apply is claimed, from samples of claims and of passages without any.

Missed labels are rare, so that the samples hold few of them, and none at times. The ends of the interval are
therefore those of melded confidence distributions, each the exact one of C. J. Clopper and E. S. Pearson,
Biometrika 26 (1934), on the side that makes the interval wider: M. P. Fay, M. A. Proschan and E. Brittain,
"Combining One-Sample Confidence Procedures for Inference in the Two-Sample Case", Biometrics 71 (2015).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS, SEED = 20_000, 20150601
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Silent:
    """Passages on which nothing is claimed, of one kind.

    Attributes:
        passages: How many there are.
        checked: How many of them were drawn and looked at.
        missing: Of those, how many carry a label after all; ``missed`` counts the labels.
    """

    passages: int
    checked: int
    missing: int
    missed: int

    @property
    def each(self) -> float:
        """Labels of a passage that carries one; 1 where none was found."""
        return self.missed / self.missing if self.missing else 1.0


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of labels that apply and are claimed.

    Attributes:
        low: Lower end of the 95 % interval; ``high`` the upper one.
        checked: Passages without a claim that people looked at.
        missed: Labels that they found there.
    """

    value: float
    low: float
    high: float
    checked: int
    missed: int


def recall(claims: int, right: int, judged: int, silent: Sequence[Silent], seed: int = SEED) -> Recall | None:
    """Returns right claims / (right claims + missed labels); None where a sample is empty that is needed.

    Right claims are all claims times the share of the judged ones that are right. Missed labels are, summed
    over the kinds of silent passages, passages times the share of the checked ones that carry a label, times
    the labels that such a passage carries. This last number is taken as known.

    Args:
        claims: How many there are.
        right: How many of the judged ones are right.
        judged: Claims of the random sample that people judged.
        silent: The kinds of silent passages; one without passages counts for nothing.
        seed: Of the draws.
    """
    kinds = [kind for kind in silent if kind.passages]
    checked, missed = sum(kind.checked for kind in kinds), sum(kind.missed for kind in kinds)
    if not (claims and judged and all(kind.checked for kind in kinds)):
        return None
    random = np.random.default_rng(seed)
    wrong = judged - right
    low = _share(
        claims * _beta(random, right, wrong + 1),
        [
            kind.passages * kind.each * _beta(random, kind.missing + 1, kind.checked - kind.missing)
            for kind in kinds
        ],
    )
    high = _share(
        claims * _beta(random, right + 1, wrong),
        [
            kind.passages * kind.each * _beta(random, kind.missing, kind.checked - kind.missing + 1)
            for kind in kinds
        ],
    )
    found = claims * right / judged
    lost = sum(kind.passages * kind.missed / kind.checked for kind in kinds)
    value = found / (found + lost) if found + lost else 0.0
    return Recall(
        value,
        min(float(np.quantile(low, 0.025)), value),
        max(float(np.quantile(high, 0.975)), value),
        checked,
        missed,
    )


def _beta(random: np.random.Generator, successes: int, failures: int) -> _Floats:
    """Draws from a beta distribution; of no successes always 0, of no failures always 1."""
    if not successes or not failures:
        return np.full(DRAWS, 1.0 if successes else 0.0)
    return random.beta(successes, failures, DRAWS)


def _share(found: _Floats, lost: Sequence[_Floats]) -> _Floats:
    total = found + sum(lost, np.zeros(DRAWS))
    return np.divide(found, total, out=np.zeros(DRAWS), where=total > 0)
