"""A classifier that was trained when labels of its pack had other names, or on labels that are gone."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.classifier.influence import Influence, OutOfFold
from models.labels import LabelPrediction, Passage
from models.packs import Pack
from models.protocols import Classifier


def adapted(classifier: Classifier, pack: Pack) -> Classifier:
    """Returns a classifier that speaks of the labels that a pack has, by the names that they have now.

    Args:
        classifier: Of this pack, as it was when the classifier was trained.
        pack: As it is now.
    """
    names = own_names(classifier.card.labels, pack)
    return classifier if list(names) == list(classifier.card.labels) else _Adapted(classifier, names)


def own_names(labels: Iterable[str], pack: Pack) -> dict[str, str]:
    """Returns, by their present names, the names by which a classifier knows the labels that a pack has.

    Where both a former name and the present one are among its ``labels``, the present one counts.
    """
    given = tuple(labels)
    names = {pack.current(label): label for label in given}
    names |= {label: label for label in given if pack.current(label) == label}
    return {name: own for name, own in names.items() if name in pack.labels}


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

    def influences(self, passage: Passage, label: str) -> Sequence[Influence]:
        return self._classifier.influences(passage, self._own.get(label, label))

    def out_of_fold(self) -> Sequence[OutOfFold]:
        return [
            replace(each, label=self._present[each.label])
            for each in self._classifier.out_of_fold()
            if each.label in self._present
        ]

    def unfamiliar(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        return self._classifier.unfamiliar(passages)

    def _known(self, passages: Sequence[Passage]) -> list[Passage]:
        """Returns the passages with what the rules say of them in the names that the classifier knows."""
        return [
            passage if passage.rules is None else replace(passage, rules=self._named(passage.rules))
            for passage in passages
        ]

    def _named(self, rules: Sequence[LabelPrediction]) -> tuple[LabelPrediction, ...]:
        return tuple(replace(item, label=self._own.get(item.label, item.label)) for item in rules)
