"""The search page: what it shows, what it escapes, where its links lead."""

import re

import pytest

from tests.search_app.pages.house import House


def test_first_start_tells_how_to_add_documents(empty_house: House) -> None:
    page = empty_house.get("/")
    assert "No documents yet" in page
    assert 'href="/upload"' in page
    assert "clausewatch ingest FOLDER" in page


def test_empty_query_lists_the_riskiest_passages_of_every_document(house: House) -> None:
    page = house.get("/")
    assert "Riskiest passages" in page
    assert "in 4 contracts" in page
    first = page.index('class="hit"')
    assert "high severity" in page[first : page.index("</li>\n", first) + 4000]


def test_hit_shows_title_place_date_and_type(house: House) -> None:
    page = house.get("/?q=goods+order&mode=keyword")
    assert "SUPPLY AGREEMENT" in page
    assert "3 March 2021" in page
    assert "§ " in page


def test_matched_words_are_marked_and_triggers_underlined(house: House) -> None:
    page = house.get("/?q=aggregate+fees&mode=keyword")
    assert "<mark>aggregate</mark>" in page
    assert 'class="trigger s3"' in page


def test_label_names_its_source_and_how_often_it_is_right(house: House) -> None:
    page = house.get("/?q=aggregate+fees&mode=keyword")
    assert "Cap on liability" in page
    assert re.search(r"keyword rule · <span [^>]+>\d of 10 like this were right", page)


def test_counts_say_how_many_by_words_and_by_meaning(house: House) -> None:
    page = house.get("/?q=%22goods+within+ten+days%22&mode=keyword")
    assert re.search(r"1 passage in 1 contract .*1 by words", page)


def test_filters_become_chips_that_lead_to_the_search_without_them(house: House) -> None:
    page = house.get("/?q=liability&severity=high&label=Cap+On+Liability")
    assert 'href="/?q=liability&amp;label=Cap+On+Liability"' in page
    assert 'href="/?q=liability&amp;severity=high"' in page
    assert "Severity: high" in page
    assert "Risk: Cap on liability" in page


def test_filter_by_label_leaves_only_passages_that_carry_it(house: House) -> None:
    page = house.get("/?label=Governing+Law")
    assert 'class="hit"' in page
    hits = page.split('class="hit"')[1:]
    assert all("Governing law" in hit for hit in hits)


def test_facet_counts_stay_the_same_on_every_page(house: House) -> None:
    def counts(address: str) -> list[str]:
        return re.findall(r'class="count">([^<]+)<', house.get(address))

    assert counts("/?q=the&sort=risk&mode=semantic") == counts("/?q=the&sort=risk&mode=semantic&page=2")


def test_page_beyond_the_last_says_so_and_leads_back(house: House) -> None:
    page = house.get("/?q=liability&page=900")
    assert "There is no page 900" in page
    assert 'href="/?q=liability"' in page


def test_nothing_found_offers_the_search_without_the_filter(house: House) -> None:
    page = house.get("/?q=goods&mode=keyword&label=Audit+Rights")
    assert "Nothing found for “goods”" in page
    assert "Try without the filter" in page
    assert 'href="/?q=goods&amp;mode=keyword"' in page


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/?mode=magic", "expected one of hybrid, keyword, semantic"),
        ("/?page=-1", "expected a whole number from 1"),
        ("/?page=99999999999999999999", "expected a whole number"),
        ("/?severity=dire", "expected one of low, medium, high"),
        ("/?min_probability=2", "expected a number from 0 to 1"),
        ("/?from=yesterday", "expected a date"),
        ("/?label=Nonsense", "is unknown"),
    ],
)
def test_wrong_parameter_is_named_with_what_was_expected(house: House, address: str, words: str) -> None:
    response = house.client.get(address)
    assert response.status_code == 400
    assert words in response.text


def test_query_of_ten_thousand_letters_is_answered(house: House) -> None:
    assert "passage" in house.get("/?q=" + "liability+" * 1000)


def test_query_of_punctuation_is_answered_with_a_message(house: House) -> None:
    assert "Nothing found" in house.get("/?q=%21%3F%2C")


def test_document_and_query_are_escaped_everywhere(house: House) -> None:
    for address in (
        "/?q=%3Cscript%3Ealert(1)%3C/script%3E+liability",
        "/?q=%22%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
        "/?mode=%3Cscript%3E",
    ):
        text = house.client.get(address).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b onclick" not in text


def test_templates_never_evaluate_the_text_of_a_document(house: House) -> None:
    page = house.get("/?q=%22shall+not+exceed%22&mode=keyword")
    assert "{{ 7 * 7 }}" in page
    assert "49" not in re.sub(r"<[^>]+>", "", page.split("<main")[1].split("shall not exceed")[-1][:200])


def test_similar_lists_other_passages_and_not_itself(house: House) -> None:
    chunk = house.chunk("supply.txt", "aggregate liability")
    page = house.get(f"/similar/{chunk['key']}")
    assert "Passages similar to this one" in page
    assert f'data-object="{chunk["id"]}"' not in page


def test_similar_to_a_passage_that_is_gone_is_not_found(house: House) -> None:
    response = house.client.get("/similar/12345")
    assert response.status_code == 404
    assert "no longer there" in response.text


def test_page_has_no_inline_script_style_or_foreign_address(house: House) -> None:
    for address in ("/", "/?q=liability", "/upload", "/runs", "/status", "/help"):
        page = house.get(address)
        assert "style=" not in page
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
        assert not re.search(r"\son[a-z]+=\"", page)
