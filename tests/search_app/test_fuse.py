"""Reciprocal rank fusion, the formula written out."""

import pytest

from indexer.index.protocol import Candidate, Candidates
from search_app.fuse import fuse


def test_scores_are_the_sum_of_reciprocal_ranks() -> None:
    lexical = (Candidate(7, 12.5), Candidate(3, 9.0))
    nearest = (Candidate(3, 0.9), Candidate(8, 0.5))
    fused = fuse(Candidates(lexical, nearest))
    assert [item.key for item in fused] == [3, 8, 7]
    assert [item.score for item in fused] == pytest.approx([1 / 22 + 1.5 / 21, 1.5 / 22, 1 / 21])
    first = fused[0]
    assert (first.keyword_rank, first.keyword_score, first.semantic_rank, first.cosine) == (2, 9.0, 1, 0.9)
    assert (fused[1].keyword_rank, fused[1].keyword_score) == (None, None)
    assert (fused[2].semantic_rank, fused[2].cosine) == (None, None)


def test_ties_are_ordered_by_key() -> None:
    # 1 / (20 + 10) by words is as much as 1.5 / (20 + 25) by meaning.
    lexical = (*tuple(Candidate(100 + rank, 1.0) for rank in range(9)), Candidate(9, 1.0))
    nearest = (*tuple(Candidate(200 + rank, 0.5) for rank in range(24)), Candidate(2, 0.5))
    fused = fuse(Candidates(lexical, nearest))
    places = {item.key: place for place, item in enumerate(fused)}
    assert places[9] == places[2] + 1


def test_one_empty_list_leaves_the_order_of_the_other() -> None:
    nearest = (Candidate(5, 0.9), Candidate(1, 0.8), Candidate(3, 0.7))
    assert [item.key for item in fuse(Candidates((), nearest))] == [5, 1, 3]
    assert list(fuse(Candidates((), ()))) == []
