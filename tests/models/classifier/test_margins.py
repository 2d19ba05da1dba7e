"""The best sentence of each passage, and margins on one scale."""

import math

import numpy as np
import pytest

from models.classifier.margins import Scale, blocks, fit_scale, gathered


def floats(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_the_two_best_sentences_of_each_passage_are_found_label_by_label() -> None:
    of_passages = floats([[0.5, -0.5], [0.1, 0.2], [0.0, 0.0]])
    of_sentences = floats([[1, -2], [3, -1], [-1, 0.5], [0, 2], [-1, 1], [-2, 3]])
    found = gathered(of_passages, of_sentences, np.array([0, 0, 1, 2, 2, 2]))
    assert found.passage.tolist() == of_passages.tolist()
    assert found.sentence.tolist() == [[3, -1], [-1, 0.5], [0, 3]]
    assert found.second.tolist() == [[1, -2], [-3, -3], [-1, 2]]
    assert found.best.tolist() == [[1, 1], [2, 2], [3, 5]]


def test_of_equal_sentences_the_first_is_the_best_and_the_other_the_second() -> None:
    found = gathered(floats([[0.0]]), floats([[1], [2], [2]]), np.array([0, 0, 0]))
    assert (found.best.tolist(), found.sentence.tolist(), found.second.tolist()) == ([[1]], [[2]], [[2]])


def test_a_scale_is_a_slope_and_an_offset_for_each_label() -> None:
    scale = Scale(np.array([2, 1], np.float32), np.array([-1, 0.5], np.float32))
    assert scale.log_odds(floats([[1, 1], [-2, 0]])).tolist() == [[1, 1.5], [-5, 0.5]]


def test_a_fitted_scale_gives_the_odds_that_were_seen() -> None:
    # At margin 1 three of four carry the label, at -1 one of four: odds 3 and 1/3.
    margins = floats([[1]] * 4000 + [[-1]] * 4000)
    truth = np.array([[row % 4 != 0] for row in range(4000)] + [[row % 4 == 0] for row in range(4000)])
    scale = fit_scale(margins, truth, None)
    assert scale.slope[0] == pytest.approx(math.log(3), rel=0.01)
    assert scale.offset[0] == pytest.approx(0, abs=0.01)
    assert scale.log_odds(floats([[1]]))[0, 0] == pytest.approx(math.log(3), rel=0.01)


def test_what_nobody_judged_does_not_count_for_a_scale() -> None:
    margins = floats([[1], [1], [1], [-1], [-1], [-1], [1], [1]])
    truth = np.array([[1], [1], [0], [1], [0], [0], [0], [0]], bool)
    judged = np.array([[1], [1], [1], [1], [1], [1], [0], [0]], bool)
    known = fit_scale(margins[:6], truth[:6], None)
    found = fit_scale(margins, truth, judged)
    assert found.slope.tolist() == known.slope.tolist()
    assert found.offset.tolist() == known.offset.tolist()


def test_rows_of_documents_stand_one_after_the_other() -> None:
    assert blocks([2, 0, 3]) == [slice(0, 2), slice(2, 2), slice(2, 5)]
