"""What is recorded of searches and of what people do with the results."""

import json
import re
from collections.abc import Mapping

import pytest

from indexer.records.events import QueryEvent
from search_app.events import Recorder
from tests.search_app.pages.house import House


def first_link(page: str) -> str:
    found = re.search(r'<a href="(/documents/[^"]+)" class="open"', page)
    assert found
    return found[1].replace("&amp;", "&").split("#")[0]


def beacon(house: House, item: Mapping[str, object], origin: str | None = "http://localhost") -> object:
    headers = {"Origin": origin} if origin else {}
    return house.client.post("/events", data=json.dumps([item]), headers=headers)


def dwell_of(page: str, **changes: object) -> dict[str, object]:
    query = re.search(r'data-query="([^"]+)"', page)
    chunk = re.search(r'data-object="([^"]+)"', page)
    assert query
    assert chunk
    item: dict[str, object] = {
        "id": "a" * 32, "action": "dwell", "query_id": query[1], "object_id": chunk[1],
        "position": 0, "dwell_ms": 4200,
    }  # fmt: skip
    return item | changes


def test_search_is_recorded_with_its_hits_and_an_impression_for_each(house: House) -> None:
    house.get("/?q=liability")
    [query] = house.rows("ubi_queries")
    shown = json.loads(query["query_response_hit_ids"])
    assert query["user_query"] == "liability"
    assert query["application"] == "clausewatch"
    assert len(query["client_id"]) == 32
    impressions = house.events("impression")
    assert [one["event_attributes"]["position"]["ordinal"] for one in impressions] == list(range(len(shown)))
    assert [one["event_attributes"]["object"]["object_id"] for one in impressions] == shown
    assert {one["event_attributes"]["ranker"] for one in impressions} == {"rrf"}
    generation = house.site.parts.index.status().generation
    assert {one["event_attributes"]["generation"] for one in impressions} == {generation}
    assert json.loads(query["query_attributes"])["generation"] == generation
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", query["timestamp"])


def test_following_a_hit_without_scripts_counts_one_click_however_often_it_is_reloaded(house: House) -> None:
    page = house.get("/?q=liability")
    link = first_link(page)
    house.get(link)
    house.get(link)
    [click] = house.events("click")
    [query] = house.rows("ubi_queries")
    assert click["query_id"] == query["query_id"]
    assert click["user_query"] == "liability"
    assert click["event_attributes"]["position"] == {"ordinal": 0}
    assert click["event_attributes"]["object"]["object_id"] == json.loads(query["query_response_hit_ids"])[0]


def test_link_sent_to_a_colleague_is_no_click_of_the_search(house: House) -> None:
    link = first_link(house.get("/?q=liability"))
    colleague = house.app.test_client()
    assert colleague.get(link, headers={"User-Agent": "Mozilla/5.0"}).status_code == 200
    assert house.events("click") == []


@pytest.mark.parametrize("agent", ["Googlebot/2.1", "curl/8.5", "", "python-httpx/0.27"])
def test_robot_is_answered_and_leaves_no_event(house: House, agent: str) -> None:
    page = house.get("/?q=liability", headers={"User-Agent": agent})
    house.get(first_link(page), headers={"User-Agent": agent})
    assert house.rows("ubi_queries") == []
    assert house.rows("ubi_events") == []


def test_prefetch_is_no_click(house: House) -> None:
    link = first_link(house.get("/?q=liability"))
    house.get(link, headers={"Sec-Purpose": "prefetch"})
    assert house.events("click") == []


def test_position_that_was_not_shown_is_no_click(house: House) -> None:
    link = first_link(house.get("/?q=liability"))
    house.get(re.sub(r"pos=\d+", "pos=77", link))
    assert house.events("click") == []


def test_opening_a_document_directly_is_an_open_once_a_visit(house: House) -> None:
    document = house.document("supply.txt")["id"]
    house.get(f"/documents/{document}")
    house.get(f"/documents/{document}")
    [event] = house.events("open")
    assert event["event_attributes"]["object"] == {"object_id": document, "object_id_field": "document"}


def test_reading_time_is_committed_before_the_answer_and_a_repeat_counts_once(house: House) -> None:
    item = dwell_of(house.get("/?q=liability"))
    assert beacon(house, item).get_json() == {"accepted": 1}  # type: ignore[attr-defined]
    beacon(house, item)
    [event] = house.events("dwell")
    assert event["event_attributes"]["dwell_ms"] == 4200


