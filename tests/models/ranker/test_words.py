"""What words say of candidates, the formulas written out."""

from collections.abc import Sequence
from math import log

import numpy as np
import pytest

from models.ranker.pool import Pool
from models.ranker.words import WINDOW, bm25, counted, stretch

NO_VECTOR = np.full(2, np.nan, np.float32)


def pool(terms: int, *texts: tuple[int, Sequence[tuple[int, int]]]) -> Pool:
    """Returns a pool of texts, each its length and where it has which term."""
    vectors = np.full((len(texts), 2), np.nan, np.float32)
    hits, lengths = [list(found) for _, found in texts], [length for length, _ in texts]
    return Pool(terms, hits, lengths, NO_VECTOR, vectors, np.zeros(len(texts)))


POOL = pool(2, (30, [(0, 0), (1, 10)]), (10, [(1, 0)]), (60, [(0, 7), (1, 20), (0, 30)]), (0, []))


def idf(number: int, having: int) -> float:
    return log(1 + (number - having + 0.5) / (having + 0.5))


def test_terms_are_counted_text_by_text() -> None:
    found = counted(POOL)
    assert found.counts.tolist() == [[1, 1], [0, 1], [2, 1], [0, 0]]
    assert found.owners.tolist() == [0, 0, 1, 2, 2, 2]
    assert found.idf == pytest.approx([idf(4, 2), idf(4, 3)])


def test_bm25_is_the_formula_over_the_pool() -> None:
    def part(count: int, length: int) -> float:
        return count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / 25))

    one, other = idf(4, 2), idf(4, 3)
    expected = [
        part(1, 30) * one + part(1, 30) * other,
        part(1, 10) * other,
        part(2, 60) * one + part(1, 60) * other,
        0,
    ]
    assert bm25(counted(POOL)) == pytest.approx(expected)


def test_a_stretch_holds_what_begins_close_together() -> None:
    apart = pool(
        2,
        (900, [(0, 0), (1, WINDOW)]),
        (900, [(0, 10), (1, WINDOW + 9)]),
        (900, []),
        (900, [(0, 0), (1, 500), (0, 700)]),
        (900, [(1, 899)]),
        (900, [(0, 0)]),
    )
    assert stretch(counted(apart)) == pytest.approx([0.5, 1, 0, 1, 0.5, 0.5])


def test_rare_words_weigh_more_in_a_stretch() -> None:
    whole = idf(4, 2) + idf(4, 3)
    assert stretch(counted(POOL)) == pytest.approx([1, idf(4, 3) / whole, 1, 0])


def test_a_stretch_does_not_reach_into_the_next_text() -> None:
    assert stretch(counted(pool(2, (5, [(0, 4)]), (5, [(1, 0)])))) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("terms", [0, 1])
def test_where_there_is_nothing_to_find_nothing_is_scored(terms: int) -> None:
    found = counted(pool(terms, (5, []), (0, [])))
    assert bm25(found).tolist() == stretch(found).tolist() == [0.0, 0.0]
