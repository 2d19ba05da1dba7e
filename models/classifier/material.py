"""A training set as the models see it: cut into sentences, counted, divided into folds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from models.classifier import arrays
from models.classifier.arrays import Truth
from models.classifier.dataset import TrainingSet
from models.classifier.folds import folds
from models.classifier.margins import blocks
from models.classifier.pairs import Floats
from models.classifier.parts import chosen_readings
from models.classifier.views import (
    Split,
    Views,
    Weights,
    common_terms,
    counter,
    counts,
    inverse_frequencies,
    split,
    together,
    views,
)
from models.errors import TrainingError

FOLDS = 5
# Documents that a term must occur in to be learned from, where there are many: what stands in few contracts
# is not known of the next one, and would make passages that were trained on look other than new ones.
_RAREST_TERM, _MANY_DOCUMENTS = 5, 50


@dataclass(frozen=True, slots=True)
class Material:
    """A training set as the models see it, passages in the order of the documents.

    Attributes:
        counting: Counts the terms that are learned from.
        weights: Of the terms.
        rows: Passages of each document.
        fold: Of each passage.
        judged: Which of ``truth`` is known.
        readings: Of the labels, NaN where there are none; None where nothing is learned from them.
    """

    counting: CountVectorizer
    weights: Weights
    cut: Split
    seen: Views
    truth: Truth
    in_sentences: Truth
    judged: Truth
    rows: list[slice]
    fold: NDArray[np.intp]
    readings: Floats | None


def prepare(data: TrainingSet, labels: Sequence[str], columns: NDArray[np.int32] | None) -> Material:
    """Returns a training set as the models see it.

    Args:
        data: Documents and what people said of them.
        labels: Those that are learned.
        columns: Where a passage's readings have that of each label, -1 where they have none, shape (labels,);
            None to learn nothing from readings.

    Raises:
        TrainingError: There is no word that could be learned from.
    """
    passages = [passage for document in data.documents for passage in document.passages]
    lengths = [len(document.passages) for document in data.documents]
    cut = split([each.passage for each in passages])
    counting, weights, seen = _seen(cut, np.repeat(np.arange(len(lengths)), lengths))
    truth, known = arrays.passage_truth(passages, labels), arrays.judged(passages, labels)
    return Material(
        counting=counting,
        weights=weights,
        cut=cut,
        seen=seen,
        truth=truth,
        in_sentences=arrays.sentence_truth(passages, labels, cut),
        judged=np.ones_like(truth) if known is None else known,
        rows=blocks(lengths),
        fold=np.repeat(folds(data.documents, FOLDS), lengths),
        readings=None if columns is None else chosen_readings([each.passage for each in passages], columns),
    )


def _seen(cut: Split, documents: NDArray[np.intp]) -> tuple[CountVectorizer, Weights, Views]:
    rarest = _RAREST_TERM if documents.max() >= _MANY_DOCUMENTS else 1
    vocabulary = common_terms(cut, documents, rarest)
    if not vocabulary:
        raise TrainingError("The passages hold no words that could be learned from")
    counting = counter(vocabulary).fit([])
    in_sentences, in_headings = counts(counting, cut)
    weights = Weights(inverse_frequencies(together(cut, in_sentences)), inverse_frequencies(in_sentences))
    return counting, weights, views(cut, in_sentences, in_headings, weights)
