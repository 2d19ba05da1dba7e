"""Segments of vectors: exact and approximate search, merging, and deletions."""

from pathlib import Path

import numpy as np
import pytest

from indexer.index.embedded import segment
from indexer.index.embedded.layout import SegmentEntry
from indexer.index.embedded.segment import Rows, Segment, write_live, write_segment
from indexer.index.embedded.terms import Postings
from indexer.index.embedded.vectors import VectorChange, VectorSet, apply_change, merge, merge_due

DIMENSION = 16
# Codes of two dimensions are as good as their number.
WIDE = 128


def unit(rows, seed=0, dimension=DIMENSION):
    made = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def as_rows(vectors, first_key=0, document=1):
    keys = np.arange(first_key, first_key + len(vectors), dtype=np.int64)
    words = np.arange(len(keys), dtype=np.uint64)
    postings = Postings(words, np.arange(1, len(keys) + 1), words.astype(np.int32), words)
    return Rows(keys, np.full(len(vectors), document, np.int64), vectors.astype(np.float16), postings)


def brute_force(vectors, query, allowed, count):
    scores = vectors.astype(np.float16).astype(np.float32) @ query
    scores[~allowed] = -2
    return np.argpartition(-scores, count)[:count]


@pytest.fixture(scope="module")
def big(tmp_path_factory) -> tuple[Segment, np.ndarray]:
    """A segment with an approximate index."""
    directory = tmp_path_factory.mktemp("big")
    topics = unit(500, dimension=WIDE)[np.random.default_rng(3).integers(0, 500, segment.EXACT_ROWS + 1)]
    vectors = topics + 0.5 * unit(segment.EXACT_ROWS + 1, seed=4, dimension=WIDE)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Segment(directory, write_segment(directory, "s1", as_rows(vectors))), vectors


def recall(big, share):
    opened, vectors = big
    allowed = np.random.default_rng(1).random(len(vectors)) < share
    hits = 0
    for query in vectors[:20] + 0.1 * unit(20, seed=2, dimension=WIDE):
        found = opened.search(query, 10, None if share == 1 else allowed).rows[:10]
        assert share == 1 or allowed[found].all()
        mask = np.ones(len(vectors), np.bool_) if share == 1 else allowed
        hits += len(np.intersect1d(found, brute_force(vectors, query, mask, 10)))
    return hits / 200


def test_a_big_segment_says_which_index_it_has(big):
    assert big[0].entry.kind == "IVF256,PQ64x4fs"


@pytest.mark.parametrize("share", [1, 0.5])
def test_a_big_segment_finds_nearly_all_of_the_ten_nearest(big, share):
    assert recall(big, share) >= 0.97


@pytest.mark.parametrize("share", [0.15, 0.01])
def test_a_filter_that_leaves_few_rows_is_answered_exactly(big, share):
    assert recall(big, share) == 1.0


def test_one_allowed_row_of_all_is_found(big):
    opened, vectors = big
    allowed = np.zeros(len(vectors), np.bool_)
    allowed[31_415] = True
    assert opened.search(vectors[0], 10, allowed).rows.tolist() == [31_415]


def test_scores_of_a_big_segment_are_cosines_to_a_thousandth(big):
    opened, vectors = big
    found = opened.search(vectors[5], 20, None)
    assert found.scores == pytest.approx(vectors[found.rows] @ vectors[5], abs=1e-3)


def test_deleted_rows_are_never_found(tmp_path: Path):
    vectors = unit(100)
    entry = write_segment(tmp_path, "s1", as_rows(vectors))
    live = np.ones(100, np.bool_)
    live[[7, 8]] = False
    opened = Segment(tmp_path, write_live(tmp_path, entry, live, 2))
    assert opened.entry.dead == 2
    assert 7 not in opened.search(vectors[7], 100, None).rows
    assert len(opened.search(vectors[7], 100, None).rows) == 98


def test_unchanged_rows_are_not_written_again(tmp_path: Path):
    rows = as_rows(unit(50))
    present = VectorSet(tmp_path, [write_segment(tmp_path, "s1", rows)])
    change = VectorChange(np.array([1], np.int64), rows)
    assert apply_change(tmp_path, present, change, 2) == [SegmentEntry("s1", 50)]


def test_a_changed_row_moves_to_a_small_segment_of_its_own(tmp_path: Path):
    vectors = unit(50)
    present = VectorSet(tmp_path, [write_segment(tmp_path, "s1", as_rows(vectors))])
    vectors[3] = -vectors[3]
    change = VectorChange(np.array([1], np.int64), as_rows(vectors))
    entries = apply_change(tmp_path, present, change, 2)
    assert [(each.name, each.rows, each.dead) for each in entries] == [("s1", 50, 1), ("s2", 1, 0)]
    nearest = VectorSet(tmp_path, entries).search(vectors[3], 50, None)
    assert nearest[0].key == 3
    assert sorted(each.key for each in nearest) == list(range(50))


def test_eight_segments_of_one_size_are_due_and_become_one(tmp_path: Path):
    vectors = unit(80)
    entries = [
        write_segment(tmp_path, f"s{n}", as_rows(vectors[10 * n : 10 * n + 10], 10 * n)) for n in range(8)
    ]
    assert merge_due(entries[:7]) == []
    assert merge_due(entries) == entries
    [merged] = merge(tmp_path, VectorSet(tmp_path, entries), entries, 9)
    before, after = (VectorSet(tmp_path, each).search(vectors[5], 80, None) for each in (entries, [merged]))
    assert before == after


def test_a_segment_of_mostly_deleted_rows_is_written_anew(tmp_path: Path):
    entry = SegmentEntry("s1", rows=100, live="s1.2.live", dead=31)
    assert merge_due([entry, SegmentEntry("s2", 5)]) == [entry]


def test_equal_vectors_come_in_the_order_of_keys_over_all_segments(tmp_path: Path):
    same = np.repeat(unit(1), 300, axis=0)
    entries = [
        write_segment(tmp_path, "s1", as_rows(same[:200], 1_000)),
        write_segment(tmp_path, "s2", as_rows(same[200:], 500)),
    ]
    found = VectorSet(tmp_path, entries).search(same[0], 120, None)
    assert [each.key for each in found] == [*range(500, 600), *range(1_000, 1_020)]
