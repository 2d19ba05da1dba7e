"""What gives the passages of a collection their labels: the classifier and the rules of its pack, as one."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.classifier.card import ClassifierCard
from models.combination import combined
from models.encoder.manifest import reads_with
from models.labels import LabelPrediction, Passage
from models.packs import Pack
from models.protocols import Classifier
from models.rules import RuleLabeller

Labels = tuple[LabelPrediction, ...]
_BETWEEN = " "


class Classifiers(Protocol):
    """Who knows which classifier labels now."""

    def classifier(self, pack: Pack) -> Classifier | None:
        """Returns the classifier of a pack; None where it has none that can be used."""
        ...

    def settled(self, pack: Pack) -> bool:
        """Whether that is what was promoted last, and not what stands in for it."""
        ...


class RulesAlone:
    """Fulfils ``Classifiers`` where there is none."""

    def classifier(self, pack: Pack) -> Classifier | None:  # noqa: ARG002 - that of the protocol
        """Returns None."""
        return None

    def settled(self, pack: Pack) -> bool:  # noqa: ARG002 - that of the protocol
        """Returns True."""
        return True


@dataclass(frozen=True, slots=True)
class Labelled:
    """What is said of the passages of a document.

    Attributes:
        labels: Of each passage, with their standing.
        unfamiliar: Number of passages in words that the classifier, if any, did not learn from.
    """

    labels: list[Labels]
    unfamiliar: int = 0


@dataclass(frozen=True, slots=True)
class Labelling:
    """Labels passages, and says as what.

    Attributes:
        rules: The keyword rules of the pack.
        classifier: None where the rules speak alone.
        encoder: Version of the encoder whose readings passages must have; empty where they need none.
    """

    rules: RuleLabeller
    classifier: Classifier | None = None
    encoder: str = ""

    @property
    def fingerprint(self) -> str:
        """The versions that labels come from; documents with another one are stale."""
        return fingerprint(self.classifier.version if self.classifier else "", self.rules.version)

    def label(self, passages: Sequence[Passage], rules: Sequence[Labels] | None = None) -> Labelled:
        """Returns all that is said of the passages of a document.

        Of a passage in unfamiliar words the classifier judges only the labels that it names.

        Args:
            passages: All those of one document, in order.
            rules: What these rules said of them before; they are asked where it is None.
        """
        by_rules = self.rules.label(passages) if rules is None else [tuple(each) for each in rules]
        if self.classifier is None:
            return Labelled([combined((), each, ()) for each in by_rules])
        ruled = [replace(each, rules=found) for each, found in zip(passages, by_rules, strict=True)]
        by_model = self.classifier.label(ruled)
        unfamiliar = self.classifier.unfamiliar(passages).tolist()
        every = self.classifier.card.labels
        found = [
            combined(said, ruled_by, {item.label for item in said} if strange else every)
            for said, ruled_by, strange in zip(by_model, by_rules, unfamiliar, strict=True)
        ]
        return Labelled(found, sum(unfamiliar))


def labelling(pack: Pack, classifier: Classifier | None, encoder: str) -> Labelling:
    """Returns what labels by a pack.

    ``encoder`` is the version of the encoder in use: a classifier that needs a reader which it has not is not
    used, and the rules speak.
    """
    if classifier is None or not fits(classifier.card, encoder):
        return Labelling(_rules(pack))
    return Labelling(_rules(pack), classifier, encoder if classifier.card.reader else "")


def fits(card: ClassifierCard, encoder: str) -> bool:
    """Whether a classifier can be used where the encoder of that version is in use."""
    return not card.reader or reads_with(encoder, card.reader)


def fingerprint(classifier: str, rules: str) -> str:
    """Returns the fingerprint of a classifier's version (empty for none) and that of the rules."""
    return f"{classifier}{_BETWEEN}{rules}" if classifier else rules


def rules_version(found: str) -> str:
    """Returns the version of the rules in a fingerprint; empty where it is unknown."""
    return found.rpartition(_BETWEEN)[2]


@functools.lru_cache(maxsize=16)
def _rules(pack: Pack) -> RuleLabeller:
    return RuleLabeller(pack)
