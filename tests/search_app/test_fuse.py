"""Reciprocal rank fusion, the formula written out."""

import pytest

from indexer.index.protocol import Candidate, Candidates
from search_app.fuse import fuse


def test_scores_are_the_sum_of_reciprocal_ranks() -> None:
    lexical = (Candidate(7, 12.5), Candidate(3, 9.0))
    nearest = (Candidate(3, 0.9), Candidate(8, 0.5))
    fused = fuse(Candidates(lexical, nearest))
    assert [item.key for item in fused] == [3, 7, 8]
    assert [item.score for item in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])
    first = fused[0]
    assert (first.keyword_rank, first.keyword_score, first.semantic_rank, first.cosine) == (2, 9.0, 1, 0.9)
    assert (fused[1].semantic_rank, fused[1].cosine) == (None, None)
    assert (fused[2].keyword_rank, fused[2].keyword_score) == (None, None)


def test_ties_are_ordered_by_key() -> None:
    fused = fuse(Candidates((Candidate(9, 1.0),), (Candidate(2, 0.5),)))
    assert [item.key for item in fused] == [2, 9]


def test_one_empty_list_leaves_the_order_of_the_other() -> None:
    nearest = (Candidate(5, 0.9), Candidate(1, 0.8), Candidate(3, 0.7))
    assert [item.key for item in fuse(Candidates((), nearest))] == [5, 1, 3]
    assert fuse(Candidates((), ())) == ()
