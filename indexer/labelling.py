"""What gives the passages of a collection their labels: classifier, pack's rules and house's, as one."""

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.classifier.card import ClassifierCard
from models.combination import combined
from models.encoder.manifest import reads_with
from models.labels import LabelPrediction, Passage
from models.packs import Pack
from models.protocols import Classifier
from models.rules import HOUSE_PREFIX, HouseLabeller, RuleLabeller

Labels = tuple[LabelPrediction, ...]
_BETWEEN = " "
NO_HOUSE = HouseLabeller()


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
        house: The rules that people wrote for the collection.
    """

    rules: RuleLabeller
    classifier: Classifier | None = None
    encoder: str = ""
    house: HouseLabeller = NO_HOUSE

    @property
    def fingerprint(self) -> str:
        """The versions that labels come from; documents with another one are stale."""
        return fingerprint(
            self.classifier.version if self.classifier else "", self.rules.version, self.house.version
        )

    def label(
        self,
        passages: Sequence[Passage],
        rules: Sequence[Labels] | None = None,
        house: Sequence[Labels] | None = None,
    ) -> Labelled:
        """Returns all that is said of the passages of a document.

        Of a passage in unfamiliar words the classifier judges only the labels that it names. What the rules
        of the house say is nothing that it learned to look at, and is kept from it.

        Args:
            passages: All those of one document, in order.
            rules: What these rules said of them before; they are asked where it is None.
            house: The same of the rules of the house.
        """
        by_rules = self.rules.label(passages) if rules is None else [tuple(each) for each in rules]
        by_house = self.house.label(passages) if house is None else [tuple(each) for each in house]
        if self.classifier is None:
            return Labelled(
                [
                    combined((), ruled_by, (), written)
                    for ruled_by, written in zip(by_rules, by_house, strict=True)
                ]
            )
        ruled = [replace(each, rules=found) for each, found in zip(passages, by_rules, strict=True)]
        by_model = self.classifier.label(ruled)
        unfamiliar = self.classifier.unfamiliar(passages).tolist()
        found = [
            combined(said, ruled_by, self._judged(said, strange), written)
            for said, ruled_by, strange, written in zip(by_model, by_rules, unfamiliar, by_house, strict=True)
        ]
        return Labelled(found, sum(unfamiliar))

    def with_house(self, passage: Passage, model: Labels, rules: Labels) -> Labels:
        """Returns all that is said of a passage of which all but the rules of the house spoke before."""
        (house,) = self.house.label([passage])
        if self.classifier is None:
            return combined((), rules, (), house)
        (strange,) = self.classifier.unfamiliar([passage]).tolist()
        return combined(model, rules, self._judged(model, strange), house)

    def _judged(self, said: Labels, strange: bool) -> Collection[str]:
        """Returns the labels on which the classifier's word counts in a passage."""
        assert self.classifier is not None
        return {item.label for item in said} if strange else self.classifier.card.labels


def labelling(
    pack: Pack, classifier: Classifier | None, encoder: str, house: HouseLabeller = NO_HOUSE
) -> Labelling:
    """Returns what labels by a pack.

    ``encoder`` is the version of the encoder in use: a classifier that needs a reader which it has not is not
    used, and the rules speak.
    """
    if classifier is None or not fits(classifier.card, encoder):
        return Labelling(_rules(pack), house=house)
    return Labelling(_rules(pack), classifier, encoder if classifier.card.reader else "", house)


def fits(card: ClassifierCard, encoder: str) -> bool:
    """Whether a classifier can be used where the encoder of that version is in use."""
    return not card.reader or reads_with(encoder, card.reader)


def fingerprint(classifier: str, rules: str, house: str = "") -> str:
    """Returns the fingerprint of three versions; the classifier's and the house's may be empty, for none."""
    return _BETWEEN.join(filter(None, (classifier, rules, house)))


def rules_version(found: str) -> str:
    """Returns the version of the pack's rules in a fingerprint; empty where it is unknown."""
    return without_house(found).rpartition(_BETWEEN)[2]


def house_version(found: str) -> str:
    """Returns the version of the house's rules in a fingerprint; empty for none."""
    last = found.rpartition(_BETWEEN)[2]
    return last if last.startswith(HOUSE_PREFIX) else ""


def without_house(found: str) -> str:
    """Returns a fingerprint without the version of the house's rules."""
    return found.removesuffix(house_version(found)).rstrip()


@functools.lru_cache(maxsize=16)
def _rules(pack: Pack) -> RuleLabeller:
    return RuleLabeller(pack)
