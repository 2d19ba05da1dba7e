"""Exact numbers and facets, compared with brute force."""

import pytest

from indexer.index.protocol import Detail, FacetName, Filters, Retrieval
from indexer.index.query import AnyOf, Word
from models.labels import Standing
from tests.contract.test_retrieve import FILTERS, TREES


def without_zeros(facets):
    return {
        name: {value: count for value, count in counts.items() if count} for name, counts in facets.items()
    }


def others(reference, tree, chunks):
    """The keys of those of some chunks that the words do not match."""
    words = {key for key, _ in reference.lexical(tree, Filters())}
    return frozenset(each.key for each in chunks if each.key not in words)


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
    also = others(reference, Word("royalty"), chunks[10:40])
    assert_counts(index, reference, Word("royalty"), filters, also)


def test_only_what_is_asked_for_is_counted_and_the_numbers_stay_the_same(index, reference, chunks):
    also = others(reference, Word("party"), chunks)
    whole = index.count(Word("party"), Filters(), also, Detail.FACETS)
    documents = index.count(Word("party"), Filters(), also, Detail.DOCUMENTS)
    least = index.count(Word("party"), Filters(), also, Detail.CHUNKS)
    assert whole.chunks > whole.by_words > 0
    assert (documents.chunks, documents.documents, documents.by_words) == (
        whole.chunks,
        whole.documents,
        whole.by_words,
    )
    assert (least.chunks, least.documents, least.by_words) == (whole.chunks, None, whole.by_words)
    assert documents.facets == least.facets == {}


def test_the_number_of_matches_is_the_same_before_and_after_they_were_listed(index):
    filters = FILTERS["collection"]
    before = index.count(Word("agreement"), filters, detail=Detail.CHUNKS).by_words
    index.retrieve(Retrieval(Word("agreement"), None, filters, limit=5, offset=3))
    after = index.count(Word("agreement"), filters, frozenset({1}), Detail.CHUNKS).by_words
    assert before == after > 5


def test_a_facet_counts_chunks_by_their_highest_severity(index, reference, chunks):
    with_high = [
        each
        for each in chunks
        if any(label.severity == 3 and label.standing is Standing.SPEAKS for label in each.labels)
    ]
    assert index.count(None, Filters()).facets[FacetName.SEVERITY]["high"] == len(with_high)


def test_an_unsure_label_is_counted_apart_and_is_no_claim(index, chunks):
    unsure = [each for each in chunks if any(label.standing is Standing.UNSURE for label in each.labels)]
    counts = index.count(None, Filters(unsure=frozenset()))
    assert counts.chunks == counts.facets[FacetName.STANDING]["unsure"] == len(unsure) > 3
    only = [each for each in unsure if len(each.labels) == 1]
    lone = index.count(None, Filters(keys=frozenset(each.key for each in only)))
    assert lone.chunks == sum(lone.facets[FacetName.UNSURE].values()) == len(only) > 1
    for name in (FacetName.LABEL, FacetName.SEVERITY, FacetName.LABEL_SOURCE):
        assert lone.facets[name] == {}
    claimed = Filters(keys=frozenset(each.key for each in only), min_probability=0.000001)
    assert index.count(None, claimed).chunks == 0


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_a_list_that_was_counted_beside_a_vector_has_the_number_that_is_counted(index, chunks, tree):
    for filters in (Filters(), *FILTERS.values()):
        told = index.retrieve(Retrieval(tree, chunks[7].vector, filters, limit=3)).by_words
        assert told in {None, index.count(tree, filters, detail=Detail.CHUNKS).by_words}
