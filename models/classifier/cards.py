"""Fills in the card of a trained classifier from its answers out of fold."""

from dataclasses import dataclass

import numpy as np

from models.classifier.arrays import Learnable
from models.classifier.card import ClassifierCard
from models.classifier.dataset import TrainingSet
from models.classifier.evidence import Evidence
from models.evaluation.classification import Figures, measure
from models.evaluation.scores import Scored, Thresholds

_FIGURES = (
    "macro_ap",
    "micro_ap",
    "p_at_80r",
    "p_at_90r",
    "any_risk_ap",
    "precision_at_threshold",
    "recall_at_threshold",
    "precision_at_threshold_macro",
    "recall_at_threshold_macro",
    "abstained",
    "brier",
    "ece",
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: the pack, a name of the data for people, the seed, and the precision in (0, 1).

    Attributes:
        reader: Version of the reader whose readings the passages have; empty where nothing is learned from
            them.
    """

    pack: str
    name: str
    seed: int
    precision: float
    reader: str = ""


def card_of(
    data: TrainingSet, able: Learnable, asked: Request, scored: Scored
) -> tuple[ClassifierCard, Evidence]:
    """Returns the card and the evidence that it rests on.

    Args:
        data: What was trained on.
        able: The labels that could be learned.
        asked: What was asked for.
        scored: Calibrated probabilities out of fold of all passages, beside the truth.
    """
    evidence = Evidence.of(scored.probabilities.astype(np.float32), scored.truth, scored.judged)
    ranked = measure(scored, Thresholds.anything(len(able.labels)))
    labels = {
        label: evidence.card(
            place,
            asked.precision,
            examples=able.examples[place],
            documents=able.documents[place],
            average_precision=ranked.per_label[label].average_precision,
        )
        for place, label in enumerate(able.labels)
    }
    chosen = Thresholds(
        np.array([each.low for each in labels.values()]), np.array([each.high for each in labels.values()])
    )
    card = ClassifierCard(
        pack=asked.pack,
        labels=labels,
        left_to_rules=able.left,
        data=data.fingerprint,
        data_name=asked.name,
        documents=len(data.documents),
        passages=len(scored.documents),
        seed=asked.seed,
        precision=asked.precision,
        reader=asked.reader,
        figures=_named(measure(scored, chosen)),
    )
    return card, evidence


def _named(figures: Figures) -> dict[str, float]:
    return {name: round(float(getattr(figures, name)), 6) for name in _FIGURES}
