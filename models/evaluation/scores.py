"""Probabilities beside the truth, and what thresholds make of them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a classifier said of passages, and what people said.

    Attributes:
        labels: Names of the columns.
        probabilities: Shape (passages, labels), in [0, 1].
        truth: Same shape; whether the passage carries the label.
        documents: Number of each passage's document, shape (passages,).
        judged: Shape of ``truth``; whether people looked for the label there. Other pairs count nowhere.
    """

    labels: tuple[str, ...]
    probabilities: Floats
    truth: Bools
    documents: Ints
    judged: Bools

    def column(self, place: int) -> tuple[Bools, Floats]:
        """Returns truth and probabilities of one label where it was looked for."""
        known = self.judged[:, place]
        return self.truth[known, place], self.probabilities[known, place]

    def pairs(self) -> tuple[Bools, Floats]:
        """Returns truth and probabilities of all pairs that were looked for."""
        return self.truth[self.judged], self.probabilities[self.judged]

    def of(self, probabilities: Floats) -> "Scored":
        """Returns the same passages as somebody else scored them."""
        return replace(self, probabilities=probabilities)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a classifier speaks, each of shape (labels,), or (passages, labels) where passages differ.

    Attributes:
        low: From here to ``high`` it is unsure.
        high: From here it says yes; above 1 for a label that it never gives.
    """

    low: Floats
    high: Floats

    @classmethod
    def anything(cls, labels: int) -> "Thresholds":
        """Returns those of whoever says yes wherever the probability is not 0, as keyword rules do."""
        smallest = np.full(labels, np.nextafter(0.0, 1.0))
        return cls(smallest, smallest)


@dataclass(frozen=True, slots=True)
class Counts:
    """How often it was right at its thresholds; each but the last of shape (labels,).

    Attributes:
        said: Passages at or above the upper threshold.
        right: Those among them that carry the label.
        unsure: Passages between the thresholds.
        unsure_right: Those among them that carry the label.
        unsure_passages: Whether a passage has a label between the thresholds, shape (passages,).
    """

    said: Ints
    right: Ints
    unsure: Ints
    unsure_right: Ints
    unsure_passages: Bools


def counts_at(scored: Scored, thresholds: Thresholds) -> Counts:
    """Counts what was said, right and unsure at some thresholds, among pairs that were looked for."""
    said = (scored.probabilities >= thresholds.high) & scored.judged
    unsure = (scored.probabilities >= thresholds.low) & scored.judged & ~said
    unsure_passages: Bools = np.any(unsure, axis=1)
    return Counts(
        said=said.sum(axis=0),
        right=(said & scored.truth).sum(axis=0),
        unsure=unsure.sum(axis=0),
        unsure_right=(unsure & scored.truth).sum(axis=0),
        unsure_passages=unsure_passages,
    )
