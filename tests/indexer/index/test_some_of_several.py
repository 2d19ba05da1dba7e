"""The ways to the first hits of "some of several words", and what phrases beside them cost, agree."""

import pytest

from indexer.index.embedded import EmbeddedIndex, lexical, state
from indexer.index.protocol import Detail, Filters, Retrieval
from indexer.index.query import AnyOf, Phrase, Word
from tests.contract.corpus import DIMENSION, corpus
from tests.contract.reference import Reference

CHUNKS = corpus(documents=20)
REFERENCE = Reference(CHUNKS)
WORDS = tuple(Word(each) for each in ("agreement", "party", "notice", "law", "liability"))
PHRASED = (*WORDS[:3], Phrase(("governing", "law")), Word("work-for-hire"))
FILTERS = {"all": Filters(), "some": Filters(collections=frozenset({"contracts", "emails"}))}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedIndex:
    made = EmbeddedIndex(tmp_path_factory.mktemp("index"), "encoder-1", DIMENSION)
    with made.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(CHUNKS)
        builder.finish(1)
    return made


@pytest.fixture
def fresh(index: EmbeddedIndex) -> EmbeddedIndex:
    """The same index with nothing remembered."""
    return EmbeddedIndex(index._layout.root, "encoder-1", DIMENSION)


def first(index, node, filters, limit):
    found = index.retrieve(Retrieval(node, None, filters, limit=limit)).lexical
    return {each.key: each.score for each in found}


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("words", [WORDS, PHRASED], ids=["words", "with a phrase"])
@pytest.mark.parametrize(
    ("few", "hits"), [(500, 4), (0, 4), (0, 1)], ids=["ranked among few", "sifted", "sifted too deep"]
)
def test_every_way_gives_the_hits_of_brute_force(fresh, monkeypatch, few, hits, words, filters):
    monkeypatch.setattr(state, "FEW_KEYS", few)
    monkeypatch.setattr(lexical, "SIFTED_HITS", hits)
    monkeypatch.setattr(lexical, "MARGIN", 2)
    node = AnyOf(words, 2)
    expected = dict(REFERENCE.lexical(node, filters)[:12])
    assert len(expected) == 12
    assert first(fresh, node, filters, 12) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("listed", [0, 30_000], ids=["too many to list", "listed"])
@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_numbers_and_conditions_are_exact_whether_a_phrase_is_listed_or_not(
    fresh, monkeypatch, filters, listed
):
    monkeypatch.setattr(state, "LISTED", listed)
    node = AnyOf(PHRASED, 2)
    expected = {key for key, _ in REFERENCE.lexical(node, filters)}
    vector = CHUNKS[3].vector
    found = fresh.retrieve(Retrieval(node, vector, filters, limit=len(CHUNKS)))
    assert found.both == expected
    assert fresh.count(node, filters, detail=Detail.CHUNKS).chunks == len(expected)
    found = fresh.retrieve(Retrieval(None, vector, filters, limit=len(CHUNKS), condition=node))
    assert {each.key for each in found.nearest} == expected
