"""How sure it is that one ranking is better than another."""

import numpy as np
import pytest

from models.evaluation.intervals import differences
from models.evaluation.scores import Scored


def scored(*rows: tuple[int, list[float], list[int]]) -> Scored:
    """Of passages, given as document, probabilities and truth of each label."""
    documents, probabilities, truth = zip(*rows, strict=True)
    known = np.ones((len(rows), len(truth[0])), bool)
    return Scored(
        tuple(f"label {place}" for place in range(len(truth[0]))),
        np.array(probabilities, float),
        np.array(truth, bool),
        np.array(documents),
        known,
    )


WORSE = scored((0, [0.9], [1]), (0, [0.8], [0]), (1, [0.7], [1]), (1, [0.1], [0]))
BETTER = scored((0, [0.9], [1]), (0, [0.2], [0]), (1, [0.7], [1]), (1, [0.1], [0]))


def test_differences_are_those_of_the_figures_themselves() -> None:
    found = differences(WORSE, BETTER, seed=0, samples=50)
    # Precision at the two examples: 1 and 2 / 3, then 1 and 1.
    assert found["macro_ap"].difference == pytest.approx(1 - (1 + 2 / 3) / 2)
    assert found["micro_ap"].difference == pytest.approx(1 - (1 + 2 / 3) / 2)
    assert found["p_at_80r"].difference == pytest.approx(1 / 3)
    assert found["micro_p_at_80r"].difference == pytest.approx(1 / 3)


def test_both_rankings_are_of_the_same_draw_of_documents() -> None:
    # Drawn alone, neither document tells the rankings apart; drawn together they do.
    found = differences(WORSE, BETTER, seed=0, samples=400)["macro_ap"]
    assert found.low == 0
    assert 1 / 6 - 1e-9 <= found.high <= 1 / 4
    same = differences(WORSE, WORSE, seed=0, samples=50)
    assert {(each.difference, each.low, each.high) for each in same.values()} == {(0.0, 0.0, 0.0)}


def test_labels_count_alike_in_the_mean_and_pairs_in_the_micro_figures() -> None:
    first = scored((0, [0.9, 0.1], [1, 1]), (0, [0.5, 0.8], [0, 0]))
    second = scored((0, [0.9, 0.8], [1, 1]), (0, [0.5, 0.1], [0, 0]))
    found = differences(first, second, seed=1, samples=10)
    # The second label goes from 1 / 2 to 1; in one ranking the two examples from 1 and 2 / 4 to 1 and 1.
    assert found["macro_ap"].difference == pytest.approx(1 / 4)
    assert found["micro_ap"].difference == pytest.approx(1 / 4)
