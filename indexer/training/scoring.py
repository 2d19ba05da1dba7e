"""Has a classifier and the keyword rules of a pack score passages of which people said what they carry."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from models.classifier.card import ClassifierCard
from models.classifier.dataset import TrainingPassage, TrainingSet
from models.classifier.thresholds import LOWEST_ASKED
from models.evaluation.scores import Bools, Floats, Scored, Thresholds
from models.labels import LabelPrediction
from models.packs import Pack
from models.protocols import Classifier
from models.rules import RuleLabeller

Report = Callable[[int, int], None]

_NEVER = 2.0


def score(
    data: TrainingSet, classifier: Classifier, pack: Pack, report: Report = lambda _done, _total: None
) -> tuple[Scored, Floats]:
    """Returns the classifier's probabilities beside the truth, and those of the rules.

    A label that the classifier leaves to its rules has their probabilities, as it has for a reader.

    Args:
        data: Passages, with vectors where the classifier needs them.
        classifier: It sees the passages of each document together, in order.
        pack: Of the rules and of the data's labels.
        report: Called with the documents scored so far and their number.
    """
    labels, passages = data.labels, [each for document in data.documents for each in document.passages]
    given = [place for place, label in enumerate(labels) if label in classifier.card.labels]
    asked = list(classifier.card.labels)
    columns = [asked.index(labels[place]) for place in given]
    probabilities, rules = _nothing(passages, labels), _nothing(passages, labels)
    labeller, start = RuleLabeller(pack), 0
    for number, document in enumerate(data.documents, 1):
        seen = [each.passage for each in document.passages]
        found = labeller.label(seen)
        seen = [replace(passage, rules=ruled) for passage, ruled in zip(seen, found, strict=True)]
        rows = slice(start, start + len(seen))
        rules[rows] = _ruled(found, labels)
        probabilities[rows] = rules[rows]
        probabilities[rows, given] = classifier.scores(seen)[:, columns]
        start += len(seen)
        report(number, len(data.documents))
    counts = [len(document.passages) for document in data.documents]
    scored = Scored(
        labels=labels,
        probabilities=probabilities,
        truth=_truth(passages, labels),
        documents=np.repeat(np.arange(len(counts)), counts),
        judged=_judged(passages, labels),
    )
    return scored, rules


def thresholds_of(card: ClassifierCard, labels: Sequence[str], strange: Bools) -> Thresholds:
    """Returns a classifier's thresholds for some passages and labels, shape (passages, labels).

    A label that it leaves to rules it never gives. Of an unfamiliar passage it is unsure at most.

    Args:
        card: That of the classifier.
        labels: Names of the columns.
        strange: Which passages are unfamiliar, shape (passages,).
    """
    cards = [card.labels.get(label) for label in labels]
    low = np.array([each.low if each else _NEVER for each in cards], np.float64)
    high = np.array([each.high if each else _NEVER for each in cards], np.float64)
    rows = strange[:, np.newaxis]
    return Thresholds(
        low=np.where(rows, np.where(low < _NEVER, LOWEST_ASKED, _NEVER), low),
        high=np.where(rows, _NEVER, high),
    )


def unfamiliar(classifier: Classifier, data: TrainingSet) -> Bools:
    """Says of each passage whether it is in words that the classifier did not learn from."""
    passages = [each.passage for document in data.documents for each in document.passages]
    return classifier.unfamiliar(passages)


def _nothing(passages: Sequence[TrainingPassage], labels: Sequence[str]) -> Floats:
    return np.zeros((len(passages), len(labels)))


def _ruled(found: Sequence[Sequence[LabelPrediction]], labels: Sequence[str]) -> Floats:
    probabilities = np.zeros((len(found), len(labels)))
    for row, predictions in enumerate(found):
        for prediction in predictions:
            probabilities[row, labels.index(prediction.label)] = prediction.probability
    return probabilities


def _truth(passages: Sequence[TrainingPassage], labels: Sequence[str]) -> Bools:
    found, places = np.zeros((len(passages), len(labels)), np.bool_), _places(labels)
    for row, each in enumerate(passages):
        found[row, [places[label] for label in each.labels]] = True
    return found


def _judged(passages: Sequence[TrainingPassage], labels: Sequence[str]) -> Bools:
    found, places = np.ones((len(passages), len(labels)), np.bool_), _places(labels)
    for row, each in enumerate(passages):
        if each.judged is not None:
            found[row] = False
            found[row, [places[label] for label in each.judged]] = True
    return found


def _places(labels: Sequence[str]) -> dict[str, int]:
    return {label: place for place, label in enumerate(labels)}
