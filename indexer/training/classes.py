"""Finds the labels that a classifier cannot learn because nothing tells them from other text."""

from collections import Counter
from dataclasses import replace

from indexer.training.findings import Finding
from indexer.training.reading import TrainingData
from models.classifier.dataset import TrainingPassage, TrainingSet


def with_both_classes(found: TrainingData) -> TrainingData:
    """Returns the data without the labels that every passage carries that was looked at for them.

    Each of them is one more problem.
    """
    carrying, looked_at = _counts(found.data)
    alone = {
        label: carrying[label]
        for label in found.data.labels
        if carrying[label] and carrying[label] == looked_at[label]
    }
    if not alone:
        return found
    what = "one class only: each of the {} passages looked at carries it, and none tells what it is not"
    problems = [Finding("", label, what.format(count)) for label, count in alone.items()]
    return replace(found, data=_without(found.data, frozenset(alone)), problems=(*found.problems, *problems))


def _counts(data: TrainingSet) -> tuple[Counter[str], Counter[str]]:
    """Returns by label how many passages carry it, and how many were looked at for it."""
    carrying: Counter[str] = Counter()
    looked_at: Counter[str] = Counter()
    for document in data.documents:
        for passage in document.passages:
            carrying.update(passage.labels)
            looked_at.update(data.labels if passage.judged is None else passage.judged)
    return carrying, looked_at


def _without(data: TrainingSet, labels: frozenset[str]) -> TrainingSet:
    def less(passage: TrainingPassage) -> TrainingPassage:
        return replace(
            passage,
            labels=passage.labels - labels,
            evidence=tuple(item for item in passage.evidence if item.label not in labels),
            judged=(frozenset(data.labels) if passage.judged is None else passage.judged) - labels,
        )

    documents = (
        replace(document, passages=tuple(map(less, document.passages))) for document in data.documents
    )
    return replace(data, documents=tuple(documents))
