"""Search events in OpenSearch: all of the records, each once, whatever happens in between."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import pytest
from opensearchpy import OpenSearch
from sqlalchemy import Engine, delete

from indexer import project_events
from indexer.errors import IndexUnavailableError
from indexer.index.opensearch import Connection
from indexer.index.opensearch.event_index import EventIndex
from indexer.index.opensearch.provision import install, uninstall
from indexer.jobs import History, Jobs, build_scheduler
from indexer.project_events import EventProjection, EventStatus
from indexer.records import schema
from indexer.records.database import open_records, writing
from indexer.records.events import Event, QueryEvent, record_events, record_query
from tests.indexer.ingest.office import make_office
from tests.opensearch.backend import prefix_of
from tests.opensearch.projecting import projection
from tests.search_app.commands import ROOT

QUERY = QueryEvent(
    query_id="q0",
    application="clausewatch",
    client_id="0123456789abcdef0123456789abcdef",
    timestamp="2026-01-31T09:00:00.000Z",
    user_query="liability w/5 cap",
    query_response_id="q0-0",
    query_response_hit_ids='["a-1-c1", "a-2-c1"]',
    query_attributes='{"mode": "hybrid", "offset": 0, "filters": {"labels": ["Cap"], "date_to": null}}',
)
CLICK = Event(
    event_id="e0",
    application="clausewatch",
    action_name="click",
    query_id="q0",
    client_id="0123456789abcdef0123456789abcdef",
    session_id="fedcba9876543210fedcba9876543210",
    timestamp="2026-01-31T09:00:05.125Z",
    message_type=None,
    user_query="liability w/5 cap",
    event_attributes='{"position": {"ordinal": 0}, "ranker": "rrf", "unheard_of": {"a": [1]}, '
    '"object": {"object_id": "a-1-c1", "object_id_field": "chunk", "keyword_rank": 3}}',
)


@dataclass
class Desk:
    """Records, a server, and the projection of one into the other."""

    records: str
    engine: Engine
    server: str
    prefix: str
    client: OpenSearch

    def projection(self, server: str = "") -> EventProjection:
        return projection(self.engine, server or self.server, self.prefix)

    def run(self) -> int:
        return self.projection().run(threading.Event())

    def record(self, queries: int = 0, events: int = 0, first: int = 0) -> None:
        with writing(self.engine) as connection:
            for number in range(first, first + queries):
                record_query(connection, replace(QUERY, query_id=f"q{number}"))
            record_events(
                connection, [replace(CLICK, event_id=f"e{number}") for number in range(first, first + events)]
            )

    def found(self, name: str) -> dict[str, dict[str, object]]:
        index = f"{self.prefix}-{name}"
        self.client.indices.refresh(index=index)
        hits = self.client.search(index=index, body={"size": 10_000})["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in hits}

    def status(self) -> list[tuple[int, int]]:
        return [(each.waiting, each.left_out) for each in self.projection().status()]


@pytest.fixture
def desk(records_url, opensearch_url, tmp_path) -> Iterator[Desk]:
    engine, prefix = open_records(records_url), "u" + prefix_of(tmp_path)
    with OpenSearch([opensearch_url]) as client:
        yield Desk(records_url, engine, opensearch_url, prefix, client)
        client.indices.delete(index=f"{prefix}-*")
    engine.dispose()


def test_every_search_and_event_is_there_in_the_columns_of_the_schema(desk):
    desk.record(1, 1)
    assert desk.run() == 2
    query = asdict(QUERY) | {
        "query_response_hit_ids": ["a-1-c1", "a-2-c1"],
        "query_attributes": json.loads(QUERY.query_attributes),
    }
    event = asdict(CLICK) | {"event_attributes": json.loads(CLICK.event_attributes)}
    del event["event_id"], event["message_type"]
    assert desk.found("ubi-queries") == {"q0": query}
    assert desk.found("ubi-events") == {"e0": event}


def test_relevance_tools_can_ask_for_what_they_need(desk):
    desk.record(3, 2)
    desk.run()
    desk.found("ubi-queries"), desk.found("ubi-events")

    def count(index: str, query: dict[str, object]) -> int:
        return int(desk.client.count(index=f"{desk.prefix}-{index}", body={"query": query})["count"])

    assert count("ubi-queries", {"term": {"query_attributes.mode": "hybrid"}}) == 3
    assert count("ubi-queries", {"term": {"query_response_hit_ids": "a-2-c1"}}) == 3
    assert count("ubi-events", {"term": {"action_name": "click"}}) == 2
    assert count("ubi-events", {"term": {"event_attributes.object.object_id": "a-1-c1"}}) == 2
    assert count("ubi-events", {"range": {"event_attributes.position.ordinal": {"lte": 0}}}) == 2
    assert count("ubi-events", {"range": {"timestamp": {"gt": "2026-01-31T09:00:05.124Z"}}}) == 2
    assert count("ubi-events", {"range": {"timestamp": {"gt": "2026-01-31T09:00:05.125Z"}}}) == 0


def test_only_what_is_new_is_sent(desk):
    desk.record(2, 3)
    running = desk.projection()
    assert running.run(threading.Event()) == 5
    assert running.run(threading.Event()) == 0
    desk.record(1, 1, first=100)
    assert running.run(threading.Event()) == 2
    assert desk.run() == 0  # another process knows it from the cluster
    assert (len(desk.found("ubi-queries")), len(desk.found("ubi-events"))) == (3, 4)


def test_status_says_how_far_the_projection_is_behind(desk):
    desk.record(2, 3)
    assert desk.projection().status() == [
        EventStatus(f"{desk.prefix}-ubi-queries", 2, 0),
        EventStatus(f"{desk.prefix}-ubi-events", 3, 0),
    ]
    desk.run()
    assert desk.status() == [(0, 0), (0, 0)]
    desk.record(0, 1, first=100)
    assert desk.status() == [(0, 0), (1, 0)]


def test_killed_again_and_again_nothing_is_lost_or_doubled(desk, monkeypatch):
    desk.record(700, 4000)
    command = [sys.executable, "-m", "tests.opensearch.projecting", desk.records, desk.server, desk.prefix]
    kills = 0
    for delay in (0.05, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.2):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
    assert kills >= 3
    desk.run()
    assert set(desk.found("ubi-queries")) == {f"q{number}" for number in range(700)}
    assert set(desk.found("ubi-events")) == {f"e{number}" for number in range(4000)}
    assert desk.status() == [(0, 0), (0, 0)]


def test_a_batch_that_was_sent_and_not_noted_is_overwritten_with_itself(desk, monkeypatch):
    desk.record(3, 5)
    monkeypatch.setattr(project_events, "BATCH", 2)
    monkeypatch.setattr(EventIndex, "_note", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.run()
    monkeypatch.undo()
    assert len(desk.found("ubi-queries")) == 2
    assert desk.run() == 8
    assert (len(desk.found("ubi-queries")), len(desk.found("ubi-events"))) == (3, 5)


def test_a_server_that_is_away_loses_nothing_and_is_named_once(desk, tmp_path, caplog):
    desk.record(2, 3)
    office = make_office(tmp_path, url=desk.records)
    jobs = Jobs(office.ingest, threading.Event(), projection=desk.projection("http://127.0.0.1:9"))
    history = History(office.engine, office.clock)
    job = build_scheduler(jobs.all(), jobs.report, history).get_job("events")
    assert job is not None
    with caplog.at_level(logging.WARNING, "indexer"):
        for _ in range(3):
            job.func()
    assert [
        each.message.partition(". ")[0] for each in caplog.records if each.name == "indexer.jobs.job"
    ] == ["events: OpenSearch at http://127.0.0.1:9 cannot be reached"]
    with pytest.raises(IndexUnavailableError, match="cannot be reached"):
        desk.projection("http://127.0.0.1:9").status()
    office.engine.dispose()
    assert desk.run() == 5
    assert (len(desk.found("ubi-queries")), len(desk.found("ubi-events"))) == (2, 3)


def test_an_index_that_takes_nothing_for_a_while_gets_everything_afterwards(desk):
    desk.record(1, 1)
    desk.run()
    index = f"{desk.prefix}-ubi-events"
    desk.record(1, 2, first=100)
    desk.client.indices.put_settings(index=index, body={"index.blocks.write": True})
    with pytest.raises(IndexUnavailableError, match=r"takes no search events now .403: cluster_block"):
        desk.run()
    assert desk.status() == [(0, 0), (2, 0)]
    desk.client.indices.put_settings(index=index, body={"index.blocks.write": False})
    assert desk.run() == 2
    assert set(desk.found("ubi-events")) == {"e0", "e100", "e101"}


def test_a_row_that_the_server_refuses_for_good_is_left_out_and_counted(desk, caplog):
    with writing(desk.engine) as connection:
        wrong = replace(CLICK, event_id="e1", timestamp="yesterday", user_query="my secret words")
        record_events(connection, [CLICK, wrong, replace(CLICK, event_id="e2")])
    assert desk.run() == 3
    assert set(desk.found("ubi-events")) == {"e0", "e2"}
    assert desk.status() == [(0, 0), (0, 1)]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("indexer.")]
    assert any("refused e1 for good" in said for said in ours)
    assert not any("secret" in said for said in ours)
    desk.record(0, 1, first=100)
    desk.run()
    assert desk.status() == [(0, 0), (0, 1)]


def test_a_very_long_search_is_kept_whole_and_not_refused(desk):
    with writing(desk.engine) as connection:
        record_query(connection, replace(QUERY, user_query="Ü§" * 50_000))
    desk.run()
    assert desk.found("ubi-queries")["q0"]["user_query"] == "Ü§" * 50_000
    assert desk.status()[0] == (0, 0)


def test_many_large_rows_go_in_several_requests(desk, monkeypatch):
    monkeypatch.setattr("indexer.index.opensearch.event_index.MOST_BYTES", 2_000)
    desk.record(20, 30)
    assert desk.run() == 50
    assert (len(desk.found("ubi-queries")), len(desk.found("ubi-events"))) == (20, 30)


def test_an_index_that_was_deleted_is_filled_again(desk):
    desk.record(2, 3)
    running = desk.projection()
    running.run(threading.Event())
    desk.client.indices.delete(index=f"{desk.prefix}-ubi-events")
    assert desk.status() == [(0, 0), (3, 0)]
    desk.record(0, 1, first=100)
    assert running.run(threading.Event()) == 4
    assert len(desk.found("ubi-events")) == 4


def test_records_that_were_restored_from_a_backup_are_sent_anew(desk):
    desk.record(0, 5)
    desk.run()
    with writing(desk.engine) as connection:
        connection.execute(delete(schema.ubi_events).where(schema.ubi_events.c.seq > 2))
    desk.record(0, 1, first=100)
    if desk.engine.dialect.name == "sqlite":  # its numbers begin again where those of the backup ended
        with writing(desk.engine) as connection:
            connection.exec_driver_sql("UPDATE ubi_events SET seq = 3 WHERE event_id = 'e100'")
    desk.run()
    assert "e100" in desk.found("ubi-events")


@pytest.mark.parametrize("name", ["ubi_queries", "ubi_events"])
def test_an_index_of_others_is_refused_and_not_written_to(desk, name):
    index = f"{desk.prefix}-{name.replace('_', '-')}"
    desk.client.indices.create(index=index)
    desk.record(1, 1)
    with pytest.raises(IndexUnavailableError, match=f"{index} of OpenSearch was not made by Clausewatch"):
        desk.run()
    assert desk.found(name.replace("_", "-")) == {}


@pytest.mark.parametrize(("version", "refused"), [(99, True), (0, False)])
def test_an_index_of_another_version_is_refused_when_newer_and_brought_up_when_older(desk, version, refused):
    index = f"{desk.prefix}-ubi-queries"
    meta = {"clausewatch": {"version": version, "fingerprint": "0123456789abcdef"}}
    desk.client.indices.create(
        index=index, body={"mappings": {"dynamic": "strict", "_meta": meta, "properties": {}}}
    )
    desk.record(1, 0)
    if refused:
        with pytest.raises(IndexUnavailableError, match="made by a newer version"):
            desk.run()
        return
    desk.run()
    assert set(desk.found("ubi-queries")) == {"q0"}


def test_an_index_made_by_the_installed_template_is_taken_as_ours(desk):
    connection = Connection((desk.server,), prefix=desk.prefix, engine="lucene", replicas=0)
    install(connection, 16)
    for name in ("ubi-queries", "ubi-events"):
        desk.client.indices.create(index=f"{desk.prefix}-{name}")
    desk.record(1, 1)
    assert desk.run() == 2
    assert desk.status() == [(0, 0), (0, 0)]
    uninstall(connection)


def test_a_worker_that_is_told_to_stop_stops_at_the_next_batch(desk, monkeypatch):
    desk.record(10, 0)
    monkeypatch.setattr(project_events, "BATCH", 2)
    stop = threading.Event()
    monkeypatch.setattr(EventIndex, "send", _then(EventIndex.send, stop.set))
    assert desk.projection().run(stop) == 2
    monkeypatch.undo()
    assert desk.run() == 8


def _then(send, after):
    def both(*arguments):
        send(*arguments)
        after()

    return both
