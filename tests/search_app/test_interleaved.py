"""Two rankers take turns: pages follow each other, and each hit tells whose it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from indexer.passages import StoredPassage, stored_passages
from models.ranker.linear import LinearRanker
from search_app.events import impressions
from search_app.interleaved import Interleaved
from search_app.rerank import Orders, Reranker
from search_app.results import SearchRequest
from search_app.search import Searcher
from tests.search_app.library import PACK, Library, build
from tests.search_app.test_rerank import ACME, HOOLI, SYNONYMS, VISITOR, ranker

ONE, OTHER = "ranker:111111111111", "ranker:222222222222"
REQUEST = SearchRequest("liability cap", limit=100, person="ann")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build(tmp_path_factory.mktemp("library"), (ACME, HOOLI), SYNONYMS)


class Both:
    """Has the two take turns."""

    def __init__(self, interleaved: Interleaved) -> None:
        self._interleaved = interleaved

    def current(self) -> Orders:
        return self._interleaved


def searcher(library: Library) -> Searcher:
    def stored(keys: Sequence[int]) -> Mapping[int, StoredPassage]:
        with library.engine.connect() as connection:
            texts = stored_passages(connection, keys, library.encoder.version)
        vectors = library.index.vectors(keys)
        return {key: StoredPassage(passage.text, vectors[key]) for key, passage in texts.items()}

    def made(version: str, found: LinearRanker) -> Reranker:
        return Reranker(replace(found, version=version), stored)

    both = Interleaved(1, made(ONE, ranker(cosine=1.0)), made(OTHER, ranker(cosine=-1.0)))
    return Searcher(library.index, library.encoder, library.engine, {"contracts": PACK}, reranking=Both(both))


def test_every_hit_stands_once_and_pages_follow_each_other(library: Library) -> None:
    ours = searcher(library)
    whole = [hit.key for hit in ours.search(REQUEST).hits]
    assert len(set(whole)) == len(whole) == 7
    for size in (1, 2, 3):
        pages = [ours.search(replace(REQUEST, limit=size, offset=start)).hits for start in range(0, 7, size)]
        assert [hit.key for page in pages for hit in page] == whole


def test_both_have_a_pick_in_each_round_and_events_say_whose_a_hit_is(library: Library) -> None:
    page = searcher(library).search(REQUEST)
    events = [json.loads(each.event_attributes)["ranker"] for each in impressions(page, REQUEST, VISITOR)]
    assert [set(events[start : start + 2]) for start in (0, 2, 4)] == [{ONE, OTHER}] * 3
    assert page.ranker == f"{ONE} and {OTHER}"


def test_why_says_that_two_take_turns(library: Library) -> None:
    for hit in searcher(library).search(REQUEST).hits:
        assert "Two rankers that are compared take turns here. Put " in hit.why.sentence


def test_people_toss_coins_of_their_own_and_programs_none(library: Library) -> None:
    ours = searcher(library)

    def order(person: str) -> list[int]:
        return [hit.key for hit in ours.search(replace(REQUEST, person=person)).hits]

    assert len({tuple(order(f"p{number}")) for number in range(12)}) > 1
    program = ours.search(replace(REQUEST, person=""))
    assert {hit.why.learned.ranker for hit in program.hits if hit.why.learned} == {ONE}
