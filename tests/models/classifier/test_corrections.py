"""How alike passages are, and how much a decision weighs."""

import numpy as np
import pytest
from scipy import sparse

from models.classifier.corrections import Corrections, Decisions, alike, fit_weights, known_by


def matrix(*rows: list[float]) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.array(rows, np.float32))


def decisions(passage: list[int], label: list[int], weight: list[float]) -> Decisions:
    return Decisions(
        np.array(passage, np.int32),
        np.array(label, np.uint16),
        np.array(weight) > 0,
        np.array(weight, np.float32),
        np.full(len(weight), np.nan, np.float32),
    )


def test_a_passage_is_wholly_like_itself_and_less_than_a_fifth_is_nothing() -> None:
    views = matrix([0.6, 0.8, 0], [0.1, 0, np.sqrt(0.99)], [0.6, 0, 0.8])
    found = alike(views, known_by(views[[0]])).toarray()[:, 0]
    # (0.36 - 0.2) / 0.8 is 0.2; 0.06 is less than a fifth.
    assert found == pytest.approx([1, 0, 0.2])


def test_a_long_passage_is_known_by_its_32_weightiest_terms() -> None:
    long = np.linspace(0.1, 0.3, 50).astype(np.float32)
    row = sparse.csr_matrix(long / np.linalg.norm(long))
    known = known_by(row)
    assert sorted(known.nonzero()[0].tolist()) == list(range(18, 50))
    assert alike(row, known).toarray()[0, 0] == pytest.approx(1)


def weights(alike_: list[list[float]], log_odds: list[float], applies: list[bool]) -> list[float]:
    return fit_weights(matrix(*alike_), np.array(log_odds), np.array(applies)).tolist()


def test_one_decision_weighs_what_balances_loss_and_reluctance() -> None:
    [weight] = weights([[1]], [3.0], [False])
    # Where the slope of the loss, the probability that is left, equals 0.1 times the weight.
    assert 1 / (1 + np.exp(-(3 + weight))) == pytest.approx(0.1 * -weight, abs=1e-4)
    assert weight == pytest.approx(-3.583, abs=0.001)


def test_what_was_expected_weighs_little() -> None:
    [weight] = weights([[1]], [4.0], [True])
    assert 0 < weight < 0.2


def test_decisions_that_contradict_each_other_about_one_text_leave_it_as_it_was() -> None:
    assert weights([[1, 1], [1, 1]], [0.0, 0.0], [True, False]) == [0, 0]


def test_no_weight_speaks_against_its_decision() -> None:
    found = weights([[1, 0.9], [0.9, 1]], [5.0, 5.0], [False, True])
    assert found[0] < 0 <= found[1]


def test_what_is_added_is_the_sum_over_similar_decisions_of_the_label() -> None:
    views = matrix([1, 0], [0, 1])
    corrections = Corrections(known_by(views), ["a", "b"], decisions([0, 1, 0], [0, 0, 1], [-2, 1, 3]), 3)
    found = corrections.added(matrix([1, 0], [0.6, 0.8], [0, 0]))
    # 0.6 and 0.8 are alike by (0.6 - 0.2) / 0.8 = 0.5 and 0.75.
    assert found == pytest.approx(np.array([[-2, 3, 0], [-0.25, 1.5, 0], [0, 0, 0]]))
    names = [(each.passage, each.applies) for each in corrections.influences(matrix([0.6, 0.8]), 0)]
    assert names == [("a", False), ("b", True)]
    assert corrections.influences(matrix([0.6, 0.8]), 2) == ()


def test_however_many_decisions_agree_odds_stay_finite() -> None:
    views = matrix(*([[1.0]] * 50))
    corrections = Corrections(
        known_by(views), ["a"] * 50, decisions(list(range(50)), [0] * 50, [-4.0] * 50), 1
    )
    assert corrections.added(matrix([1])) == pytest.approx(-20)
