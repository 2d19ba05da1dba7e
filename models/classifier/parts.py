"""The parts of a classifier, and how they work on one document."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from models.classifier.corrections import Corrections
from models.classifier.familiar import unfamiliar
from models.classifier.judge import CalibratedJudge
from models.classifier.margins import LinearPair, Margins
from models.classifier.pairs import Floats, Scales, describe, describe_read
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
        columns: Where a passage's readings have that of each label, -1 where they have none, shape (labels,);
            None for a classifier that does without readings.
        least: Share of known words below which a passage is unfamiliar, in [0, 1].
        unworded: The trees over pairs of unfamiliar passages; None where nothing can be said of these.
        corrections: What people's decisions add; None where nobody decided anything.
    """

    counting: CountVectorizer
    weights: Weights
    linear: LinearPair
    scales: Scales
    judge: CalibratedJudge
    columns: NDArray[np.int32] | None = None
    least: float = 0.0
    unworded: CalibratedJudge | None = None
    corrections: Corrections | None = None

    def unfamiliar(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        """Says of each passage whether its words are others than those that were learned from."""
        return unfamiliar([each.text for each in passages], self.counting.vocabulary_, self.least)

    def look(self, passages: Sequence[Passage]) -> "Seen":
        """Returns what the linear models see in the passages of a document; at least one passage."""
        cut = split(passages)
        seen = views(cut, *counts(self.counting, cut), self.weights)
        readings = None if self.columns is None else chosen_readings(passages, self.columns)
        return Seen(cut, seen, self.linear.margins(seen, cut.owner), readings, self.unfamiliar(passages))

    def probabilities(self, seen: "Seen", rules: Floats) -> Floats:
        """Returns calibrated probabilities, shape (passages, labels), of what ``look`` saw."""
        pairs = describe(seen.margins, self.scales, rules, sizes(seen.cut), seen.readings)
        added = 0.0 if self.corrections is None else self.corrections.added(seen.views.passage)
        result = self.judge.probabilities(pairs, added)
        if seen.unfamiliar.any():
            result[seen.unfamiliar] = self._of_readings(seen)
        return result

    def _of_readings(self, seen: "Seen") -> Floats:
        """Returns the probabilities of unfamiliar passages; 0 where nothing is known of them."""
        if self.unworded is None or seen.readings is None:
            return np.zeros((int(seen.unfamiliar.sum()), len(self.scales.share)), np.float32)
        return self.unworded.probabilities(describe_read(seen.readings, self.scales.share))[seen.unfamiliar]


@dataclass(frozen=True, slots=True)
class Seen:
    """Passages of a document as the linear models see them, and what a reader read in them.

    Attributes:
        unfamiliar: Passages that the linear models cannot see, shape (passages,).
    """

    cut: Split
    views: Views
    margins: Margins
    readings: Floats | None
    unfamiliar: NDArray[np.bool_]


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
