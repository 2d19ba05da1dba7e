"""Labels as the records keep them, and which of several sources counts."""

import json
from collections.abc import Iterable

from models.labels import LabelPrediction, LabelSource, Trigger

RANK = {LabelSource.HUMAN: 0, LabelSource.MODEL: 1, LabelSource.RULE: 2}


def effective(predictions: Iterable[LabelPrediction]) -> tuple[LabelPrediction, ...]:
    """Keeps for each label what outranks the rest (human, model, rule); most probable first."""
    kept: dict[str, LabelPrediction] = {}
    for prediction in predictions:
        other = kept.get(prediction.label)
        if other is None or RANK[prediction.source] < RANK[other.source]:
            kept[prediction.label] = prediction
    return tuple(sorted(kept.values(), key=lambda item: (-item.probability, item.label)))


def triggers_to_json(triggers: Iterable[Trigger]) -> str:
    """Returns the offsets of triggers as a JSON list of pairs; the words are in the passage."""
    return json.dumps([[trigger.start, trigger.end] for trigger in triggers], separators=(",", ":"))


def triggers_from_json(stored: str, text: str) -> tuple[Trigger, ...]:
    """Returns the triggers of a passage from their stored offsets."""
    return tuple(Trigger(start, end, text[start:end]) for start, end in json.loads(stored))
