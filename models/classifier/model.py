"""The classifier: labels the passages of a document, explains itself, and abstains where it is not sure."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.classifier.card import ClassifierCard
from models.classifier.explain import contributions, frequent_words, triggers
from models.classifier.influence import Influence, OutOfFold
from models.classifier.parts import Parts, Seen, rule_scores
from models.classifier.thresholds import LOWEST_ASKED
from models.labels import LabelPrediction, LabelSource, Passage, Standing
from models.matching import is_table_of_contents
from models.packs import load_pack
from models.rules import RuleLabeller

# Below this no threshold lies; where no label is likelier, it does not matter what a passage is.
_WORTH_A_LOOK = 0.02


class LearnedClassifier:
    """Implements ``Classifier``.

    Attributes:
        version: ``classifier:<pack>:<first twelve digits of the SHA-256 of its file>``.
        card: Its data, thresholds and figures.
    """

    def __init__(self, version: str, card: ClassifierCard, parts: Parts) -> None:
        self.version = version
        self.card = card
        self._parts = parts
        self._labels = tuple(card.labels)
        self._low = np.array([each.low for each in card.labels.values()], np.float32)
        self._high = np.array([each.high for each in card.labels.values()], np.float32)
        self._frequent = frequent_words(parts.counting.vocabulary_, parts.weights.passage)
        self._rules: RuleLabeller | None = None

    def scores(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """Returns calibrated probabilities, shape (len(passages), len(card.labels)), in the card's order."""
        if not passages:
            return np.zeros((0, len(self._labels)), np.float32)
        return self._scores(passages, self._parts.look(passages))

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        """Returns for each passage the labels that it is sure or unsure of, most probable first.

        It is sure of nothing in an unfamiliar passage: how often it is right was measured on words that it
        knows.
        """
        if not passages:
            return []
        seen = self._parts.look(passages)
        scores = self._scores(passages, seen)
        found: list[list[LabelPrediction]] = [[] for _ in passages]
        low = np.where(seen.unfamiliar[:, np.newaxis], LOWEST_ASKED, self._low)
        for row, column in np.argwhere(scores >= low).tolist():
            found[row].append(self._prediction(passages[row], seen, row, column, float(scores[row, column])))
        return [tuple(sorted(each, key=lambda label: (-label.probability, label.label))) for each in found]

    def influences(self, passage: Passage, label: str) -> tuple[Influence, ...]:
        """Returns the decisions about similar passages that speak in a label's probability, strongest first.

        At most 5; none where nothing similar was decided, nor for a label that the classifier does not give.
        """
        corrections = self._parts.corrections
        if corrections is None or label not in self._labels or self.unfamiliar([passage])[0]:
            return ()
        seen = self._parts.look([passage])
        return corrections.influences(seen.views.passage, self._labels.index(label))

    def out_of_fold(self) -> tuple[OutOfFold, ...]:
        """Returns what it would say of each decided pair had it learned from other documents alone.

        Pairs that taught it nothing are not among them; none are where all documents say nearly the same.
        """
        corrections = self._parts.corrections
        if corrections is None:
            return ()
        made = corrections.decisions
        return tuple(
            OutOfFold(corrections.names[made.passage[place]], self._labels[made.label[place]], probability)
            for place, probability in enumerate(made.probability.astype(float).tolist())
            if not math.isnan(probability)
        )

    def unfamiliar(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        """Says of each passage whether its words are others than those that the classifier learned from."""
        return self._parts.unfamiliar(passages)

    def looked(self, passages: Sequence[Passage]) -> tuple[Seen, NDArray[np.float32]]:
        """Returns what is seen in the passages of a document, at least one, and their scores."""
        seen = self._parts.look(passages)
        return seen, self._scores(passages, seen)

    def _scores(self, passages: Sequence[Passage], seen: Seen) -> NDArray[np.float32]:
        probabilities = self._parts.probabilities(seen, rule_scores(self._ruled(passages), self._labels))
        # A table of contents names every clause and holds none.
        for row in np.flatnonzero(probabilities.max(axis=1) >= _WORTH_A_LOOK).tolist():
            if is_table_of_contents(passages[row].text):
                probabilities[row] = 0
        return probabilities

    def _ruled(self, passages: Sequence[Passage]) -> Sequence[Sequence[LabelPrediction]]:
        """Returns what the rules say, asking them only where nobody has."""
        if all(passage.rules is not None for passage in passages):
            return [passage.rules or () for passage in passages]
        if self._rules is None:
            self._rules = RuleLabeller(load_pack(self.card.pack))
        return self._rules.label(passages)

    def _prediction(
        self, passage: Passage, seen: Seen, row: int, column: int, probability: float
    ) -> LabelPrediction:
        if seen.unfamiliar[row]:
            return LabelPrediction(
                label=self._labels[column],
                probability=probability,
                source=LabelSource.MODEL,
                model=self.version,
                standing=Standing.UNSURE,
            )
        best = int(seen.margins.best[row, column])
        span = seen.cut.spans[best]
        terms = len(self._parts.weights.sentence)
        added = contributions(seen.views.sentence[[best]], self._parts.linear.sentence, column, terms)
        return LabelPrediction(
            label=self._labels[column],
            probability=probability,
            source=LabelSource.MODEL,
            model=self.version,
            triggers=triggers(passage.text, span, added, self._parts.counting.vocabulary_, self._frequent),
            standing=Standing.SPEAKS if probability >= self._high[column] else Standing.UNSURE,
            sentence=_stripped(passage.text, span),
        )


def _stripped(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """Returns the span without the blanks around it."""
    words = text[span[0] : span[1]]
    start = span[0] + len(words) - len(words.lstrip())
    return start, start + len(words.strip())
