"""Labels as the records keep them."""

import json
from collections.abc import Iterable
from typing import Any

from models.combination import effective
from models.labels import LabelPrediction, LabelSource, Standing, Trigger

MACHINES = tuple(source.value for source in LabelSource if source is not LabelSource.HUMAN)
"""Sources of predictions but for people, as the records spell them."""

__all__ = [
    "MACHINES",
    "effective",
    "prediction_from_row",
    "prediction_row",
    "triggers_from_json",
    "triggers_to_json",
]


def prediction_row(chunk: int, item: LabelPrediction) -> dict[str, Any]:
    """Returns the row of what was said of a passage."""
    return {
        "chunk": chunk,
        "label": item.label,
        "source": item.source.value,
        "probability": float(item.probability),
        "model": item.model,
        "triggers": triggers_to_json(item.triggers),
        "standing": item.standing.value,
        "sentence": f"{item.sentence[0]},{item.sentence[1]}" if item.sentence else None,
    }


def prediction_from_row(row: Any, text: str) -> LabelPrediction:  # noqa: ANN401 - a row of the table
    """Returns what a row says of a passage with this text."""
    start, _, end = (row.sentence or "").partition(",")
    return LabelPrediction(
        row.label,
        row.probability,
        LabelSource(row.source),
        row.model,
        triggers_from_json(row.triggers, text),
        Standing(row.standing),
        (int(start), int(end)) if end else None,
    )


def triggers_to_json(triggers: Iterable[Trigger]) -> str:
    """Returns the offsets of triggers as a JSON list of pairs; the words are in the passage."""
    return json.dumps([[trigger.start, trigger.end] for trigger in triggers], separators=(",", ":"))


def triggers_from_json(stored: str, text: str) -> tuple[Trigger, ...]:
    """Returns the triggers of a passage from their stored offsets."""
    return tuple(Trigger(start, end, text[start:end]) for start, end in json.loads(stored))
