"""What a model said out of fold and what was true: kept with it, so that thresholds can be chosen anew."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.classifier.card import LabelCard
from models.classifier.thresholds import choose

LEAST = 0.02
"""Probability below which a pair is not kept; no threshold lies there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Pairs that were judged, one entry each, in order of labels.

    Attributes:
        label: Place of the label, uint16.
        probability: Calibrated, float32, from 0.02.
        truth: Whether the label applies.
    """

    label: NDArray[np.uint16]
    probability: NDArray[np.float32]
    truth: NDArray[np.bool_]

    @classmethod
    def of(
        cls, probabilities: NDArray[np.float32], truth: NDArray[np.bool_], judged: NDArray[np.bool_]
    ) -> "Evidence":
        """Gathers the judged pairs of matrices of shape (passages, labels)."""
        columns, rows = np.nonzero(((probabilities >= LEAST) & judged).T)
        return cls(columns.astype(np.uint16), probabilities[rows, columns], truth[rows, columns])

    def card(
        self, place: int, precision: float, *, examples: int, documents: int, average_precision: float
    ) -> LabelCard:
        """Returns the card of a label with thresholds for a precision in (0, 1)."""
        own = self.label == place
        probability, truth = self.probability[own], self.truth[own]
        chosen = choose(probability, truth, precision, examples)
        said = probability >= chosen.high
        right = int((said & truth).sum())
        return LabelCard(
            examples=examples,
            documents=documents,
            low=chosen.low,
            high=chosen.high,
            right=right,
            said=int(said.sum()),
            average_precision=average_precision,
            recall=right / examples if examples else 0.0,
            unsure=int(((probability >= chosen.low) & ~said).sum()),
        )
