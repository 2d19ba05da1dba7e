"""Labels as people see them: titled, with how often they were right, and with what others say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.decisions import PREFIX
from indexer.records.read import ChunkRecord
from models.classifier.card import ClassifierCard
from models.labels import LabelPrediction, LabelSource, Severity
from models.packs import Pack
from search_app.results import HitLabel


class Cards(Protocol):
    """Who knows what a model says of itself, and who wrote a rule of the house."""

    def card(self, version: str) -> ClassifierCard | None:
        """Returns the card of a version; None for one that is not known."""
        ...

    def rule(self, version: str) -> str:
        """Returns the name of a rule of the house and who wrote it, in words; empty for one not known."""
        ...


@dataclass(frozen=True, slots=True)
class ShownLabels:
    """The labels of a passage: claimed, unsure, what only the outvoted rules see, and what people deny."""

    labels: tuple[HitLabel, ...]
    unsure: tuple[HitLabel, ...]
    outvoted: tuple[HitLabel, ...]
    denied: tuple[HitLabel, ...]


NOTHING_SAID = ShownLabels((), (), (), ())


class LabelMaker:
    """Makes the labels of one pack.

    Args:
        pack: Where titles, severities and questions stand; None for a collection that has none any more.
        cards: Who knows how often a model was right; None where nobody asks.
    """

    def __init__(self, pack: Pack | None, cards: Cards | None = None) -> None:
        self._pack = pack
        self._cards = cards

    def of(self, record: ChunkRecord) -> ShownLabels:
        """Returns the labels of a passage, in each part the gravest and surest first."""
        rules = {item.label for item in record.outvoted if item.source is not LabelSource.MODEL}
        unsure = {item.label for item in record.outvoted if item.source is LabelSource.MODEL}
        said = {item.label for item in (*record.labels, *record.unsure, *record.denied)}
        alone = [item for item in record.outvoted if item.label not in said]
        return ShownLabels(
            self.labels(record.labels, rules, unsure),
            self.labels(record.unsure, rules),
            self.labels(alone),
            self.labels(record.denied),
        )

    def unsaid(self, label: str) -> HitLabel:
        """Returns a label of which nothing was said, for a question about it."""
        return self._label(LabelPrediction(label, 0.0, LabelSource.HUMAN, ""))

    def labels(
        self,
        predictions: Sequence[LabelPrediction],
        rules: Collection[str] = (),
        unsure: Collection[str] = (),
    ) -> tuple[HitLabel, ...]:
        """Returns labels; one that the pack lacks keeps its name.

        Args:
            predictions: What is said.
            rules: The labels that rules see too.
            unsure: The labels of which a model is unsure, where another word counts.
        """
        shown = [self._label(item, rules, unsure) for item in predictions]
        return tuple(sorted(shown, key=lambda label: (-label.severity * label.probability, label.label)))

    def _label(
        self, item: LabelPrediction, rules: Collection[str] = (), unsure: Collection[str] = ()
    ) -> HitLabel:
        definition = self._pack.labels.get(item.label) if self._pack else None
        by_model = item.source is LabelSource.MODEL
        card = self._cards.card(item.model) if self._cards is not None and by_model else None
        names = self._pack.names(item.label) if self._pack else (item.label,)
        measured = next((card.labels[name] for name in names if name in card.labels), None) if card else None
        return HitLabel(
            label=item.label,
            title=definition.title if definition else item.label,
            severity=definition.severity if definition else Severity.LOW,
            probability=item.probability,
            source=item.source,
            model=item.model,
            triggers=item.triggers,
            standing=item.standing,
            sentence=item.sentence,
            right=measured.right if measured else None,
            said=measured.said if measured else None,
            question=definition.question if definition else "",
            rules_agree=item.label in rules if by_model else None,
            act=item.model.removeprefix(PREFIX) if item.source is LabelSource.HUMAN else "",
            ground=self._cards.rule(item.model) if self._cards and item.source is LabelSource.HOUSE else "",
            model_unsure=item.source is LabelSource.HOUSE and item.label in unsure,
        )


def hit_labels(predictions: Sequence[LabelPrediction], pack: Pack | None) -> tuple[HitLabel, ...]:
    """Returns labels as shown, the gravest and surest first, without how often they were right."""
    return LabelMaker(pack).labels(predictions)
