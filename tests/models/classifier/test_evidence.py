"""What is kept of a model's answers out of fold, and the card that it makes."""

import numpy as np

from models.classifier.card import LabelCard
from models.classifier.evidence import Evidence


def of(probabilities: list[list[float]], truth: list[list[int]], judged: list[list[int]]) -> Evidence:
    return Evidence.of(np.array(probabilities, np.float32), np.array(truth, bool), np.array(judged, bool))


def test_pairs_that_were_judged_are_kept_in_order_of_labels_unless_next_to_impossible() -> None:
    kept = of([[0.5, 0.25], [0.01, 0.75], [1, 0.125]], [[1, 0], [1, 1], [0, 0]], [[1, 1], [1, 1], [1, 0]])
    assert kept.label.tolist() == [0, 0, 1, 1]
    assert kept.probability.tolist() == [0.5, 1, 0.25, 0.75]
    assert kept.truth.tolist() == [True, False, False, True]
    assert (kept.label.dtype, kept.probability.dtype, kept.truth.dtype) == (np.uint16, np.float32, np.bool_)


def test_a_card_counts_what_is_said_right_and_unsure_at_its_thresholds() -> None:
    # Label 1: nineteen of twenty from 0.875 on are right, one of four at 0.25; label 0 is another's.
    chances = [[0.9, 0.875]] * 20 + [[0.9, 0.25]] * 4 + [[0.9, 0.1]]
    truth = [[0, 1]] * 19 + [[0, 0]] + [[0, 1]] + [[0, 0]] * 4
    card = of(chances, truth, [[1, 1]] * 25).card(1, 0.8, examples=25, documents=9, average_precision=0.5)
    assert card == LabelCard(25, 9, 0.15, 0.875, 19, 20, 0.5, 19 / 25, 4)


def test_a_label_without_evidence_never_speaks() -> None:
    card = of([[0.9, 0.0]], [[1, 1]], [[1, 1]]).card(1, 0.8, examples=1, documents=1, average_precision=0.1)
    assert (card.low, card.high, card.said, card.recall, card.unsure) == (1.01, 1.01, 0, 0.0, 0)
