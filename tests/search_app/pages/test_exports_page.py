"""The page of data, and its downloads."""

import csv
import html
import io
import json
import re

import pytest

from indexer.export import KINDS
from tests.search_app.pages.house import House


def address(**parameters: str) -> str:
    return "/exports/download?" + "&".join(f"{name}={value}" for name, value in parameters.items())


def refused(house: House, **parameters: str) -> str:
    response = house.client.get(address(**parameters))
    assert response.status_code == 400
    notice = re.search(r'<p class="notice error" role="alert">(.*?)</p>', response.text)
    assert notice
    assert "<h1>Data</h1>" in response.text
    return html.unescape(notice[1])


def test_status_leads_to_the_page_that_tells_every_column_but_those_of_words_and_texts(house: House) -> None:
    assert '<a href="/exports">Data</a>' in house.get("/status")
    page = html.unescape(house.get("/exports"))
    for kind in KINDS.values():
        assert kind.about in page
        for column in kind.columns:
            shown = f"<code>{column.name}</code>" in page and column.about in page
            assert shown is (column.personal is None), column.name
    assert '<option value="">all</option><option>contracts</option>' in page


def test_a_download_has_the_clicks_of_this_visitor_under_a_pseudonym(house: House) -> None:
    page = house.get("/?q=liability")
    link = re.search(r'<a href="(/documents/[^"#]+)[^"]*" class="open"', page)
    assert link
    house.get(html.unescape(link[1]))
    [query] = house.rows("ubi_queries")
    response = house.client.get(
        address(kind="clicks", format="csv", since="2026-01-31", collection="contracts")
    )
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="clausewatch-clicks.csv"'
    [row] = csv.DictReader(io.StringIO(response.text))
    assert (row["action"], row["query_id"], row["position"]) == ("click", query["query_id"], "0")
    assert query["client_id"] not in response.text
    assert "liability" not in response.text


def test_what_is_downloaded_goes_on_behind_a_number(house: House) -> None:
    house.get("/?q=liability")
    shown = house.events("impression")
    lines = house.get(address(kind="impressions", format="ndjson", after=str(shown[0]["seq"]))).splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [event["seq"] for event in shown[1:]]


def test_downloads_are_answered_in_the_formats_that_can_be_one_file(house: House) -> None:
    house.get("/?q=liability")
    count = len(house.events("impression"))
    assert len(house.get(address(kind="judgements", format="trec")).splitlines()) == count
    assert len(house.get(address(kind="judgements", format="svmlight")).splitlines()) == count
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet: pip install 'clausewatch[parquet]'")
    content = house.client.get(address(kind="predictions", format="parquet")).data
    assert parquet.read_table(io.BytesIO(content)).num_rows == len(house.rows("predictions"))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, f"kind='': expected one of {', '.join(KINDS)}"),
        (
            {"kind": "<script>", "format": "csv"},
            f"kind='<script>': expected one of {', '.join(KINDS)}",
        ),
        (
            {"kind": "clicks", "format": "xlsx"},
            "format='xlsx': expected one of ndjson, csv, parquet, trec, svmlight, beir",
        ),
        (
            {"kind": "clicks", "format": "trec"},
            "format='trec' does not fit clicks: expected one of ndjson, csv, parquet",
        ),
        (
            {"kind": "judgements", "format": "beir"},
            "beir is a folder of several files; clausewatch export writes it",
        ),
        (
            {"kind": "clicks", "format": "csv", "since": "yesterday"},
            "since='yesterday': expected a date like 2026-01-31 or a time in UTC like 2026-01-31T09:00",
        ),
        (
            {"kind": "clicks", "format": "csv", "collection": "nowhere"},
            "collection='nowhere': expected one of contracts",
        ),
        (
            {"kind": "clicks", "format": "csv", "after": "-1"},
            "after='-1': expected the number that an earlier export ended with",
        ),
        (
            {"kind": "predictions", "format": "csv", "after": "1"},
            "after='1': predictions are made anew each time, so that none go on behind others; leave it out",
        ),
    ],
)
def test_what_cannot_be_had_is_named_above_the_form(
    house: House, parameters: dict[str, str], message: str
) -> None:
    assert refused(house, **parameters) == message


def test_the_form_keeps_what_was_chosen(house: House) -> None:
    page = house.client.get(
        address(kind="judgements", format="csv", since="soon", collection="contracts")
    ).text
    assert '<option value="judgements" selected>' in page
    assert '<option value="csv" selected>' in page
    assert "<option selected>contracts</option>" in page
