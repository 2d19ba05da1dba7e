"""What words say of candidates, the formulas written out."""

from math import log

import pytest

from models.ranker import words
from models.ranker.words import bm25, counted, stretch

QUERY = ["liabil", "cap", "liabil"]
TEXTS = [["liabil", "cap", "fee"], ["cap"], ["fee", "fee", "liabil", "cap", "liabil", "rent"], []]


def idf(number: int, having: int) -> float:
    return log(1 + (number - having + 0.5) / (having + 0.5))


def test_the_terms_of_the_query_are_counted_each_once() -> None:
    found = counted(QUERY, TEXTS)
    assert found.flat.tolist() == [0, 1, -1, 1, -1, -1, 0, 1, 0, -1]
    assert found.owners.tolist() == [0, 0, 0, 1, 2, 2, 2, 2, 2, 2]
    assert found.counts.tolist() == [[1, 1], [0, 1], [2, 1], [0, 0]]
    assert found.lengths.tolist() == [3, 1, 6, 0]
    assert found.idf == pytest.approx([idf(4, 2), idf(4, 3)])


def test_bm25_is_the_formula_over_the_pool() -> None:
    def part(count: int, length: int) -> float:
        return count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / 2.5))

    one, other = idf(4, 2), idf(4, 3)
    expected = [
        part(1, 3) * one + part(1, 3) * other,
        part(1, 1) * other,
        part(2, 6) * one + part(1, 6) * other,
        0,
    ]
    assert bm25(counted(QUERY, TEXTS)) == pytest.approx(expected)


def test_a_stretch_holds_what_stands_close_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "WINDOW", 3)
    texts = [["cap", "x", "x", "liabil"], ["x", "cap", "x", "liabil", "x"], ["x"] * 9, ["liabil"], ["cap"]]
    assert stretch(counted(QUERY, texts)) == pytest.approx([0.5, 1, 0, 0.5, 0.5])


def test_rare_words_weigh_more_in_a_stretch() -> None:
    whole = idf(4, 2) + idf(4, 3)
    assert stretch(counted(QUERY, TEXTS)) == pytest.approx([1, idf(4, 3) / whole, 1, 0])


def test_a_stretch_does_not_reach_into_the_next_text() -> None:
    assert stretch(counted(QUERY, [["liabil"], ["cap"], ["liabil", "cap"]])) == pytest.approx([0.5, 0.5, 1])


@pytest.mark.parametrize("query", [[], ["cap"]])
@pytest.mark.parametrize("texts", [[[], []], [["x"], []]])
def test_where_there_is_nothing_to_find_nothing_is_scored(query: list[str], texts: list[list[str]]) -> None:
    found = counted(query, texts)
    assert bm25(found).tolist() == stretch(found).tolist() == [0.0, 0.0]
