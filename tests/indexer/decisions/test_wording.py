"""How alike two wordings are."""

import pytest

from indexer.decisions.wording import likest, profile, similarity


def test_similarity_is_twice_the_common_pairs_over_all_pairs() -> None:
    one, other = profile("The cap is one million"), profile("the CAP is two million")
    # the-cap, cap-is, is-one, one-million; the-cap, cap-is, is-two, two-million
    assert similarity(one, other) == pytest.approx(2 * 2 / 8)
    assert similarity(one, one) == 1.0
    assert similarity(profile(""), profile("")) == 0.0


def test_a_lone_word_is_compared_too() -> None:
    assert similarity(profile("Insurance"), profile("insurance.")) == 1.0


def test_the_likest_passage_is_found_and_one_below_half_is_none() -> None:
    passages = {7: profile("rent is due on the first day"), 9: profile("liability is capped at one million")}
    key, alike = likest("liability is capped at two million", passages)
    assert key == 9
    assert alike == pytest.approx(0.6)
    assert likest("governed by the laws of Delaware", passages)[0] is None
    assert likest("anything", {}) == (None, 0.0)


def test_of_equally_alike_ones_the_lower_key_is_taken() -> None:
    same = profile("audit rights of the buyer")
    assert likest("audit rights of the buyer", {9: same, 7: same}) == (7, 1.0)
