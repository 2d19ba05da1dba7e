"""Old events leave OpenSearch too, and nothing leaves the records that OpenSearch has not had."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from indexer.errors import IndexUnavailableError
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.events import record_events, record_query
from indexer.rollups import remove_events, roll_up
from tests.indexer.export.trail import NAMES
from tests.opensearch.test_event_projection import CLICK, QUERY, Desk, desk

__all__ = ["desk"]
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def silent(_done: int, _total: int, _detail: str) -> None:
    """Nobody listens."""


@pytest.fixture
def aged(desk: Desk) -> Desk:
    """Two searches with a click each, one in January and one in March, projected and summed up."""
    desk.record(1, 1)
    with writing(desk.engine) as connection:
        record_query(connection, replace(QUERY, query_id="young", timestamp="2026-03-20T09:00:00.000Z"))
        record_events(connection, [replace(CLICK, event_id="young", timestamp="2026-03-20T09:00:05.000Z")])
    roll_up(desk.engine, NAMES, NOW, silent)
    return desk


def test_old_events_leave_both_indexes_and_the_records(aged: Desk) -> None:
    aged.run()
    found = remove_events(aged.engine, aged.projection(), 30, NOW, silent)
    assert (found.events, found.searches, found.projected) == (1, 1, 2)
    assert set(aged.found("ubi-queries")) == {"young"}
    assert set(aged.found("ubi-events")) == {"young"}
    aged.record(1, 1, first=7)
    assert aged.run() == 2
    assert set(aged.found("ubi-events")) == {"young", "e7"}


def test_what_opensearch_has_not_had_stays_in_the_records(aged: Desk) -> None:
    found = remove_events(aged.engine, aged.projection(), 30, NOW, silent)
    assert (found.events, found.searches) == (0, 0)
    assert aged.run() == 4


def test_a_cluster_that_is_away_keeps_everything_where_it_is(aged: Desk) -> None:
    aged.run()
    with pytest.raises(IndexUnavailableError):
        remove_events(aged.engine, aged.projection("http://127.0.0.1:1"), 30, NOW, silent)
    with aged.engine.connect() as connection:
        assert len(connection.execute(schema.ubi_events.select()).all()) == 2


def test_an_index_that_is_filled_again_when_all_old_events_are_gone_gets_what_is_left(aged: Desk) -> None:
    aged.run()
    remove_events(aged.engine, aged.projection(), 5, NOW, silent)
    aged.client.indices.delete(index=f"{aged.prefix}-ubi-events")
    assert aged.projection().run(threading.Event()) == 0
    assert [each.waiting for each in aged.projection().status()] == [0, 0]
