"""Exact numbers and facets, compared with brute force."""

import pytest

from indexer.index.protocol import FacetName, Filters
from indexer.index.query import AnyOf, Word
from tests.contract.test_retrieve import FILTERS, TREES


def without_zeros(facets):
    return {
        name: {value: count for value, count in counts.items() if count} for name, counts in facets.items()
    }


def assert_counts(index, reference, tree, filters, also=frozenset()):
    words = {key for key, _ in reference.lexical(tree, filters)}
    extra = {key for key in also if reference.passes(key, filters)}
    counts = index.count(tree, filters, also)
    assert counts.by_words == len(words)
    assert counts.chunks == len(words | extra)
    assert counts.documents == len({reference.chunks[key].document for key in words | extra})
    assert without_zeros(counts.facets) == without_zeros(reference.facets(words | extra))


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_matches_of_every_tree_are_counted_exactly(index, reference, tree):
    assert_counts(index, reference, tree, Filters())


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_matches_under_every_filter_are_counted_exactly(index, reference, filters):
    assert_counts(index, reference, AnyOf((Word("party"), Word("liability"))), filters)
    assert_counts(index, reference, None, filters)


@pytest.mark.parametrize("filters", [Filters(), FILTERS["collection"], FILTERS["sure label"]])
def test_chunks_found_by_meaning_are_counted_once_and_within_the_filters(index, reference, chunks, filters):
    also = frozenset(each.key for each in chunks[10:40])
    assert_counts(index, reference, Word("royalty"), filters, also)
    assert_counts(index, reference, None, filters, also)


def test_facets_are_left_out_when_not_asked_for(index):
    counts = index.count(Word("party"), Filters(), facets=False)
    assert counts.chunks > 0
    assert counts.facets == {}


def test_a_facet_counts_chunks_by_their_highest_severity(index, reference, chunks):
    with_high = [each for each in chunks if any(label.severity == 3 for label in each.labels)]
    assert index.count(None, Filters()).facets[FacetName.SEVERITY]["high"] == len(with_high)
