"""Measures how well a classifier labels marked documents, beside the keyword rules of its pack."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from indexer.training import with_vectors
from indexer.training.scoring import score, thresholds_of
from models.classifier.dataset import TrainingSet
from models.errors import ClassifierError
from models.evaluation.classification import measure
from models.evaluation.intervals import intervals
from models.packs import Pack
from models.protocols import Classifier
from search_app.compose import Parts

Report = Callable[[int, int], None]


def with_needed_vectors(
    data: TrainingSet, classifier: Classifier, parts: Parts, report: Report
) -> TrainingSet:
    """Returns the data with vectors where the classifier needs them.

    Raises:
        ClassifierError: They are those of an encoder other than the one that the settings name.
    """
    needed = classifier.card.encoder
    if not needed:
        return data
    there = parts.encoder.version
    if needed != there:
        raise ClassifierError(
            f"{classifier.version} needs vectors of the encoder {needed}, but the settings name {there}; "
            "set CLAUSEWATCH_ENCODER to the one that it was trained with, or train anew"
        )
    return with_vectors(data, parts.encoder, parts.engine, report)


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
        data: Marked documents, with vectors where the classifier needs them.
        classifier: Sees their passages as it would when they were ingested.
        pack: Of the labels and of the rules.
        samples: Draws of the bootstrap; 0 for no intervals.
        seed: Of these.
        report: Called with the documents scored so far and their number.
    """
    scored, rules = score(data, classifier, pack, report)
    thresholds = thresholds_of(classifier.card, data.labels)
    figures = asdict(measure(scored, thresholds, rules))
    per_label = figures.pop("per_label")
    drawn = intervals(scored, thresholds, seed, samples) if samples else {}
    return {
        **figures,
        "left_to_rules": sum(label not in classifier.card.labels for label in data.labels),
        "model": classifier.version,
        "intervals": {name: [each.low, each.high] for name, each in drawn.items()},
        "per_label": per_label,
    }
