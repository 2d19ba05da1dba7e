"""Search events."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from indexer.records import schema
from indexer.records.database import open_records, writing
from indexer.records.events import Event, QueryEvent, record_events, record_query

QUERY = QueryEvent(
    query_id="q1",
    application="clausewatch",
    client_id="c1",
    timestamp="2026-01-31T09:00:00.000Z",
    user_query="liability w/5 cap",
    query_response_id="r1",
    query_response_hit_ids='["a-1-c1"]',
    query_attributes='{"mode": "hybrid"}',
)
CLICK = Event(
    event_id="e1",
    application="clausewatch",
    action_name="click",
    query_id="q1",
    client_id="c1",
    session_id="s1",
    timestamp="2026-01-31T09:00:05.000Z",
    message_type=None,
    user_query=None,
    event_attributes='{"position": {"ordinal": 0}}',
)


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    engine = open_records(records_url)
    yield engine
    engine.dispose()


def test_a_search_is_recorded_with_all_its_columns(engine: Engine) -> None:
    with writing(engine) as connection:
        record_query(connection, QUERY)
    with engine.connect() as connection:
        [row] = connection.execute(select(schema.ubi_queries))
    assert QueryEvent(**{name: value for name, value in row._mapping.items() if name != "seq"}) == QUERY


def test_an_event_that_is_sent_twice_counts_once(engine: Engine) -> None:
    for _ in range(2):
        with writing(engine) as connection:
            record_events(connection, [CLICK, replace(CLICK, event_id="e2")])
    with engine.connect() as connection:
        rows = connection.execute(select(schema.ubi_events).order_by("event_id")).all()
    assert [row.event_id for row in rows] == ["e1", "e2"]
    assert Event(**{name: value for name, value in rows[0]._mapping.items() if name != "seq"}) == CLICK


def test_what_people_type_is_recorded_without_what_no_database_takes(engine: Engine) -> None:
    with writing(engine) as connection:
        record_query(connection, replace(QUERY, user_query="cap\0 on \ud800liability"))
    with engine.connect() as connection:
        assert connection.scalars(select(schema.ubi_queries.c.user_query)).all() == ["cap on ?liability"]


def test_no_events_are_fine(engine: Engine) -> None:
    with writing(engine) as connection:
        record_events(connection, [])
        assert connection.execute(select(schema.ubi_events)).all() == []


@pytest.mark.parametrize("field", ["event_id", "client_id", "session_id", "action_name", "query_id"])
def test_an_id_that_is_too_long_is_refused_and_nothing_is_recorded(engine: Engine, field: str) -> None:
    wrong = replace(CLICK, event_id="e2")
    wrong = replace(wrong, **{field: "x" * 101})
    with (
        pytest.raises(ValueError, match=f"{field} of a search event has 101 characters; at most 100 fit"),
        writing(engine) as connection,
    ):
        record_events(connection, [CLICK, wrong])
    with engine.connect() as connection:
        assert connection.execute(select(schema.ubi_events)).all() == []
