"""What the linear models say of passages, and of the best sentence in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.classifier.linear import Linear
from models.classifier.views import Views

_NO_SENTENCE = -3.0


@dataclass(frozen=True, slots=True)
class Margins:
    """Margins of each passage and label, float32, shape (passages, labels).

    Attributes:
        passage: Of the passage as a whole.
        sentence: Of its best sentence.
        second: Of its second-best sentence; -3 where it has one only.
        best: Which sentence is the best, counted over all passages.
    """

    passage: NDArray[np.float32]
    sentence: NDArray[np.float32]
    second: NDArray[np.float32]
    best: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LinearPair:
    """The linear models of passages and of sentences."""

    passage: Linear
    sentence: Linear

    def margins(self, seen: Views, owner: NDArray[np.intp]) -> Margins:
        """Returns the margins of passages; ``owner`` is the passage of each sentence, never decreasing."""
        return gathered(self.passage.margins(seen.passage), self.sentence.margins(seen.sentence), owner)


def gathered(
    of_passages: NDArray[np.float32], of_sentences: NDArray[np.float32], owner: NDArray[np.intp]
) -> Margins:
    """Returns margins with the two best sentences of each passage found."""
    passages, labels = of_passages.shape
    starts = np.searchsorted(owner, np.arange(passages))
    sentence = np.maximum.reduceat(of_sentences, starts, axis=0)
    is_best = of_sentences == sentence[owner]
    places = np.where(is_best, np.arange(len(owner))[:, np.newaxis], len(owner))
    best = np.minimum.reduceat(places, starts, axis=0)
    rest = of_sentences.copy()
    rest[best, np.arange(labels)] = -np.inf
    second = np.maximum.reduceat(rest, starts, axis=0)
    return Margins(of_passages, sentence, np.where(np.isfinite(second), second, _NO_SENTENCE), best)


@dataclass(frozen=True, slots=True)
class Scale:
    """Turns a label's margins into log-odds, so that labels can be compared: slope * margin + offset.

    Attributes:
        slope: float32, shape (labels,).
        offset: float32, shape (labels,).
    """

    slope: NDArray[np.float32]
    offset: NDArray[np.float32]

    def log_odds(self, margins: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns log-odds in the shape of the margins, (passages, labels)."""
        return margins * self.slope + self.offset


def fit_scale(
    margins: NDArray[np.float32], truth: NDArray[np.bool_], judged: NDArray[np.bool_] | None
) -> Scale:
    """Fits slope and offset of each label by logistic regression (Platt, 1999) on margins out of fold."""
    slope, offset = (np.zeros(margins.shape[1], np.float32) for _ in range(2))
    for label in range(margins.shape[1]):
        rows = slice(None) if judged is None else np.flatnonzero(judged[:, label])
        fitted = LogisticRegression(C=10.0, solver="newton-cholesky").fit(
            margins[rows, label, np.newaxis].astype(np.float64), truth[rows, label]
        )
        slope[label], offset[label] = fitted.coef_[0, 0], fitted.intercept_[0]
    return Scale(slope, offset)


def blocks(sizes: Sequence[int]) -> list[slice]:
    """Returns the rows of each document where all stand one after the other."""
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
