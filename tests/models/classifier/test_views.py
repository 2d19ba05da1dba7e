"""The matrices that linear models see, worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest

from models.classifier.views import (
    HEADING_WEIGHT,
    NEIGHBOUR_WEIGHT,
    Split,
    Views,
    Weights,
    counter,
    counts,
    inverse_frequencies,
    split,
    together,
    views,
    weighted,
)
from models.labels import Passage

# Two passages; the first has two sentences.
PASSAGES = [Passage("Fees are due. Fees fees are late.", "Fees"), Passage("Goods are sold here.")]
TERMS = ["fees", "are", "goods", "fees are"]


def dense(matrix: Any) -> np.ndarray:
    return matrix.toarray()


def seen(passages: list[Passage], terms: list[str]) -> tuple[Split, np.ndarray, np.ndarray, Views]:
    cut = split(passages)
    in_sentences, in_headings = counts(counter(terms).fit([]), cut)
    ones = np.ones(len(terms), np.float32)
    seen_ = views(cut, in_sentences, in_headings, Weights(ones, ones))
    return cut, dense(in_sentences), dense(in_headings), seen_


def test_passages_are_cut_into_sentences_that_know_their_passage() -> None:
    cut = split(PASSAGES)
    assert cut.owner.tolist() == [0, 0, 1]
    assert cut.spans == [(0, 13), (13, 33), (0, 20)]
    assert cut.sentence_words == [
        ["fees", "are", "due"],
        ["fees", "fees", "are", "late"],
        ["goods", "are", "sold", "here"],
    ]
    assert cut.section_words == [["fees"], []]


def test_known_terms_are_counted_in_sentences_and_headings() -> None:
    _, in_sentences, in_headings, _ = seen(PASSAGES, TERMS)
    assert in_sentences.tolist() == [[1, 1, 0, 1], [2, 1, 0, 1], [0, 1, 1, 0]]
    assert in_headings.tolist() == [[1, 0, 0, 0], [0, 0, 0, 0]]


def test_counts_of_a_passage_are_the_sums_of_its_sentences() -> None:
    cut = split(PASSAGES)
    counting = counter(None).fit(cut.sentence_words)
    in_sentences, _ = counts(counting, cut)
    whole = dense(together(cut, in_sentences))
    assert whole[0].tolist() == (dense(in_sentences)[0] + dense(in_sentences)[1]).tolist()
    assert whole[1].tolist() == dense(in_sentences)[2].tolist()


def test_a_term_is_taken_where_enough_texts_hold_it() -> None:
    cut = split(PASSAGES)
    assert set(counter(None, 2).fit(cut.sentence_words).vocabulary_) == {"fees", "are", "fees are"}
    assert set(counter(None, 3).fit(cut.sentence_words).vocabulary_) == {"are"}


def test_inverse_frequency_counts_the_texts_with_a_term() -> None:
    cut = split(PASSAGES)
    in_sentences, _ = counts(counter(TERMS).fit([]), cut)
    # Of three sentences two hold "fees" and "fees are", all "are", one "goods".
    expected = [math.log(4 / 3) + 1, math.log(4 / 4) + 1, math.log(4 / 2) + 1, math.log(4 / 3) + 1]
    assert inverse_frequencies(in_sentences) == pytest.approx(expected)


def test_weights_are_sublinear_times_idf_at_unit_length() -> None:
    cut = split([Passage("fees fees are")])
    in_sentences, _ = counts(counter(["fees", "are"]).fit([]), cut)
    [row] = dense(weighted(in_sentences, np.array([2.0, 3.0], np.float32)))
    fees, are = (1 + math.log(2)) * 2.0, 1.0 * 3.0
    length = math.hypot(fees, are)
    assert row == pytest.approx([fees / length, are / length])


def test_a_sentence_is_seen_with_its_neighbours_in_the_passage_and_the_headings() -> None:
    passages = [Passage("Alpha stands in here. Beta stands in here. Gamma stands in here.", "Delta")]
    passages.append(Passage("Alpha is another passage.", ""))
    terms = ["alpha", "beta", "gamma", "delta"]
    _, _, _, found = seen(passages, terms)
    rows = dense(found.sentence)
    assert rows.shape == (4, 12)
    assert rows[:, :4].tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]]
    neighbours = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert rows[:, 4:8] == pytest.approx(NEIGHBOUR_WEIGHT * np.array(neighbours))
    headings = [[0, 0, 0, 1]] * 3 + [[0, 0, 0, 0]]
    assert rows[:, 8:] == pytest.approx(HEADING_WEIGHT * np.array(headings))
    assert dense(found.passage)[0] == pytest.approx([3**-0.5, 3**-0.5, 3**-0.5, 0])


@pytest.mark.parametrize("text", ["", "…", "unknown words only"])
def test_a_text_without_known_terms_is_a_row_of_zeros(text: str) -> None:
    _, _, _, found = seen([Passage(text)], TERMS)
    assert dense(found.passage).tolist() == [[0.0] * 4]
    assert dense(found.sentence).tolist() == [[0.0] * 12]
