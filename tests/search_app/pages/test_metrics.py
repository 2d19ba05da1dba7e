"""What Prometheus is told: counts and facts, and nothing that anybody typed or wrote."""

from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from indexer.monitoring.values import Measurement, Metric, Series
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.heartbeat import WORKER, Heartbeat, write_heartbeat
from search_app.monitor.facts import Facts
from search_app.monitor.quality import LABELS, _family, _shown
from tests.search_app.pages.house import House

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(house: House) -> Samples:
    """The samples of a scrape, by name and labels."""
    found = text_string_to_metric_families(house.get("/metrics"))
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in found
        for sample in family.samples
    }


def test_searches_are_counted_and_timed_by_mode(house: House) -> None:
    house.get("/?q=liability")
    house.get("/?q=liability&mode=keyword")
    found = scraped(house)
    assert found["clausewatch_searches_total", (("mode", "hybrid"), ("ranker", "none"))] == 1
    assert found["clausewatch_searches_total", (("mode", "keyword"), ("ranker", "none"))] == 1
    assert found["clausewatch_searches_total", (("mode", "semantic"), ("ranker", "none"))] == 0
    assert found["clausewatch_search_duration_seconds_count", (("mode", "hybrid"),)] == 1
    assert found["clausewatch_search_errors_total", (("mode", "hybrid"),)] == 0


def test_what_is_held_is_what_the_records_hold(house: House) -> None:
    found = scraped(house)
    active = [row for row in house.rows("documents") if row["status"] == "active"]
    assert found["clausewatch_documents", (("collection", "contracts"),)] == len(active)
    assert found["clausewatch_passages", (("collection", "contracts"),)] == len(house.rows("chunks"))
    assert found["clausewatch_index_passages", ()] == len(house.rows("chunks"))
    assert found["clausewatch_outbox_rows", ()] == 0
    assert found["clausewatch_ingested_files", (("outcome", "failed"),)] == 1
    cap = (("collection", "contracts"), ("label", "Cap On Liability"))
    labelled = {row["chunk"] for row in house.rows("predictions") if row["label"] == "Cap On Liability"}
    assert found["clausewatch_labelled_passages", cap] == len(labelled)
    assert (found["clausewatch_records_up", ()], found["clausewatch_index_up", ()]) == (1, 1)


def test_the_events_of_this_process_and_the_workers_age_are_told(house: House) -> None:
    with writing(house.engine) as connection:
        now = time_to_text(datetime.now(UTC))
        write_heartbeat(connection, WORKER, Heartbeat(7, now, now))
    house.get("/?q=liability")
    house.site.recorder.flush()
    found = scraped(house)
    assert found["clausewatch_events_recorded_total", ()] == len(house.rows("ubi_events"))
    assert found["clausewatch_unsummed_events", ()] == len(house.rows("ubi_events"))
    assert 0 <= found["clausewatch_worker_heartbeat_age_seconds", ()] < 60


def test_nothing_that_was_typed_and_nobody_is_told(house: House) -> None:
    house.get("/?q=ximenesparagraph")
    [query] = house.rows("ubi_queries")
    text = house.get("/metrics")
    for secret in ("ximenesparagraph", query["client_id"], query["query_id"], "supply.txt", "Supplier"):
        assert secret not in text


def test_golden_queries_and_places_of_documents_are_not_told() -> None:
    told = Measurement(Series("contracts", Metric.PRECISION, label="Insurance"), 0.8, 40, 0.7, 0.9)
    query = Measurement(Series("contracts", Metric.GOLDEN_QUERY, label="who pays"), 3, 1)
    folder = Measurement(Series("contracts", Metric.LENGTH, source="/home/ann"), 900, 40)
    assert [_shown(each) for each in (told, query, folder)] == [True, False, False]
    [sample] = _family("clausewatch_measurement_low", "", [told], "low").samples
    assert (sample.value, sample.labels) == (
        0.7,
        dict(zip(LABELS, ("contracts", "precision", "", "Insurance"), strict=True)),
    )


def test_an_index_that_is_away_is_said_and_the_rest_is_told(
    house: House,
) -> None:
    (house.home / "index").rename(house.home / "away")
    found = scraped(house)
    assert found["clausewatch_index_up", ()] == 0
    assert found["clausewatch_records_up", ()] == 1
    assert ("clausewatch_documents", (("collection", "contracts"),)) in found


def test_a_second_scrape_looks_nothing_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = Facts(house.site.parts, house.site.recorder)
    before = [family.name for family in facts.collect()]

    def refuse(*_: object) -> None:
        raise AssertionError("the records were asked again")

    monkeypatch.setattr(type(house.engine), "connect", refuse)
    assert [family.name for family in facts.collect()] == before


def test_metrics_set_no_cookie_and_are_refused_under_a_strange_name(house: House) -> None:
    assert "Set-Cookie" not in house.client.get("/metrics").headers
    assert house.client.get("/metrics", headers={"Host": "evil.example"}).status_code == 400
