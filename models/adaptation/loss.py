"""The loss of a step: the softmax over a list is brought near the shares that its gains have (ListNet)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# What cosines are multiplied with; the one that models of this family were trained with.
SCALE = 20.0


def both_ways(cosines: "Tensor", gains: "Tensor") -> "Tensor":
    """Returns the mean of the loss over the texts of each target, and over the targets of each text.

    Args:
        cosines: Shape (texts, targets).
        gains: Same shape, at least 0; NaN where nobody judged: such a pair is in no list.
    """
    scores = SCALE * cosines.float()
    return (listwise(scores, gains) + listwise(scores.T, gains.T)) / 2


def listwise(scores: "Tensor", gains: "Tensor") -> "Tensor":
    """Returns the cross-entropy of each row's softmax to its gains, a mean over rows.

    A row weighs as much as its gains, up to 1: one that holds nothing better than what is hardly an answer
    teaches little, one without gains nothing.

    Args:
        scores: Shape (lists, candidates).
        gains: Same shape; NaN for what is no candidate.
    """
    judged = ~gains.isnan()
    known = gains.nan_to_num(0.0)
    total = known.sum(1)
    logs = scores.masked_fill(~judged, float("-inf")).log_softmax(1).masked_fill(~judged, 0.0)
    # A row of no candidate is -inf throughout, and its softmax undefined; it has no gain either.
    losses = -(known * logs.nan_to_num(0.0)).sum(1) / total.clamp(min=1e-9)
    weights = total.clamp(max=1.0)
    return (losses * weights).sum() / weights.sum().clamp(min=1e-9)
