"""The HTTP API and what the service says of its state."""

import os
from dataclasses import replace

import pytest

from indexer.locks import WORKER, held
from indexer.records.database import writing
from indexer.records.heartbeat import Heartbeat, write_heartbeat
from indexer.records.jobs import JobRun, write_job_run
from tests.search_app.pages.house import House


def test_api_answers_a_search_with_counts_hits_and_facets(house: House) -> None:
    answer = house.client.get("/api/search?q=%22goods+within+ten+days%22&mode=keyword").get_json()
    assert answer["total"] == 1
    assert answer["by_words"] == 1
    assert answer["facets"]["document_type"]
    [hit] = answer["hits"]
    assert hit["rank"] == 1
    assert hit["title"] == "SUPPLY AGREEMENT"
    assert "goods within ten days" in hit["text"]
    assert {
        "score",
        "collection",
        "document",
        "source",
        "section",
        "page",
        "start",
        "end",
        "labels",
        "why",
    } <= set(hit)


def test_api_leaves_facets_out_when_asked(house: House) -> None:
    assert house.client.get("/api/search?q=liability&facets=0").get_json()["facets"] == {}


def test_api_search_is_recorded_as_a_programs_without_impressions(house: House) -> None:
    house.client.get("/api/search?q=liability")
    [query] = house.rows("ubi_queries")
    assert query["application"] == "clausewatch-api"
    assert house.rows("ubi_events") == []


def test_api_pages_by_limit_and_offset(house: House) -> None:
    everything = house.client.get("/api/search?limit=6").get_json()["hits"]
    second = house.client.get("/api/search?limit=3&offset=3").get_json()["hits"]
    assert [hit["chunk"] for hit in second] == [hit["chunk"] for hit in everything[3:6]]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/search?limit=0", 400, "bad_request"),
        ("/api/search?facets=yes", 400, "bad_request"),
        ("/api/documents/nothing", 404, "unknown_document"),
        ("/api/runs/nothing", 404, "unknown_run"),
        ("/api/nothing", 404, "not_found"),
    ],
)
def test_api_errors_are_json_with_a_code_and_a_message(
    house: House, address: str, status: int, code: str
) -> None:
    response = house.client.get(address)
    assert response.status_code == status
    assert response.get_json()["error"]["code"] == code
    assert response.get_json()["error"]["message"]


def test_api_tells_a_document_with_its_passages_and_a_run_with_its_files(house: House) -> None:
    document = house.document("supply.txt")
    answer = house.client.get(f"/api/documents/{document['id']}").get_json()
    assert answer["date"] == "2021-03-03"
    assert [one["chunk"] for one in answer["passages"]] == [row["id"] for row in house.chunks("supply.txt")]
    assert any(label["label"] == "Cap On Liability" for one in answer["passages"] for label in one["labels"])
    run = house.client.get(f"/api/runs/{house.rows('runs')[0]['id']}").get_json()
    assert run["outcomes"]["indexed"] == 4
    assert len(run["items"]) == run["files"] == 6


def test_health_is_ready_when_every_part_answers(house: House) -> None:
    response = house.client.get("/health")
    assert response.status_code == 200
    answer = response.get_json()
    assert answer["live"] is True
    assert answer["ready"] is True
    assert {part["name"]: part["state"] for part in answer["parts"]} == {
        "records": "ok", "index": "ok", "encoder": "ok", "classifier": "ok",
        "worker": "ok", "monitor": "ok", "events": "ok",
    }  # fmt: skip
    assert "Set-Cookie" not in response.headers


def test_lost_index_is_said_on_every_page_and_the_search_fails_in_plain_words(house: House) -> None:
    def lost() -> None:
        from indexer.errors import IndexUnavailableError  # noqa: PLC0415

        raise IndexUnavailableError("The search index is missing; run clausewatch rebuild")

    house.site.parts.index.status = lost  # type: ignore[method-assign, assignment]
    response = house.client.get("/health")
    assert response.status_code == 503
    assert response.get_json()["ready"] is False
    assert "Index cannot answer" in house.get("/help")
    assert "Something cannot answer" in house.get("/status")


def test_upload_that_waits_for_minutes_shows_that_the_worker_is_missing(house: House) -> None:
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            "update runs set state = 'queued', started_at = '2026-01-01T00:00:00.000Z'"
        )
    page = house.get("/status")
    assert "None runs: uploads and watched folders wait" in page
    assert "clausewatch worker" in page
    assert house.client.get("/health").status_code == 200


def test_encoder_that_does_not_fit_the_index_is_said(house: House) -> None:
    house.site.parts.encoder.version = "another"
    assert "made with another encoder" in house.get("/status")


def test_help_explains_the_syntax_the_keys_and_every_label(house: House) -> None:
    page = house.get("/help")
    assert "w/10" in page
    for label in house.site.parts.packs["contracts"].labels.values():
        assert str(label.description)[:20] in page.replace("&#39;", "'").replace("&#34;", '"')


def test_unexpected_error_is_told_without_its_inside(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(*_: object) -> None:
        raise RuntimeError("secret inside")

    object.__setattr__(house.site.searcher, "search", broken)
    page = house.client.get("/?q=x")
    answer = house.client.get("/api/search?q=x")
    assert page.status_code == answer.status_code == 500
    assert "Something went wrong here" in page.text
    assert "secret inside" not in page.text + answer.text


def test_status_names_the_worker_that_runs(house: House) -> None:
    with held(house.engine, house.home, WORKER, "worker"):
        page = house.get("/status")
    assert f"Runs as process {os.getpid()}" in page


def test_a_worker_that_hangs_is_told_from_one_that_lives(house: House) -> None:
    silent = Heartbeat(os.getpid(), "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:05.000Z")
    with writing(house.engine) as connection:
        write_heartbeat(connection, "worker", silent)
    with held(house.engine, house.home, WORKER, "worker"):
        page = house.get("/status")
    assert "gave no sign of life since 2026-01-01T00:00:05.000Z" in page


def test_a_job_that_failed_is_named_with_its_reason_until_it_goes_well(house: House) -> None:
    begun = "2026-01-01T00:00:00.000Z"
    failed = JobRun("relabel", 5.0, begun, begun, "the model’s file is damaged")
    with writing(house.engine) as connection:
        write_job_run(connection, failed)
    with held(house.engine, house.home, WORKER, "worker"):
        page = house.get("/status")
    assert "Its job relabel failed at 2026-01-01T00:00:00.000Z: the model’s file is damaged" in page
    assert '<th scope="row">relabel</th><td>5.0 s</td>' in page
    with writing(house.engine) as connection:
        write_job_run(connection, replace(failed, failure=""))
    assert "failed" not in house.get("/status").partition("again and again")[2]
