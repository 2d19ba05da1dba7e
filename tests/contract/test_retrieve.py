"""Both lists: ids, order, ties, scores and filters, compared with brute force."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from indexer.index.protocol import Filters, Order, Retrieval
from indexer.index.query import AllOf, AnyOf, Phrase, TextField, Wildcard, Without, Word
from models.labels import Severity

EVERYTHING = Filters()
TREES = {
    "word": Word("liability"),
    "inflected": Word("Indemnified"),
    "section number": Word("7.2.1"),
    "amount": Word("$1,000,000.00"),
    "curly apostrophe": Word("party’s"),
    "accents": Word("resume"),
    "umlaut": Word("KÜNDIGUNG"),
    "Cyrillic": Word("договор"),
    "compound": Word("work-for-hire"),
    "address": Word("jane.roe@example.com"),
    "ideographs": Word("合同"),
    "compound around a stop word": Word("loss-of-profits"),
    "phrase": Phrase(("hold", "harmless")),
    "phrase with stop words": Phrase(("to", "be", "or", "not", "to", "be")),
    "section sign": Phrase(("§", "5.2")),
    "any": AnyOf((Word("royalty"), Word("audit"), Word("liability"))),
    "most": AnyOf((Word("royalty"), Word("audit"), Word("liability"), Word("notice")), 3),
    "all": AllOf((Word("royalty"), Word("audit"))),
    "without": Without(Word("liability"), Word("audit")),
    "everything without": Without(None, AnyOf((Word("party"), Word("agreement")))),
    "title": Word("supply", TextField.TITLE),
    "section": Phrase(("limitation", "of", "liability"), field=TextField.SECTION),
    "wildcard": Wildcard("indem*"),
    "one unknown letter": Wildcard("licen?e"),
    "nested": AllOf((AnyOf((Word("party"), Phrase(("written", "notice")))), Without(None, Word("law")))),
    "unknown word": Word("zyzzyva"),
}
FILTERS = {
    "collection": Filters(collections=frozenset({"contracts"})),
    "collections": Filters(collections=frozenset({"emails", "policies", "nowhere"})),
    "type": Filters(document_types=frozenset({"NDA"})),
    "document": Filters(documents=frozenset({"document-3", "document-4"})),
    "label": Filters(labels=frozenset({"Cap On Liability"})),
    "sure label": Filters(labels=frozenset({"Cap On Liability", "Audit Rights"}), min_probability=0.8),
    "certain label": Filters(labels=frozenset({"Governing Law"}), min_probability=1.0),
    "any sure label": Filters(min_probability=0.9),
    "unknown label": Filters(labels=frozenset({"Nothing"})),
    "severity": Filters(min_severity=Severity.MEDIUM),
    "sure severity": Filters(min_severity=Severity.HIGH, min_probability=0.8),
    "label and severity": Filters(labels=frozenset({"Governing Law"}), min_severity=Severity.HIGH),
    "unsure": Filters(unsure=frozenset()),
    "unsure of a label": Filters(unsure=frozenset({"Audit Rights", "Governing Law"})),
    "unsure of an unknown label": Filters(unsure=frozenset({"Nothing"})),
    "unsure and a sure label": Filters(unsure=frozenset(), labels=frozenset({"Exclusivity"})),
    "from": Filters(date_from=date(2021, 12, 31)),
    "until": Filters(date_to=date(2021, 12, 31)),
    "year": Filters(date_from=date(2022, 1, 1), date_to=date(2022, 12, 31)),
    "everything at once": Filters(
        collections=frozenset({"contracts", "emails"}),
        labels=frozenset({"Exclusivity", "Audit Rights"}),
        min_probability=0.5,
        document_types=frozenset({"License", "Supply"}),
        date_from=date(2018, 1, 1),
    ),
}


def lexical(index, tree, filters=EVERYTHING, **more):
    found = index.retrieve(Retrieval(tree, None, filters, **{"limit": 100, **more})).lexical
    return [(each.key, each.score) for each in found]


def nearest(index, vector, filters=EVERYTHING, limit=100):
    return [
        (each.key, each.score)
        for each in index.retrieve(Retrieval(None, vector, filters, limit=limit)).nearest
    ]


def assert_same(found, expected, tolerance=1e-4):
    assert [key for key, _ in found] == [key for key, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=tolerance)


def assert_same_ranking(found, expected):
    """The same ids with the same scores, best first; equal scores, as the index rounds them, by key."""
    assert dict(found) == pytest.approx(dict(expected), abs=2e-4)
    assert found == sorted(found, key=lambda each: (-each[1], each[0]))


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_words_give_the_ids_the_order_and_the_scores_of_brute_force(index, reference, tree):
    assert_same_ranking(lexical(index, tree), reference.lexical(tree, EVERYTHING))


@pytest.mark.parametrize("name", [name for name in TREES if name != "unknown word"])
def test_every_tree_of_these_tests_matches_something_and_not_everything(reference, name):
    assert 0 < len(reference.lexical(TREES[name], EVERYTHING)) < len(reference.chunks)


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_filters_hold_inside_the_lexical_list_and_leave_its_scores(index, reference, filters):
    tree = AnyOf((Word("agreement"), Word("party"), Word("royalty")))
    assert_same_ranking(lexical(index, tree, filters), reference.lexical(tree, filters))


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_filters_hold_inside_the_nearest_list(index, reference, chunks, filters):
    query = chunks[5].vector
    assert_same(nearest(index, query, filters), reference.nearest(query, filters), 1e-3)


def test_a_filter_that_one_chunk_passes_finds_it_in_both_lists(index, chunks):
    only = Filters(keys=frozenset({chunks[40].key}))
    found = index.retrieve(Retrieval(None, chunks[0].vector, only, limit=10, everything=True))
    assert [each.key for each in found.lexical] == [chunks[40].key]
    assert [each.key for each in found.nearest] == [chunks[40].key]


def test_no_allowed_key_finds_nothing(index, chunks):
    nothing = Filters(keys=frozenset())
    found = index.retrieve(Retrieval(Word("party"), chunks[0].vector, nothing))
    assert (found.lexical, found.nearest) == ((), ())


@pytest.mark.parametrize("filters", [EVERYTHING, FILTERS["collection"]], ids=["everything", "collection"])
@pytest.mark.parametrize("minimum", [2, 3])
def test_the_first_of_many_that_match_some_of_several_words(index, reference, filters, minimum):
    words = tuple(Word(each) for each in ("agreement", "party", "notice", "law", "liability"))
    expected = reference.lexical(AnyOf(words, minimum), filters)
    assert len(expected) > 15
    for limit, offset in ((1, 0), (2, 0), (3, 0), (2, 1), (len(expected), 0)):
        found = lexical(index, AnyOf(words, minimum), filters, limit=limit, offset=offset)
        assert_same(found, expected[offset : offset + limit])


MORE_TREES = {
    "stop words beside others": AnyOf((Word("of"), Word("audit"), Word("royalty")), 2),
    "nothing but stop words": AllOf((Word("to"), Word("be"))),
    "more than there are": AnyOf((Word("audit"), Word("royalty")), 5),
    "excluded stop word": Without(Word("party"), Word("the")),
    "nothing": Word("!?"),
}


@pytest.mark.parametrize("tree", (TREES | MORE_TREES).values(), ids=TREES | MORE_TREES)
def test_of_the_nearest_it_is_known_which_match_the_words_beyond_the_lexical_list_too(index, chunks, tree):
    matching = {key for key, _ in lexical(index, tree)}
    for filters in (EVERYTHING, FILTERS["collections"]):
        found = index.retrieve(Retrieval(tree, chunks[7].vector, filters, limit=40))
        assert len(found.nearest) > 20
        assert found.both == {each.key for each in found.nearest} & matching


@pytest.mark.parametrize("tree", (TREES | MORE_TREES).values(), ids=TREES | MORE_TREES)
def test_a_condition_holds_inside_the_nearest_list(index, reference, chunks, tree):
    matching = {key for key, _ in lexical(index, tree)}
    for filters in (EVERYTHING, FILTERS["collections"]):
        asked = Retrieval(None, chunks[7].vector, filters, limit=len(chunks), condition=tree)
        found = [(each.key, each.score) for each in index.retrieve(asked).nearest]
        expected = [each for each in reference.nearest(chunks[7].vector, filters) if each[0] in matching]
        assert_same(found, expected, 1e-3)


def test_a_vector_may_be_a_function(index, chunks):
    asked = Retrieval(Word("party"), chunks[7].vector, EVERYTHING)
    assert index.retrieve(replace(asked, vector=lambda: chunks[7].vector)) == index.retrieve(asked)
    for vector in (chunks[7].vector[:3], lambda: chunks[7].vector[:3]):
        with pytest.raises(ValueError, match="shape"):
            index.retrieve(replace(asked, vector=vector))


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 20])
def test_ties_are_cut_in_the_order_of_keys(index, reference, chunks, limit):
    tree = Word("agreement", TextField.TITLE)
    assert_same(lexical(index, tree, limit=limit), reference.lexical(tree, EVERYTHING)[:limit])
    vectors = [each.vector.tobytes() for each in chunks]
    repeated = max(chunks, key=lambda each: vectors.count(each.vector.tobytes())).vector
    assert_same(nearest(index, repeated, limit=limit), reference.nearest(repeated, EVERYTHING)[:limit], 1e-3)


def test_the_nearest_of_a_chunk_is_itself_at_cosine_1(index, chunks):
    [(_, score)] = nearest(index, chunks[0].vector, limit=1)
    assert score == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("order", list(Order))
def test_every_order_of_everything_pages_through_all_chunks_once(index, reference, order):
    pages = []
    for offset in range(0, 90, 7):
        pages += lexical(index, None, order=order, everything=True, limit=7, offset=offset)
    assert_same(pages, reference.lexical(None, EVERYTHING, order))
    assert len({key for key, _ in pages}) == 80


@pytest.mark.parametrize("order", list(Order))
def test_every_order_pages_through_matches_under_a_filter(index, reference, order):
    tree, filters = Word("party"), FILTERS["collections"]
    expected = reference.lexical(tree, filters, order)
    pages = []
    for offset in range(0, len(expected) + 3, 3):
        pages += lexical(index, tree, filters, order=order, limit=3, offset=offset)
    assert_same(pages, expected)


def test_nothing_asked_gives_nothing(index):
    found = index.retrieve(Retrieval(None, None, EVERYTHING))
    assert (found.lexical, found.nearest) == ((), ())


@pytest.mark.parametrize("tree", [Word("!?"), Word(""), Phrase(()), Phrase(("...",)), AnyOf(()), AllOf(())])
def test_a_query_without_words_finds_nothing(index, tree):
    assert lexical(index, tree) == []


def test_stop_words_are_passed_over_beside_others_and_found_alone(index):
    assert lexical(index, AllOf((Word("the"), Word("royalty")))) == lexical(index, Word("royalty"))
    assert lexical(index, AnyOf((Word("of"), Word("audit")), 2)) == lexical(index, Word("audit"))
    assert lexical(index, Word("the")) != []


@pytest.mark.parametrize("distance", [1, 2, 5, 20])
def test_proximity_finds_words_in_either_order_within_the_distance(index, reference, distance):
    for words in (("royalty", "audit"), ("audit", "royalty"), ("notice", "audit", "law")):
        tree = Phrase(words, slop=distance, ordered=False)
        expected = {key for key, _ in reference.lexical(tree, EVERYTHING)}
        assert {key for key, _ in lexical(index, tree)} == expected


def test_a_sloppy_phrase_allows_words_between(index, chunks):
    [wanted] = {each.text for each in chunks if "non-transferable" in each.text}
    holders = {each.key for each in chunks if each.text == wanted}
    assert {key for key, _ in lexical(index, Phrase(("exclusive", "licence"), slop=2))} == holders
    assert lexical(index, Phrase(("exclusive", "licence"), slop=1)) == []


def test_a_query_of_1500_words_is_answered_from_its_first_ones(index):
    many = tuple(Word(f"word{number}") for number in range(1_499))
    assert lexical(index, AnyOf((Word("royalty"), *many))) == lexical(index, Word("royalty"))


def test_a_query_nested_1500_deep_is_answered(index):
    tree = Word("royalty")
    for _ in range(1_500):
        tree = AllOf((tree, Word("royalty")))
    assert len(lexical(index, tree)) > 0


@pytest.mark.parametrize("pattern", ["*", "a*", "?x", "[a-z]{2}*", "li(*", "((((*", "\\d\\d*", ""])
def test_odd_wildcards_are_no_expressions_and_no_errors(index, pattern):
    assert lexical(index, Wildcard(pattern)) == []


def test_a_vector_of_another_dimension_is_refused_with_both_numbers(index):
    with pytest.raises(ValueError, match=r"\(3,\).*\(16,\)"):
        nearest(index, np.ones(3, np.float32))


def test_stored_vectors_come_back_within_half_precision(index, chunks):
    wanted = [chunks[3].key, chunks[70].key]
    found = index.vectors([*wanted, 12345])
    assert sorted(found) == sorted(wanted)
    assert np.abs(found[wanted[1]] - chunks[70].vector).max() < 1e-3
