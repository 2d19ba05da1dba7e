"""The search service over real records and a real index, with an encoder whose answers are known."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from indexer.errors import UnknownDocumentError
from indexer.index.protocol import FacetName, Filters, Order
from models.labels import Severity
from search_app.results import Mode, SearchRequest
from tests.search_app.library import Contract, Library, Passage, build

ACME = Contract(
    "Acme Supply Agreement",
    (
        Passage("The liability of the Supplier is capped at the fees paid.", {"Cap On Liability": 0.9}),
        Passage("The Supplier shall indemnify the Buyer against losses.", section="9 Indemnity"),
        Passage("This Agreement is governed by the laws of New York.", {"Governing Law": 0.8}),
        Passage("The liability cap does not apply to fraud."),
    ),
    day=date(2021, 3, 4),
)
HOOLI = Contract(
    "Hooli Lease",
    (
        Passage("The Tenant's liability is unlimited.", {"Cap On Liability": 0.5}),
        Passage("The Landlord may audit the books.", {"Audit Rights": 0.7, "Unheard Of": 0.6}),
        Passage("Damages are limited to the ceiling of one year's rent."),
    ),
    document_type="Lease",
    day=date(2023, 5, 6),
)
SYNONYMS = {
    "liability": "liability", "damages": "liability", "cap": "cap", "capped": "cap", "ceiling": "cap",
    "limited": "cap", "unlimited": "cap", "audit": "audit", "inspect": "audit", "laws": "law",
    "governed": "law", "rent": "rent", "indemnify": "indemnity", "tenant's": "rent",
    "landlord": "rent", "losses": "indemnity", "books": "books", "york": "york", "supplier": "supplier",
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build(tmp_path_factory.mktemp("library"), (ACME, HOOLI), SYNONYMS)


def texts(library: Library, text: str, **changes: object) -> list[str]:
    page = library.searcher.search(replace(SearchRequest(text), **changes))
    return [hit.text for hit in page.hits]


def test_hybrid_search_finds_passages_by_words_and_by_meaning(library: Library) -> None:
    page = library.searcher.search(SearchRequest("liability cap"))
    assert [(hit.document, hit.text) for hit in page.hits[:1]] == [(ACME.id, ACME.passages[3].text)]
    by_meaning = [hit for hit in page.hits if hit.why.keyword_rank is None]
    assert HOOLI.passages[2].text in [hit.text for hit in by_meaning]
    assert page.total == page.by_words + page.by_meaning == len(page.hits)
    assert page.documents == 2


def test_keyword_search_finds_words_alone(library: Library) -> None:
    page = library.searcher.search(SearchRequest("liability cap", mode=Mode.KEYWORD))
    assert [hit.text for hit in page.hits] == [ACME.passages[0].text, ACME.passages[3].text]
    assert (page.by_words, page.by_meaning) == (2, 0)
    assert page.hits[0].score == page.hits[0].why.keyword_score


def test_semantic_search_lists_by_cosine(library: Library) -> None:
    page = library.searcher.search(SearchRequest("inspect", mode=Mode.SEMANTIC))
    assert [hit.text for hit in page.hits] == [HOOLI.passages[1].text]
    assert page.hits[0].why.keyword_rank is None
    assert page.hits[0].why.cosine == pytest.approx(3**-0.5, abs=0.001)
    assert (page.total, page.by_words, page.by_meaning) == (1, 0, 1)


def test_semantic_search_without_comparable_words_is_searched_by_words_and_says_so(library: Library) -> None:
    page = library.searcher.search(SearchRequest("indemn*", mode=Mode.SEMANTIC))
    assert [hit.text for hit in page.hits] == [ACME.passages[1].text]
    assert page.notices == ("Nothing here can be compared by meaning; it is searched by words.",)


def test_empty_query_lists_the_riskiest_passages_first(library: Library) -> None:
    page = library.searcher.search(SearchRequest(""))
    assert [hit.text for hit in page.hits[:4]] == [
        ACME.passages[0].text,
        HOOLI.passages[0].text,
        HOOLI.passages[1].text,
        ACME.passages[2].text,
    ]
    assert (page.total, page.documents, page.by_words, page.by_meaning) == (7, 2, 0, 0)
    assert page.hits[0].why.sentence == "Found by risk (Cap on liability, high, 0.90)."


def test_filters_hold_in_every_mode(library: Library) -> None:
    leases = Filters(document_types=frozenset({"Lease"}))
    for mode in Mode:
        page = library.searcher.search(SearchRequest("liability", mode=mode, filters=leases))
        assert {hit.document for hit in page.hits} == {HOOLI.id}
    page = library.searcher.search(SearchRequest("", filters=Filters(labels=frozenset({"Governing Law"}))))
    assert [hit.text for hit in page.hits] == [ACME.passages[2].text]


def test_excluded_words_hold_for_what_the_meaning_finds_too(library: Library) -> None:
    found = texts(library, "liability cap -fraud")
    assert ACME.passages[3].text not in found
    assert HOOLI.passages[2].text in found


def test_an_exact_phrase_is_a_condition_for_every_hit(library: Library) -> None:
    assert texts(library, '"liability cap"') == [ACME.passages[3].text]


def test_newest_first_orders_what_either_list_found(library: Library) -> None:
    page = library.searcher.search(SearchRequest("liability cap", order=Order.NEWEST))
    dates = [hit.date for hit in page.hits]
    assert dates == sorted(dates, reverse=True)
    assert len(page.hits) == page.total
    assert page.hits[0].document == HOOLI.id


def test_grouping_keeps_the_best_passage_of_each_document_and_counts_the_others(library: Library) -> None:
    single = library.searcher.search(SearchRequest("liability cap"))
    page = library.searcher.search(SearchRequest("liability cap", group=True))
    assert [hit.document for hit in page.hits] == [ACME.id, HOOLI.id]
    assert page.hits[0].text == single.hits[0].text
    assert page.total == 2
    assert sum(1 + hit.more_in_document for hit in page.hits) == single.total


def test_facets_carry_titles_and_list_what_is_selected_even_at_zero(library: Library) -> None:
    filters = Filters(labels=frozenset({"Governing Law"}))
    page = library.searcher.search(SearchRequest("liability", mode=Mode.KEYWORD, filters=filters))
    assert [(value.value, value.title, value.count) for value in page.facets[FacetName.LABEL]] == [
        ("Cap On Liability", "Cap on liability", 2),
        ("Governing Law", "Governing law", 0),
    ]
    assert page.total == 0


def test_facets_are_not_counted_unless_asked_for(library: Library) -> None:
    assert library.searcher.search(SearchRequest("liability", facets=False)).facets == {}


def test_nothing_found_says_what_would_find_something(library: Library) -> None:
    filters = Filters(labels=frozenset({"Governing Law"}), min_severity=Severity.HIGH)
    page = library.searcher.search(SearchRequest("liability", mode=Mode.KEYWORD, filters=filters))
    assert [(item.text, item.count) for item in page.suggestions] == [
        ("without the filter Governing law", 2),
        ("without any filter", 3),
    ]
    assert page.suggestions[0].request.filters == Filters(min_severity=Severity.HIGH)


def test_nonsense_finds_nothing(library: Library) -> None:
    page = library.searcher.search(SearchRequest("xyzzy plugh"))
    assert (page.hits, page.total, page.suggestions) == ((), 0, ())


@pytest.mark.parametrize("text", ["…!?", "---", '""', "()", "«»"])
def test_only_punctuation_finds_nothing_and_says_why(library: Library, text: str) -> None:
    page = library.searcher.search(SearchRequest(text))
    assert page.hits == ()
    assert "There is no word to search for in the text." in page.notices


def test_only_common_words_are_searched_as_an_exact_phrase(library: Library) -> None:
    assert texts(library, "by the") == [ACME.passages[2].text]


def test_a_query_of_ten_thousand_characters_is_answered_with_a_notice(library: Library) -> None:
    page = library.searcher.search(SearchRequest("liability cap " * 715))
    assert page.hits[0].text == ACME.passages[3].text
    assert page.notices == ("The text is long; its first 64 words are searched.",)


def test_labels_are_ordered_by_severity_and_unknown_ones_keep_their_name(library: Library) -> None:
    page = library.searcher.search(SearchRequest("audit", mode=Mode.KEYWORD))
    assert [(label.title, label.severity) for label in page.hits[0].labels] == [
        ("Audit rights", Severity.MEDIUM),
        ("Unheard Of", Severity.LOW),
    ]


def test_marks_and_grounds_name_the_words_as_they_stand_in_the_passage(library: Library) -> None:
    hit = library.searcher.search(SearchRequest("liabilities capped", mode=Mode.KEYWORD)).hits[0]
    assert [hit.text[mark.start : mark.end] for mark in hit.marks] == list(hit.why.words)
    assert set(hit.why.words) <= {"liability", "capped", "cap"}


def test_a_word_of_the_heading_is_explained(library: Library) -> None:
    hit = library.searcher.search(SearchRequest("indemnity", mode=Mode.KEYWORD)).hits[0]
    assert (hit.text, hit.marks) == (ACME.passages[1].text, ())
    assert hit.why.sentence == "Found 1st by words (in the title or heading: “Indemnity”)."


def test_similar_passages_leave_out_the_passage_itself(library: Library) -> None:
    page = library.searcher.similar(ACME.key(3), Filters())
    assert ACME.passages[3].text not in [hit.text for hit in page.hits]
    assert [hit.rank for hit in page.hits] == list(range(1, len(page.hits) + 1))
    assert page.total == len(page.hits) > 0


def test_similar_to_an_unknown_passage_is_an_error(library: Library) -> None:
    with pytest.raises(UnknownDocumentError, match="no passage 5"):
        library.searcher.similar(5, Filters())


def test_the_same_words_are_encoded_once(library: Library) -> None:
    library.searcher.search(SearchRequest("fraud rent"))
    library.searcher.search(SearchRequest("fraud rent", offset=10, mode=Mode.SEMANTIC))
    assert library.encoder.encoded.count("fraud rent") == 1


@pytest.mark.parametrize("group", [False, True])
def test_pages_join_to_the_whole_list_without_doubles(tmp_path: Path, group: bool) -> None:
    contracts = tuple(
        Contract(f"Contract {number}", tuple(Passage(f"audit {place} damages") for place in range(10)))
        for number in range(60)
    )
    searcher = build(tmp_path, contracts, {"audit": "audit", "inspect": "audit"}).searcher
    whole: list[int] = []
    for offset in range(0, 700, 35):
        request = SearchRequest("audit", limit=35, offset=offset, group=group, facets=False)
        page = searcher.search(request)
        whole.extend(hit.key for hit in page.hits)
        assert [hit.rank for hit in page.hits] == list(range(offset + 1, offset + 1 + len(page.hits)))
    assert page.total == (60 if group else 600)
    assert len(whole) == len(set(whole)) == page.total
