"""Metrics of a classifier of many labels, from its probabilities and what people said.

A pair is a passage and a label. Average precision and the precision at a recall are those of scikit-learn,
ties counted together. Figures of a label that no passage carries are 0, and leave the means out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve

from models.evaluation.scores import Scored, Thresholds, counts_at

ENOUGH_EXAMPLES = 10
"""Positives that a label needs to count in a mean at the thresholds: of fewer, the share is mostly luck."""

NOT_OBVIOUS = 0.1
"""Probability above which pairs count for ``ece``; below lie nearly all pairs, right and easy."""

_BINS = 10
# Shares such as 8/10 are not exact; a recall that misses by rounding is reached.
_ROUNDING = 1e-12

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """Figures of one label.

    Attributes:
        examples: Passages that carry it.
        average_precision: Of the ranking of all passages.
        p_at_80r: Best precision at a recall of at least 0.8.
        precision: Share of right ones among the passages at or above the upper threshold; 0 for none.
        recall: Share of the examples that are there.
        said: Number of passages at or above the upper threshold.
        unsure: Number of passages between the thresholds.
        rule_precision: The same share for the keyword rules; 0 where they say nothing.
        rule_recall: Share of the examples that they find.
    """

    examples: int
    average_precision: float
    p_at_80r: float
    precision: float
    recall: float
    said: int
    unsure: int
    rule_precision: float
    rule_recall: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures over all labels; "macro" is the mean of labels, "micro" counts all pairs together.

    Attributes:
        chunks: Passages.
        documents: Documents that they are of.
        labels: Labels that were asked for.
        labels_with_examples: Those that a passage carries; means are over these.
        macro_ap: Mean average precision.
        micro_ap: Average precision of all pairs in one ranking.
        p_at_80r: Mean of the best precision at a recall of at least 0.8.
        p_at_90r: The same at 0.9.
        any_risk_ap: Average precision of each passage's largest probability for carrying any label.
        precision_at_threshold: Right ones among the pairs at or above the upper thresholds, micro.
        recall_at_threshold: Share of the positive pairs that are there, micro.
        precision_at_threshold_macro: Mean over labels with at least 10 examples of which one was said.
        recall_at_threshold_macro: Mean over labels with at least 10 examples.
        abstained: Share of passages with a label between the thresholds.
        abstained_pairs: Share of pairs between the thresholds.
        unsure_precision: Right ones among the pairs between the thresholds, micro.
        unsure_recall: Share of the positive pairs that are there, micro.
        brier: Mean squared difference between probability and truth, over pairs.
        ece: Expected calibration error in 10 bins of equal width, among pairs above 0.1.
        ece_all: The same over all pairs, flattered by easy zeros.
        rule_precision: The keyword rules' share of right ones, micro.
        rule_recall: Their share of the positive pairs, micro.
        rule_macro_ap: Their mean average precision, ranked by their probabilities.
        per_label: By name.
    """

    chunks: int
    documents: int
    labels: int
    labels_with_examples: int
    macro_ap: float
    micro_ap: float
    p_at_80r: float
    p_at_90r: float
    any_risk_ap: float
    precision_at_threshold: float
    recall_at_threshold: float
    precision_at_threshold_macro: float
    recall_at_threshold_macro: float
    abstained: float
    abstained_pairs: float
    unsure_precision: float
    unsure_recall: float
    brier: float
    ece: float
    ece_all: float
    rule_precision: float
    rule_recall: float
    rule_macro_ap: float
    per_label: Mapping[str, LabelFigures]


