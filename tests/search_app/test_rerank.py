"""Search with a ranker whose weights are known: what it orders, what it leaves alone, what it says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.index.protocol import Candidate, Candidates, Filters, Order
from indexer.index.query import Word
from indexer.passages import StoredPassage, stored_passages
from models.ranker.card import RankerCard
from models.ranker.features import FEATURES
from models.ranker.linear import LinearRanker
from search_app import rerank
from search_app.events import Visitor, impressions
from search_app.fuse import fuse
from search_app.rerank import Reranker
from search_app.results import Hit, Mode, SearchPage, SearchRequest
from search_app.retrieve import Question
from search_app.search import Searcher
from search_app.wire import hit_object
from tests.search_app.library import PACK, Contract, Library, Passage, build

SYNONYMS = {"liability": "liability", "damages": "liability", "cap": "cap", "ceiling": "cap", "rent": "rent"}
ACME = Contract(
    "Acme Supply Agreement",
    (
        Passage("Liability, rent and a cap of liability in a long sentence about the rent and other things."),
        Passage("Damages have a ceiling."),
        Passage("The liability cap."),
        Passage("Rent is due monthly; liability is not limited."),
    ),
)
HOOLI = Contract(
    "Hooli Lease", (Passage("A cap."), Passage("The ceiling for damages."), Passage("Liability."))
)
VISITOR = Visitor("client", "session", "2026-01-31T09:00:00.000Z")
VERSION = "ranker:0123456789ab"


def ranker(**weights: float) -> LinearRanker:
    """Returns a ranker that weighs these standardised features."""
    values = np.array([weights.pop(feature.name, 0.0) for feature in FEATURES])
    assert not weights
    card = RankerCard("f" * 64, "Ours", ("0a",), 1, 0, {}, {})
    return LinearRanker(VERSION, card, values)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build(tmp_path_factory.mktemp("library"), (ACME, HOOLI), SYNONYMS)


def searcher(library: Library, chosen: LinearRanker) -> Searcher:
    def stored(keys: Sequence[int]) -> Mapping[int, StoredPassage]:
        with library.engine.connect() as connection:
            texts = stored_passages(connection, keys, library.encoder.version)
        vectors = library.index.vectors(keys)
        return {key: StoredPassage(passage.text, vectors[key]) for key, passage in texts.items()}

    packs = {"contracts": PACK}
    reranker = Reranker(chosen, stored)
    return Searcher(library.index, library.encoder, library.engine, packs, reranking=reranker)


FAR_FIRST = ranker(cosine=-1.0)


def test_hybrid_hits_stand_in_the_order_of_the_ranker(library: Library) -> None:
    page = searcher(library, FAR_FIRST).search(SearchRequest("liability cap"))
    query = library.encoder.encode(["liability cap"])[0]
    cosines = [float(library.encoder.encode([hit.text])[0] @ query) for hit in page.hits]
    assert len(cosines) == 7
    assert cosines == pytest.approx(sorted(cosines), abs=1e-3)
    assert cosines[0] < 0.8 < cosines[-1]
    assert [hit.score for hit in page.hits] == sorted((hit.score for hit in page.hits), reverse=True)
    assert page.ranker == VERSION


def test_a_ranker_finds_counts_and_filters_the_same(library: Library) -> None:
    for filters in (Filters(), Filters(documents=frozenset({HOOLI.id}))):
        request = SearchRequest("liability cap", filters=filters)
        fused, ranked = library.searcher.search(request), searcher(library, FAR_FIRST).search(request)
        assert {hit.key for hit in fused.hits} == {hit.key for hit in ranked.hits}
        assert numbers(fused) == numbers(ranked)


def numbers(page: SearchPage) -> tuple[object, ...]:
    return page.total, page.documents, page.by_words, page.by_meaning, page.facets


@pytest.mark.parametrize("depth", [70, 3])
def test_pages_follow_each_other_without_gap_or_double(
    library: Library, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    monkeypatch.setattr(rerank, "RERANKED", depth)
    ours = searcher(library, FAR_FIRST)
    whole = ours.search(SearchRequest("liability cap", limit=100)).hits
    assert len(whole) == 7
    for size in (1, 2, 3):
        request = SearchRequest("liability cap", limit=size)
        pages = [ours.search(replace(request, offset=start)).hits for start in range(0, 7, size)]
        assert [hit for page in pages for hit in page] == list(whole)


def test_behind_the_reranked_ones_the_fused_order_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerank, "RERANKED", 3)
    fused = library.searcher.search(SearchRequest("liability cap")).hits
    ranked = searcher(library, FAR_FIRST).search(SearchRequest("liability cap")).hits
    assert {hit.key for hit in ranked[:3]} == {hit.key for hit in fused[:3]}
    assert ranked[3:] == fused[3:]
    assert all(hit.why.learned is None for hit in ranked[3:])


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest("liability cap", mode=Mode.KEYWORD),
        SearchRequest("liability cap", mode=Mode.SEMANTIC),
        SearchRequest("liability cap", order=Order.RISK),
        SearchRequest("liability cap", order=Order.NEWEST),
        SearchRequest(""),
        SearchRequest("limit*"),
    ],
)
def test_other_orders_stay_as_they_are(library: Library, request_: SearchRequest) -> None:
    fused, ranked = library.searcher.search(request_), searcher(library, FAR_FIRST).search(request_)
    assert ranked.hits == fused.hits
    assert ranked.ranker == ""


def test_grouping_takes_the_best_passage_by_the_ranker(library: Library) -> None:
    page = searcher(library, FAR_FIRST).search(SearchRequest("liability cap", group=True))
    single = searcher(library, FAR_FIRST).search(SearchRequest("liability cap")).hits
    assert [hit.document for hit in page.hits] == list(dict.fromkeys(hit.document for hit in single))
    assert page.hits[0].key == single[0].key
    assert page.total == 2


def test_without_texts_and_vectors_what_is_known_of_the_places_decides(library: Library) -> None:
    found = fuse(Candidates((Candidate(7, 3.0), Candidate(3, 2.0)), (Candidate(3, 0.9), Candidate(8, 0.5))))
    question = Question(Word("cap"), None, np.eye(64, dtype=np.float32)[0], Filters(), text="cap")
    ours = Reranker(ranker(cosine=1.0, bm25=1.0, fused=1.0, company_10=1.0), lambda _: {})
    ranked = ours.reranked(question, found)
    assert [item.key for item in ranked] == [item.key for item in found]
    assert all(np.isfinite(item.learned.score) for item in ranked if item.learned)


def test_a_vector_that_is_missing_is_neither_near_nor_far(library: Library) -> None:
    vector = np.eye(64, dtype=np.float32)[0]
    held = {7: StoredPassage("cap", None), 3: StoredPassage("cap", vector), 8: StoredPassage("cap", -vector)}
    found = fuse(Candidates((Candidate(7, 3.0), Candidate(8, 2.0), Candidate(3, 2.0)), ()))
    question = Question(Word("cap"), None, vector, Filters(), text="cap")
    ranked = Reranker(ranker(cosine=1.0), lambda _: held).reranked(question, found)
    assert [item.key for item in ranked] == [3, 7, 8]
    assert [round(item.learned.score, 6) for item in ranked if item.learned] == [1.0, 0.0, -1.0]


def test_nothing_found_needs_no_ranker(library: Library) -> None:
    ours = Reranker(FAR_FIRST, lambda _: pytest.fail("nothing is to be read"))
    question = Question(Word("cap"), None, np.eye(64, dtype=np.float32)[0], Filters())
    assert list(ours.reranked(question, fuse(Candidates((), ())))) == []


def first_moved(hits: Sequence[Hit]) -> Hit:
    return next(hit for hit in hits if hit.why.learned and hit.why.learned.before != hit.why.learned.after)


def test_why_says_where_the_ranker_put_a_hit_and_for_what(library: Library) -> None:
    hit = first_moved(searcher(library, FAR_FIRST).search(SearchRequest("liability cap")).hits)
    learned = hit.why.learned
    assert learned is not None
    assert sum(learned.shares.values()) == pytest.approx(learned.score)
    assert "by the ranker that learned from searches (" in hit.why.sentence
    assert hit.why.sentence.endswith(
        f" before): more than other hits for its meaning ({learned.score:+.1f})."
    )
    assert hit.why.fused > 0
    shown = hit_object(hit)["why"]["learned"]
    assert (shown["before"], shown["after"]) == (learned.before, hit.rank)
    assert json.loads(json.dumps(shown)) == shown


def test_impressions_name_the_version_of_the_ranker(library: Library) -> None:
    request = SearchRequest("liability cap")
    for chosen, name in ((searcher(library, FAR_FIRST), VERSION), (library.searcher, "rrf")):
        shown = impressions(chosen.search(request), request, VISITOR)
        assert {json.loads(event.event_attributes)["ranker"] for event in shown} == {name}


def test_passages_are_read_with_the_vector_of_the_encoder_in_use(library: Library, tmp_path: Path) -> None:
    with library.engine.connect() as connection:
        found = stored_passages(connection, [ACME.key(2), 12345], library.encoder.version)
    assert list(found) == [ACME.key(2)]
    assert found[ACME.key(2)] == StoredPassage("The liability cap.", None)
