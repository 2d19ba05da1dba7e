"""Old events go once they are summed up; numbers, sums and decisions stay."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from indexer.errors import ExportError
from indexer.records import schema
from indexer.records.events import last_number, numbered
from indexer.rollups import Removed, remove_events
from tests.indexer.export.trail import BOB, LEASE, NAMES, START, Trail, passage
from tests.indexer.export.trail import rows as exported
from tests.indexer.rollups.test_roll import everything, rows, silent, summed

CAP = passage(LEASE, 0)
DAY = 86_400


def removed(engine: Engine, days: int, after: float) -> Removed:
    """Sums up and removes, so many days after the start."""
    summed(engine, 24 * after)
    return remove_events(engine, None, days, START + timedelta(days=after), silent)


def left(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        events, searches = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (schema.ubi_events, schema.ubi_queries)
        )
    return events, searches


@pytest.fixture
def aged(trail: Trail) -> Trail:
    """A search with a click, and another one ten days later."""
    trail.search("q1", "cap", [CAP])
    trail.act("click", "q1", "cap", CAP, 0, seconds=5)
    trail.search("q2", "rent", [CAP], client=BOB, seconds=10 * DAY)
    return trail


def test_what_is_older_goes_and_its_sums_stay(aged: Trail) -> None:
    summed(aged.engine, 24 * 11)
    sums = everything(aged.engine)
    found = removed(aged.engine, 7, 11)
    assert (found.events, found.searches, found.texts) == (2, 1, 1)
    assert found.before == "2026-02-04T09:00:00.000Z"
    assert left(aged.engine) == (1, 1)
    assert everything(aged.engine)[:3] == sums[:3]
    assert {row[1] for row in rows(aged.engine, "query_texts")} == {None, "rent"}
    again = removed(aged.engine, 7, 11)
    assert (again.events, again.searches, again.texts) == (0, 0, 0)


def test_what_is_not_summed_up_yet_stays_however_old(aged: Trail) -> None:
    found = remove_events(aged.engine, None, 1, START + timedelta(days=90), silent)
    assert (found.events, found.searches) == (0, 0)
    assert left(aged.engine) == (3, 2)


def test_numbers_go_on_behind_the_last_one_though_every_event_is_gone(aged: Trail) -> None:
    assert [row["seq"] for row in exported(aged.engine, "impressions", after=0)] == [1, 3]
    removed(aged.engine, 1, 90)
    assert left(aged.engine) == (0, 0)
    assert exported(aged.engine, "impressions", after=3) == []
    with pytest.raises(ExportError, match="the newest event has the number 3"):
        exported(aged.engine, "impressions", after=4)
    aged.search("q3", "cap", [CAP], seconds=91 * DAY)
    assert [row["seq"] for row in exported(aged.engine, "impressions", after=3)] == [4]
    with aged.engine.connect() as connection:
        assert last_number(connection, schema.ubi_events) == 4
        assert [seq for seq, _ in numbered(connection, schema.ubi_events, 0, 10)] == [4]
    before = rows(aged.engine, "query_passages")
    summed(aged.engine, 24 * 92)
    assert sum(row[3] for row in rows(aged.engine, "query_passages")) == sum(row[3] for row in before) + 1
    assert NAMES.query("cap") in {row[0] for row in before}
