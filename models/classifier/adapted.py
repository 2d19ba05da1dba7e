"""A classifier that was trained when labels of its pack had other names, or on labels that are gone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.labels import LabelPrediction, Passage
from models.packs import Pack
from models.protocols import Classifier


def adapted(classifier: Classifier, pack: Pack) -> Classifier:
    """Returns a classifier that speaks of the labels that a pack has, by the names that they have now.

    Where a former name and its present one are both among the classifier's labels, the present one counts.
    """
    given = tuple(classifier.card.labels)
    present = {pack.current(label): label for label in given}
    present |= {label: label for label in given if pack.current(label) == label}
    kept = {name: label for name, label in present.items() if name in pack.labels}
    return classifier if tuple(kept) == given else _Adapted(classifier, kept)


class _Adapted:
    """Implements ``Classifier``; ``names`` are the classifier's own names of labels by the present ones."""

    def __init__(self, classifier: Classifier, names: dict[str, str]) -> None:
        card = classifier.card
        self.version = classifier.version
        self.card = replace(card, labels={name: card.labels[own] for name, own in names.items()})
        self._classifier = classifier
        self._own = names
        self._present = {own: name for name, own in names.items()}
        columns = {label: column for column, label in enumerate(card.labels)}
        self._columns = [columns[own] for own in names.values()]

    def scores(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = self._classifier.scores(self._known(passages))[:, self._columns]
        return scores

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        return [
            tuple(
                replace(item, label=self._present[item.label])
                for item in found
                if item.label in self._present
            )
            for found in self._classifier.label(self._known(passages))
        ]

    def _known(self, passages: Sequence[Passage]) -> list[Passage]:
        """Returns the passages with what the rules say of them in the names that the classifier knows."""
        return [
            passage if passage.rules is None else replace(passage, rules=self._named(passage.rules))
            for passage in passages
        ]

    def _named(self, rules: Sequence[LabelPrediction]) -> tuple[LabelPrediction, ...]:
        return tuple(replace(item, label=self._own.get(item.label, item.label)) for item in rules)
