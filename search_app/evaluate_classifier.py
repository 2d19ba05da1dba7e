"""Measures how well a classifier labels marked documents, beside the keyword rules of its pack."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from indexer.training import with_vectors
from indexer.training.scoring import score, thresholds_of
from models.classifier.dataset import TrainingSet
from models.errors import ClassifierError, EvaluationError
from models.evaluation.classification import measure
from models.evaluation.intervals import intervals
from models.packs import Pack
from models.protocols import Classifier
from search_app.compose import Parts

Report = Callable[[int, int], None]


def evaluate_classifier(
    data: TrainingSet,
    classifier: Classifier,
    pack: Pack,
    *,
    parts: Parts,
    samples: int,
    seed: int,
    report: Report,
) -> dict[str, Any]:
    """Returns the figures of docs/classifier.md by their names, for JSON.

    Args:
        data: Marked documents.
        classifier: Sees their passages as it would when they were ingested.
        pack: Of the labels and of the rules.
        parts: For the encoder, where the classifier needs vectors.
        samples: Draws of the bootstrap; 0 for no intervals.
        seed: Of these.
        report: Called with the steps done and their number.

    Raises:
        ClassifierError: It needs vectors of an encoder other than the one that the settings name.
        EvaluationError: There is no document.
    """
    if not data.documents:
        raise EvaluationError("there is no document to measure on")
    if classifier.card.encoder:
        _check_encoder(classifier, parts)
        data = with_vectors(data, parts.encoder, parts.engine, report)
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


def _check_encoder(classifier: Classifier, parts: Parts) -> None:
    needed, there = classifier.card.encoder, parts.encoder.version
    if needed != there:
        raise ClassifierError(
            f"{classifier.version} needs vectors of the encoder {needed}, but the settings name {there}; "
            "set CLAUSEWATCH_ENCODER to the one that it was trained with, or train anew"
        )
