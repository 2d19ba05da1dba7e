"""Cards of classifiers as the records keep them: JSON, so that figures are there when the file is not."""

import json
from dataclasses import asdict

from models.classifier.card import ClassifierCard, card_of_values


def card_to_json(card: ClassifierCard) -> str:
    """Returns a card as JSON."""
    values = asdict(card) | {
        "labels": {name: asdict(each) for name, each in card.labels.items()},
        "left_to_rules": dict(card.left_to_rules),
        "figures": dict(card.figures),
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def card_from_json(stored: str) -> ClassifierCard:
    """Returns a stored card."""
    return card_of_values(json.loads(stored))
