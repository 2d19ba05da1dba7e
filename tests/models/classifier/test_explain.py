"""The words that carried a label."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.classifier.explain import contributions, frequent_words, triggers
from models.classifier.linear import Linear
from models.classifier.words import located_words, terms

TEXT = "Before it. The buyer may audit the Books of the seller at once. After it."
SPAN = (10, 63)
VOCABULARY = {"audit": 0, "books": 1, "buyer": 2, "the books": 3, "seller": 4, "before": 5, "once": 6}


def shown(added: dict[str, float], span: tuple[int, int] = SPAN) -> list[str]:
    found = triggers(TEXT, span, {VOCABULARY[word]: value for word, value in added.items()}, VOCABULARY)
    assert all(TEXT[each.start : each.end] == each.text for each in found)
    assert all(span[0] <= each.start < each.end <= span[1] for each in found)
    assert [each.start for each in found] == sorted(each.start for each in found)
    return [each.text for each in found]


def test_a_term_adds_its_value_times_its_weight_where_that_is_above_nothing() -> None:
    row = sparse.csr_matrix(np.array([[0.5, 0.25, 0, 0.5, 1, 1]], np.float32))
    weights = np.array([[0, 2], [0, -1], [0, 9], [0, 4], [0, 8], [0, 8]], np.float32)
    linear = Linear(weights, np.zeros(2, np.float32))
    # The last two columns are words around the sentence.
    assert contributions(row, linear, 1, 4) == {0: 1.0, 3: 2.0}
    assert contributions(row, linear, 0, 4) == {}


def test_the_weighty_words_are_shown_as_they_stand() -> None:
    assert shown({"audit": 1.0, "seller": 0.5, "once": 0.3}) == ["audit", "seller"]


def test_neighbours_are_shown_together_and_a_pair_belongs_to_both_words() -> None:
    assert shown({"the books": 1.0}) == ["the Books"]
    assert shown({"audit": 0.5, "the books": 1.0}) == ["audit the Books"]


def test_words_outside_of_the_sentence_are_not_shown() -> None:
    assert shown({"before": 9.0, "audit": 1.0}) == ["audit"]


def test_four_places_at_most_are_shown_the_weightiest() -> None:
    added = {"buyer": 0.5, "audit": 1.0, "books": 0.9, "seller": 0.8, "once": 0.7}
    assert shown(added) == ["audit", "Books", "seller", "once"]


@pytest.mark.parametrize("added", [{}, {"before": 1.0}])
def test_where_no_word_added_anything_nothing_is_shown(added: dict[str, float]) -> None:
    assert shown(added) == []


def test_a_word_that_stands_everywhere_is_shown_only_beside_others() -> None:
    vocabulary = {"audit": 0, "books": 1, "of the": 2, "the": 3, "at": 4, "the books": 5}
    added = {0: 1.0, 4: 0.9, 5: 1.5}
    found = triggers(TEXT, SPAN, added, vocabulary, {"the", "at"})
    assert [each.text for each in found] == ["audit the Books"]
    assert [each.text for each in triggers(TEXT, SPAN, {4: 1.0}, vocabulary, {"the"})] == ["at"]
    assert triggers(TEXT, SPAN, {4: 1.0}, vocabulary, {"at"}) == ()


def test_frequent_is_what_stands_in_more_than_half_of_the_passages() -> None:
    inverse = np.log(np.array([101 / 60, 101 / 40, 101 / 60, 101 / 51], np.float32)) + 1
    assert frequent_words({"of": 0, "audit": 1, "of the": 2, "the": 3}, inverse) == {"of", "the"}


def test_a_sentence_without_words_shows_nothing() -> None:
    assert shown({"audit": 1.0}, (9, 10)) == []


@given(st.text(max_size=80), st.data())
def test_triggers_are_slices_of_the_sentence_whatever_the_text(text: str, data: st.DataObject) -> None:
    span = tuple(sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2))))
    known = {term: number for number, term in enumerate(dict.fromkeys(terms(located_words(text)[0])))}
    added = {number: data.draw(st.floats(0, 5, width=32)) for number in known.values()}
    found = triggers(text, (span[0], span[1]), added, known)
    assert len(found) <= 4
    assert all(text[each.start : each.end] == each.text != "" for each in found)
    assert all(span[0] <= each.start and each.end <= span[1] for each in found)
