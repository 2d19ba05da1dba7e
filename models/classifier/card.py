"""What a classifier says of itself: data, thresholds, and how often it was right, label by label."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LabelCard:
    """What is known of one label; counts are of passages, measured out of fold on the training data.

    Attributes:
        examples: Passages that carry it.
        documents: Documents with such a passage.
        low: Probability below which the model says no; from ``low`` to ``high`` it abstains.
        high: Probability from which the model says yes; above 1 where no threshold is precise enough.
        right: Passages at or above ``high`` that do carry the label.
        said: All passages at or above ``high``.
        average_precision: Over all passages.
        recall: Share of ``examples`` at or above ``high``.
        unsure: Passages from ``low`` to ``high``.
    """

    examples: int
    documents: int
    low: float
    high: float
    right: int
    said: int
    average_precision: float
    recall: float
    unsure: int


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """What a classifier learned from decisions about passages of an installation's own documents.

    Attributes:
        parent: Version of the classifier that they correct.
        data: Hex SHA-256 of the decisions with their documents (``TrainingSet.fingerprint``).
        data_name: Where they came from, for people.
        documents: Documents with a decision.
        passages: Passages with a decision.
        applies: Decisions that a label applies, by label.
        against: Decisions that it does not, by label.
        revised: Labels whose thresholds were chosen anew with them.
        figures: On the decided pairs, corrected by decisions about other documents alone, by name: pairs,
            ap_before, ap_after, brier_before, brier_after; empty where all documents are alike.
        uncorrected: The labels' cards without the decisions.
    """

    parent: str
    data: str
    data_name: str
    documents: int
    passages: int
    applies: Mapping[str, int]
    against: Mapping[str, int]
    revised: tuple[str, ...]
    figures: Mapping[str, float]
    uncorrected: Mapping[str, LabelCard]


@dataclass(frozen=True, slots=True)
class ClassifierCard:
    """The card of a model version.

    Attributes:
        pack: Name of the pack whose labels it gives.
        labels: Those it gives.
        left_to_rules: Labels that it does not give, and the reason as a sentence.
        data: Hex SHA-256 of the training set (``TrainingSet.fingerprint``).
        data_name: Where that came from, for people: "CUAD, 399 contracts".
        documents: Documents trained on.
        passages: Passages trained on.
        seed: Of everything random.
        precision: What the thresholds were chosen for, in (0, 1).
        reader: Version of the reader whose readings of a passage it needs; empty where it needs none.
        figures: Over all labels, out of fold, by name: macro_ap, micro_ap, p_at_80r …
        decisions: What was learned from people's decisions on top; None where nothing was.
    """

    pack: str
    labels: Mapping[str, LabelCard]
    left_to_rules: Mapping[str, str]
    data: str
    data_name: str
    documents: int
    passages: int
    seed: int
    precision: float
    reader: str
    figures: Mapping[str, float]
    decisions: DecisionCard | None = None


def card_of_values(values: Mapping[str, Any]) -> ClassifierCard:
    """Returns the card of the values that ``dataclasses.asdict`` made of one.

    Cards of the first version of the format name an encoder, which no model needed, and no reader.

    Raises:
        TypeError: They are those of something else.
        KeyError: They lack the labels.
    """
    known = {"reader": ""} | {name: value for name, value in values.items() if name != "encoder"}
    decided = values.get("decisions")
    return ClassifierCard(
        **(
            known
            | {"labels": _labels(values["labels"])}
            | {"decisions": None if decided is None else _decisions(decided)}
        )
    )


def _labels(values: Mapping[str, Any]) -> dict[str, LabelCard]:
    return {label: LabelCard(**each) for label, each in values.items()}


def _decisions(values: Mapping[str, Any]) -> DecisionCard:
    kept = {"revised": tuple(values["revised"]), "uncorrected": _labels(values["uncorrected"])}
    return DecisionCard(**(dict(values) | kept))
