"""Asks the gate: the new classifier beside the one in use, on what it has not learned from."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.learning.gather import Gathered
from models.classifier.dataset import TrainingDocument
from models.classifier.influence import passage_name
from models.evaluation.gate import Answers, Check, Judgements, LabelChange, bounded, compare
from models.labels import Passage
from models.packs import GoldenPassage
from models.protocols import Classifier

# Passages that labelling is timed on.
TIMED = 400


@dataclass(frozen=True, slots=True)
class Report:
    """What the gate found.

    Attributes:
        checks: In order; all must pass.
        changes: By what was compared on: labels on which the two differ.
    """

    checks: tuple[Check, ...]
    changes: tuple[tuple[str, tuple[LabelChange, ...]], ...]

    @property
    def passed(self) -> bool:
        """Whether the new classifier may label."""
        return all(check.passed for check in self.checks)


def out_of_fold(gathered: Gathered, labels: Sequence[str], before: Answers, candidate: Classifier) -> Answers:
    """Returns what a classifier says of decided pairs as one that learned from other documents alone.

    What taught it nothing is answered as before. Its thresholds are its own, chosen with such answers.

    Args:
        gathered: What it learned from.
        labels: Of the columns.
        before: What the classifier in use says.
        candidate: The new one.
    """
    probabilities = before.probabilities.copy()
    claims = before.claims.copy()
    rows = defaultdict(list)
    names = (
        passage_name(document.name, each.passage.text)
        for document in gathered.data.documents
        for each in document.passages
    )
    for row, name in enumerate(names):
        rows[name].append(row)
    places = {label: place for place, label in enumerate(labels)}
    for each in candidate.out_of_fold():
        if each.label in places:
            own, place = rows[each.passage], places[each.label]
            probabilities[own, place] = each.probability
            claims[own, place] = each.probability >= candidate.card.labels[each.label].high
    return Answers(probabilities, claims)


def answers_of(gathered: Gathered, labels: Sequence[str], classifier: Classifier) -> Answers:
    """Returns what a classifier says of all documents."""
    return _joined(
        [
            answers(classifier, [each.passage for each in document.passages], labels)
            for document in gathered.data.documents
        ]
    )


def answers(classifier: Classifier, passages: Sequence[Passage], labels: Sequence[str]) -> Answers:
    """Returns what a classifier says of the passages of a document, for some labels in their order."""
    own = list(classifier.card.labels)
    scores = np.zeros((len(passages), len(labels)))
    high = np.full(len(labels), 2.0)
    given = classifier.scores(passages)
    for place, label in enumerate(labels):
        if label in classifier.card.labels:
            scores[:, place] = given[:, own.index(label)]
            high[place] = classifier.card.labels[label].high
    return Answers(scores, scores >= high)


def judgements(gathered: Gathered, labels: Sequence[str], after: int, *, drawn: bool = False) -> Judgements:
    """Returns what people said of the passages, as far as it is newer than a number.

    With ``drawn``, only what a random check asked for.
    """
    documents: Sequence[TrainingDocument] = gathered.data.documents
    starts = np.cumsum([0, *(len(each.passages) for each in documents)])
    truth = np.zeros((int(starts[-1]), len(labels)), np.bool_)
    judged = np.zeros_like(truth)
    places = {label: place for place, label in enumerate(labels)}
    for lesson in gathered.lessons:
        if lesson.label in places and lesson.seq > after and (lesson.sampled or not drawn):
            row, column = int(starts[lesson.document]) + lesson.passage, places[lesson.label]
            judged[row, column], truth[row, column] = True, lesson.applies
    owner = np.repeat(np.arange(len(documents)), np.diff(starts))
    return Judgements(tuple(labels), truth, judged, owner)


def on_golden(
    golden: Sequence[GoldenPassage],
    passages: Sequence[Passage],
    labels: Sequence[str],
    classifiers: tuple[Classifier, Classifier],
    seed: int,
) -> tuple[list[Check], list[LabelChange]]:
    """Compares two classifiers on the frozen golden set; each of its passages stands alone.

    ``passages`` are those of ``golden`` as the encoder read them; the classifier in use comes first.
    """
    truth = np.array([[label in each.labels for label in labels] for each in golden], np.bool_)
    people = Judgements(tuple(labels), truth, np.ones_like(truth), np.arange(len(golden)))
    both = [_joined([answers(each, [passage], labels) for passage in passages]) for each in classifiers]
    return compare("golden judgements", people, both[0], both[1], seed)


def timed(
    files: tuple[bytes, bytes], classifiers: tuple[Classifier, Classifier], gathered: Gathered
) -> list[Check]:
    """Compares sizes, and the time of labelling some of the passages; the best of two rounds by turns."""
    passages: list[Passage] = []
    for document in gathered.data.documents:
        passages += [each.passage for each in document.passages]
        if len(passages) >= TIMED:
            break
    best = [float("inf"), float("inf")]
    for _ in range(2):
        for place, classifier in enumerate(classifiers):
            started = time.perf_counter()
            classifier.label(passages[:TIMED])
            best[place] = min(best[place], time.perf_counter() - started)
    return bounded((len(files[0]), best[0]), (len(files[1]), best[1]))


def _joined(found: Sequence[Answers]) -> Answers:
    return Answers(
        np.concatenate([each.probabilities for each in found]),
        np.concatenate([each.claims for each in found]),
    )
