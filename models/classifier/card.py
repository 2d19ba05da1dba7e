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


def card_of_values(values: Mapping[str, Any]) -> ClassifierCard:
    """Returns the card of the values that ``dataclasses.asdict`` made of one.

    Cards of the first version of the format name an encoder, which no model needed, and no reader.

    Raises:
        TypeError: They are those of something else.
        KeyError: They lack the labels.
    """
    labels = {label: LabelCard(**each) for label, each in values["labels"].items()}
    known = {"reader": ""} | {name: value for name, value in values.items() if name != "encoder"}
    return ClassifierCard(**(known | {"labels": labels}))