def measure(scored: Scored, thresholds: Thresholds, rules: Floats | None = None) -> Figures:
    """Returns all figures.

    Args:
        scored: Probabilities and truth.
        thresholds: Of each label, in the same order.
        rules: Probabilities of the keyword rules, shape (passages, labels), 0 where they say nothing.
    """
    ruled = scored.of(np.zeros_like(scored.probabilities) if rules is None else rules)
    per_label = _per_label(scored, thresholds, ruled)
    enough = [each for each in per_label.values() if each.examples >= ENOUGH_EXAMPLES]
    at, by_rules = counts_at(scored, thresholds), counts_at(ruled, Thresholds.anything(len(scored.labels)))
    truth, probabilities = scored.pairs()
    obvious = probabilities <= NOT_OBVIOUS
    return Figures(
        chunks=len(scored.documents),
        documents=len(np.unique(scored.documents)),
        labels=len(scored.labels),
        labels_with_examples=sum(each.examples > 0 for each in per_label.values()),
        macro_ap=macro_ap(scored),
        micro_ap=average_precision(truth, probabilities),
        p_at_80r=p_at_recall(scored, 0.8),
        p_at_90r=p_at_recall(scored, 0.9),
        any_risk_ap=any_risk_ap(scored),
        precision_at_threshold=_share(at.right.sum(), at.said.sum()),
        recall_at_threshold=_share(at.right.sum(), truth.sum()),
        precision_at_threshold_macro=_mean(each.precision for each in enough if each.said),
        recall_at_threshold_macro=_mean(each.recall for each in enough),
        abstained=_share(at.unsure_passages.sum(), len(scored.documents)),
        abstained_pairs=_share(at.unsure.sum(), len(truth)),
        unsure_precision=_share(at.unsure_right.sum(), at.unsure.sum()),
        unsure_recall=_share(at.unsure_right.sum(), truth.sum()),
        brier=float(brier_score_loss(truth, probabilities, pos_label=True)) if len(truth) else 0.0,
        ece=calibration_error(truth[~obvious], probabilities[~obvious]),
        ece_all=calibration_error(truth, probabilities),
        rule_precision=_share(by_rules.right.sum(), by_rules.said.sum()),
        rule_recall=_share(by_rules.right.sum(), truth.sum()),
        rule_macro_ap=macro_ap(ruled),
        per_label=per_label,
    )


def macro_ap(scored: Scored) -> float:
    """Returns the mean of average precision over the labels that a passage carries."""
    return _mean(average_precision(*column) for column in _columns(scored))


def p_at_recall(scored: Scored, recall: float) -> float:
    """Returns the mean over the same labels of the best precision whose recall is at least ``recall``."""
    return _mean(best_precision(*column, recall) for column in _columns(scored))


def any_risk_ap(scored: Scored) -> float:
    """Returns the average precision of the largest probability for carrying any label at all."""
    if not scored.labels:
        return 0.0
    known = np.any(scored.judged, axis=1)
    highest = np.max(np.where(scored.judged, scored.probabilities, 0.0), axis=1)
    carrying: Bools = np.any(scored.truth & scored.judged, axis=1)
    return average_precision(carrying[known], highest[known])


def average_precision(truth: Bools, probabilities: Floats) -> float:
    """Returns the average precision of a ranking; 0 where nothing is true."""
    return float(average_precision_score(truth, probabilities)) if truth.any() else 0.0


def best_precision(truth: Bools, probabilities: Floats, recall: float) -> float:
    """Returns the best precision whose recall is at least ``recall``; 0 where nothing is true."""
    if not truth.any():
        return 0.0
    precisions, recalls, _ = precision_recall_curve(truth, probabilities)
    return float(precisions[recalls >= recall - _ROUNDING].max())


def calibration_error(truth: Bools, probabilities: Floats) -> float:
    """Returns the expected calibration error (Naeini et al., 2015); 0 without pairs.

    It is the mean over pairs of the difference, within the pair's bin (one of 10 of equal width), between
    the mean probability and the share of true ones.
    """
    if not len(truth):
        return 0.0
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, probabilities, _BINS) - np.bincount(bins, truth, _BINS)
    return float(np.abs(gaps).sum() / len(truth))


def _per_label(scored: Scored, thresholds: Thresholds, ruled: Scored) -> dict[str, LabelFigures]:
    at, rules = counts_at(scored, thresholds), counts_at(ruled, Thresholds.anything(len(scored.labels)))
    figures = {}
    for place, label in enumerate(scored.labels):
        truth, probabilities = scored.column(place)
        examples = int(truth.sum())
        figures[label] = LabelFigures(
            examples=examples,
            average_precision=average_precision(truth, probabilities),
            p_at_80r=best_precision(truth, probabilities, 0.8),
            precision=_share(at.right[place], at.said[place]),
            recall=_share(at.right[place], examples),
            said=int(at.said[place]),
            unsure=int(at.unsure[place]),
            rule_precision=_share(rules.right[place], rules.said[place]),
            rule_recall=_share(rules.right[place], examples),
        )
    return figures


def _columns(scored: Scored) -> Iterable[tuple[Bools, Floats]]:
    columns = (scored.column(place) for place in range(len(scored.labels)))
    return (column for column in columns if column[0].any())


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
