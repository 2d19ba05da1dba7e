"""Measures how well a classifier labels marked documents, beside the keyword rules of its pack."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from indexer.labelling import fits
from indexer.training import with_readings
from indexer.training.scoring import score, thresholds_of, unfamiliar
from models.classifier.dataset import TrainingSet
from models.errors import ClassifierError
from models.evaluation.classification import measure
from models.evaluation.intervals import intervals
from models.packs import Pack
from models.protocols import Classifier
from search_app.compose import Parts

Report = Callable[[int, int], None]


def with_needed_readings(
    data: TrainingSet, classifier: Classifier, parts: Parts, report: Report
) -> TrainingSet:
    """Returns the data with readings where the classifier needs them.

    Raises:
        ClassifierError: The encoder that the settings name has not the reader that it needs.
    """
    needed = classifier.card.reader
    if not needed:
        return data
    if not fits(classifier.card, parts.encoder.version):
        raise ClassifierError(
            f"{classifier.version} needs the reader {needed}, which the encoder {parts.encoder.version} does "
            "not have; set CLAUSEWATCH_ENCODER and CLAUSEWATCH_READER to those that it was trained with, or "
            "train anew"
        )
    return with_readings(data, parts.encoder, parts.engine, report)


def evaluate_classifier(
    data: TrainingSet,
    classifier: Classifier,
    pack: Pack,
    *,
    samples: int,
    seed: int,
    report: Report,
) -> dict[str, Any]:
    """Returns the figures of docs/classifier.md by their names, for JSON.

    Args:
        data: Marked documents, with readings where the classifier needs them.
        classifier: Sees their passages as it would when they were ingested.
        pack: Of the labels and of the rules.
        samples: Draws of the bootstrap; 0 for no intervals.
        seed: Of these.
        report: Called with the documents scored so far and their number.
    """
    scored, rules = score(data, classifier, pack, report)
    strange = unfamiliar(classifier, data)
    thresholds = thresholds_of(classifier.card, data.labels, strange)
    figures = asdict(measure(scored, thresholds, rules))
    per_label = figures.pop("per_label")
    drawn = intervals(scored, thresholds, seed, samples) if samples else {}
    return {
        **figures,
        "unfamiliar": float(strange.mean()) if len(strange) else 0.0,
        "left_to_rules": sum(label not in classifier.card.labels for label in data.labels),
        "model": classifier.version,
        "intervals": {name: [each.low, each.high] for name, each in drawn.items()},
        "per_label": per_label,
    }
