"""The parts of a classifier, and how they work on one document."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from models.classifier.judge import Calibration, Judge
from models.classifier.margins import LinearPair, Margins
from models.classifier.pairs import Floats, Scales, describe
from models.classifier.views import Split, Views, Weights, counts, split, views
from models.labels import LabelPrediction, Passage


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that was learned.

    Attributes:
        counting: Counts the known terms.
        weights: Of the terms.
        linear: The linear models.
        scales: Of their margins.
        judge: The trees over pairs.
        calibration: Of the trees' log-odds.
        columns: Where a passage's readings have that of each label, -1 where they have none, shape (labels,);
            None for a classifier that does without readings.
    """

    counting: CountVectorizer
    weights: Weights
    linear: LinearPair
    scales: Scales
    judge: Judge
    calibration: Calibration
    columns: NDArray[np.int32] | None = None

    def look(self, passages: Sequence[Passage]) -> "Seen":
        """Returns what the linear models see in the passages of a document; at least one passage."""
        cut = split(passages)
        seen = views(cut, *counts(self.counting, cut), self.weights)
        readings = None if self.columns is None else chosen_readings(passages, self.columns)
        return Seen(cut, seen, self.linear.margins(seen, cut.owner), readings)

    def probabilities(self, seen: "Seen", rules: Floats) -> Floats:
        """Returns calibrated probabilities, shape (passages, labels), of what ``look`` saw."""
        pairs = describe(seen.margins, self.scales, rules, sizes(seen.cut), seen.readings)
        return self.calibration.probabilities(self.judge.log_odds(pairs))


@dataclass(frozen=True, slots=True)
class Seen:
    """Passages of a document as the linear models see them, and what a reader read in them."""

    cut: Split
    views: Views
    margins: Margins
    readings: Floats | None


def chosen_readings(passages: Sequence[Passage], columns: NDArray[np.int32]) -> Floats:
    """Returns the readings of some labels, NaN where there are none; shape (passages, labels)."""
    result = np.full((len(passages), len(columns)), np.nan, np.float32)
    there = columns >= 0
    for row, passage in enumerate(passages):
        if passage.readings is not None:
            result[row, there] = passage.readings[columns[there]]
    return result


def sizes(cut: Split) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns how many words and how many sentences each passage has."""
    passages = len(cut.section_words)
    sentences = np.bincount(cut.owner, minlength=passages)
    lengths = [len(each) for each in cut.sentence_words]
    return np.bincount(cut.owner, lengths, minlength=passages).astype(np.int64), sentences


def rule_scores(found: Sequence[Sequence[LabelPrediction]], labels: Sequence[str]) -> Floats:
    """Returns the probabilities that rules gave, 0 where they are silent; shape (passages, labels)."""
    columns = {label: column for column, label in enumerate(labels)}
    result = np.zeros((len(found), len(labels)), np.float32)
    for row, predictions in enumerate(found):
        for each in predictions:
            if each.label in columns:
                result[row, columns[each.label]] = each.probability
    return result
