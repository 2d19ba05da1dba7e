"""Labels passages by keyword rules: those of a pack, and those that people wrote here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from models.labels import LabelPrediction, LabelSource, Passage, Trigger
from models.matching import RuleMatcher, triggers
from models.packs.definition import Pack, Rule
from models.packs.terms import Span

HOUSE_PREFIX = "house:"
"""Stands before the id of the rule of the house that gave a label, where others name the model."""


class RuleLabeller:
    """Implements ``Labeller``: a label's probability is that of its strongest rule that matched.

    Rules of one label overlap in what they match, so that adding up their evidence would promise more
    than was measured; the strongest alone keeps its measured meaning.

    Attributes:
        version: ``rules:<pack>:<first eight digits of the pack's version>``.
    """

    def __init__(self, pack: Pack) -> None:
        self.version = f"rules:{pack.name}:{pack.version[:8]}"
        self._matcher = RuleMatcher(
            (label.name, rule) for label in pack.labels.values() for rule in label.rules
        )

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        """Returns for each passage its labels, most probable first; at most one of each name."""
        return [self._label(passage) for passage in passages]

    def matches(self, passage: Passage) -> list[tuple[str, str, tuple[Trigger, ...]]]:
        """Returns every rule that matched as (label, rule id, triggers), to measure and explain rules."""
        return [
            (label, rule.id, triggers(passage.text, spans))
            for label, rule, spans in self._matcher.matches(passage)
        ]

    def _label(self, passage: Passage) -> tuple[LabelPrediction, ...]:
        strongest = _strongest(self._matcher.matches(passage))
        return _predictions(
            LabelPrediction(
                name, rule.probability, LabelSource.RULE, self.version, triggers(passage.text, spans)
            )
            for name, (rule, spans) in strongest.items()
        )


class HouseLabeller:
    """Implements ``Labeller`` by rules that people wrote here; a label names the strongest that matched.

    Attributes:
        version: Fingerprint of the rules; empty where there is none.
        rules: Each with the label that it gives.
    """

    def __init__(self, version: str = "", rules: Iterable[tuple[str, Rule]] = ()) -> None:
        self._matcher = RuleMatcher(rules)
        self.version = version
        self.rules = self._matcher.rules

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        """Returns for each passage its labels, most probable first; at most one of each name."""
        return [self._label(passage) if self.rules else () for passage in passages]

    def _label(self, passage: Passage) -> tuple[LabelPrediction, ...]:
        strongest = _strongest(self._matcher.matches(passage))
        return _predictions(
            LabelPrediction(
                name,
                rule.probability,
                LabelSource.HOUSE,
                f"{HOUSE_PREFIX}{rule.id}",
                triggers(passage.text, spans),
            )
            for name, (rule, spans) in strongest.items()
        )


def _strongest(found: Iterable[tuple[str, Rule, list[Span]]]) -> dict[str, tuple[Rule, list[Span]]]:
    """Returns for each label its strongest rule, the first of equal ones, and the words of all."""
    rules: dict[str, Rule] = {}
    words: dict[str, list[Span]] = defaultdict(list)
    for label, rule, spans in found:
        if label not in rules or rule.probability > rules[label].probability:
            rules[label] = rule
        words[label] += spans
    return {label: (rule, words[label]) for label, rule in rules.items()}


def _predictions(found: Iterable[LabelPrediction]) -> tuple[LabelPrediction, ...]:
    return tuple(sorted(found, key=lambda prediction: -prediction.probability))