@pytest.mark.parametrize("beacons_first", [True, False])
def test_a_click_that_the_script_and_the_server_saw_counts_once(house: House, beacons_first: bool) -> None:
    page = house.get("/?q=liability")
    item = dwell_of(page, action="click", dwell_ms=0)
    steps = [lambda: beacon(house, item), lambda: house.get(first_link(page))]
    for step in steps if beacons_first else reversed(steps):
        step()
    beacon(house, item | {"id": "b" * 32})
    [click] = house.events("click")
    assert click["event_attributes"]["position"] == {"ordinal": 0}


def test_a_click_whose_page_was_never_asked_for_is_told_by_a_late_beacon(house: House) -> None:
    item = dwell_of(house.get("/?q=liability"), action="click", dwell_ms=0, age_ms=60_000)
    beacon(house, item)
    [click] = house.events("click")
    [query] = house.rows("ubi_queries")
    assert click["timestamp"] < query["timestamp"]
    assert click["event_id"] == f"click-{query['query_id']}-0"


def test_an_export_of_data_is_recorded_once_a_visit(house: House) -> None:
    for _ in range(2):
        house.get("/exports/download?kind=clicks&format=csv")
    house.client.get("/exports/download?kind=nonsense")
    [event] = house.events("export")
    assert event["event_attributes"]["object"] == {"object_id": "clicks", "object_id_field": "export"}


def test_late_event_carries_the_time_at_which_it_happened(house: House) -> None:
    item = dwell_of(house.get("/?q=liability"), age_ms=3_600_000)
    beacon(house, item)
    [event] = house.events("dwell")
    [query] = house.rows("ubi_queries")
    assert event["timestamp"] < query["timestamp"]


def test_event_of_a_search_that_nobody_made_is_left_out(house: House) -> None:
    item = dwell_of(house.get("/?q=liability"), query_id="f" * 32)
    assert beacon(house, item).get_json() == {"accepted": 0}  # type: ignore[attr-defined]
    assert house.events("dwell") == []


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x" * 101},
        {"id": "<script>"},
        {"query_id": "q" * 101},
        {"object_id": "o" * 257},
        {"action": "confess"},
        {"dwell_ms": -1},
        {"dwell_ms": 10**12},
        {"dwell_ms": "long"},
        {"position": True},
        {"age_ms": 10**15},
    ],
)
def test_event_with_an_impossible_value_is_refused(house: House, change: dict[str, object]) -> None:
    response = beacon(house, dwell_of(house.get("/?q=liability"), **change))
    assert response.status_code == 400  # type: ignore[attr-defined]
    assert house.events("dwell") == []


@pytest.mark.parametrize("body", ["", "null", "{}", "[1]", '"x"', "[" * 2000])
def test_body_that_is_no_list_of_events_is_refused(house: House, body: str) -> None:
    response = house.client.post("/events", data=body, headers={"Origin": "http://localhost"})
    assert response.status_code == 400
    assert response.get_json()["error"]["code"] == "bad_request"


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://localhost.evil.example"])
def test_beacon_from_elsewhere_is_refused(house: House, origin: str | None) -> None:
    response = beacon(house, dwell_of(house.get("/?q=liability")), origin)
    assert response.status_code == 403  # type: ignore[attr-defined]
    assert house.events("dwell") == []


def test_no_event_holds_text_of_a_document(house: House) -> None:
    house.get(first_link(house.get("/?q=liability")))
    for row in house.rows("ubi_events") + house.rows("ubi_queries"):
        assert "Supplier" not in json.dumps(row)


def test_closing_the_recorder_writes_what_is_queued(house: House) -> None:
    house.get("/?q=liability")
    house.site.recorder.close()
    assert len(house.rows("ubi_queries")) == 1


def test_full_queue_loses_events_and_says_so_instead_of_waiting(house: House) -> None:
    house.get("/?q=liability")
    [row] = house.rows("ubi_queries")
    del row["seq"]
    recorder = Recorder(house.engine, capacity=1, interval=60)

    for number in range(50):
        recorder.searched(QueryEvent(**(row | {"query_id": f"q{number}"})))
    assert recorder.dropped >= 40
    recorder.close()
    assert len(house.rows("ubi_queries")) >= 2
