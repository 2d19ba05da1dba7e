"""Sums of events: each counts once, whenever and however often they are summed up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from indexer.records import schema
from indexer.rollups import roll, roll_up
from indexer.rollups.latency import bucket, quantile
from tests.indexer.export.trail import BOB, LEASE, LOAN, NAMES, START, Trail, passage

CAP, LENDER = passage(LEASE, 0), passage(LOAN, 0)
LATER = START + timedelta(hours=2)


def silent(_done: int, _total: int, _detail: str) -> None:
    """Nobody listens."""


def summed(engine: Engine, hours: float = 2) -> int:
    return roll_up(engine, NAMES, START + timedelta(hours=hours), silent)


def rows(engine: Engine, name: str) -> list[tuple[Any, ...]]:
    table = schema.metadata.tables[name]
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]


def everything(engine: Engine) -> list[list[tuple[Any, ...]]]:
    return [rows(engine, name) for name in ("event_days", "search_days", "query_passages", "query_texts")]


@pytest.fixture
def used(trail: Trail) -> Trail:
    """ "cap" showed two passages to two people; one was clicked, a label of the other dismissed."""
    trail.search("q1", "cap", [CAP, LENDER], ranker="learned:1")
    trail.search("q2", "Cap ", [CAP, LENDER], client=BOB, seconds=100)
    trail.act("click", "q1", "cap", LENDER, 1, seconds=5)
    trail.act("click", "q1", "cap", LENDER, 1, seconds=6)
    trail.act("dismiss", "q2", "Cap ", CAP, 0, client=BOB, seconds=105)
    trail.open(LEASE, seconds=200)
    return trail


def test_events_add_up_by_day_collection_ranker_and_place(used: Trail) -> None:
    summed(used.engine)
    assert rows(used.engine, "event_days") == [
        ("2026-01-31", "click", "loans", "learned:1", "", 1, 0, 2),
        ("2026-01-31", "dismiss", "contracts", "rrf", "", 0, 0, 1),
        ("2026-01-31", "impression", "contracts", "learned:1", "", 0, 0, 1),
        ("2026-01-31", "impression", "contracts", "rrf", "", 0, 0, 1),
        ("2026-01-31", "impression", "loans", "learned:1", "", 1, 0, 1),
        ("2026-01-31", "impression", "loans", "rrf", "", 1, 0, 1),
        ("2026-01-31", "open", "contracts", "", "", -1, 0, 1),
    ]
    assert rows(used.engine, "search_days") == [("2026-01-31", "clausewatch", "hybrid", -1, 0, 2, 0)]


def test_what_a_ranker_learns_from_stands_by_query_passage_and_place(used: Trail) -> None:
    summed(used.engine)
    cap = NAMES.query("cap")
    assert rows(used.engine, "query_passages") == [(cap, CAP, 0, 2, 0, 1), (cap, LENDER, 1, 2, 1, 0)]
    assert rows(used.engine, "query_texts") == [(cap, "cap", "2026-01-31")]


def test_robots_and_searches_without_words_are_counted_by_day_and_teach_no_ranker(trail: Trail) -> None:
    trail.search("empty", " ", [CAP])
    for number in range(21):
        trail.search(f"robot{number}", "crawl", [CAP], client=BOB, seconds=number)
    summed(trail.engine)
    assert rows(trail.engine, "event_days") == [
        ("2026-01-31", "impression", "contracts", "rrf", "", 0, 0, 1),
        ("2026-01-31", "impression", "contracts", "rrf", "", 0, 1, 21),
    ]
    assert [row[-2] for row in rows(trail.engine, "search_days")] == [1, 21]
    assert rows(trail.engine, "query_passages") == []


def test_in_pieces_and_again_the_sums_are_those_of_all_at_once(
    used: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    summed(used.engine)
    used.act("click", "q2", "Cap ", CAP, 0, client=BOB, seconds=300)
    used.search("q3", "cap", [CAP], seconds=400)
    summed(used.engine)
    assert summed(used.engine) == 0
    in_pieces = everything(used.engine)
    with used.engine.begin() as connection:
        for name in ("event_progress", "event_days", "search_days", "query_passages", "query_texts"):
            connection.execute(schema.metadata.tables[name].delete())
    monkeypatch.setattr(roll, "BATCH", 1)
    summed(used.engine)
    assert everything(used.engine) == in_pieces
    cap = NAMES.query("cap")
    assert rows(used.engine, "query_passages") == [(cap, CAP, 0, 3, 1, 0), (cap, LENDER, 1, 2, 1, 0)]


def test_the_last_two_minutes_wait_since_a_robot_shows_itself_within_one(used: Trail) -> None:
    used.search("young", "cap", [CAP], seconds=3600)
    summed(used.engine, hours=1)
    assert rows(used.engine, "search_days") == [("2026-01-31", "clausewatch", "hybrid", -1, 0, 2, 0)]
    summed(used.engine, hours=1.1)
    assert rows(used.engine, "search_days") == [("2026-01-31", "clausewatch", "hybrid", -1, 0, 3, 0)]


def test_a_batch_that_cannot_be_added_leaves_nothing_and_is_added_later(
    used: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(roll, "add_up", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            summed(used.engine)
    assert rows(used.engine, "event_days") == []
    summed(used.engine)
    assert sum(row[-1] for row in rows(used.engine, "event_days")) == 8


def test_latencies_in_buckets_give_quantiles_within_a_fifth() -> None:
    assert [bucket(each) for each in (0.2, 1.0, 2.0, 16.0, 17.0, 10**9)] == [0, 0, 4, 16, 17, 80]
    assert quantile({4: 50, 16: 45, 24: 5}, 0.5) == 2.0
    assert quantile({4: 50, 16: 45, 24: 5}, 0.95) == 16.0
    assert quantile({4: 50, 16: 45, 24: 5, -1: 900}, 0.99) == 64.0
    assert quantile({}, 0.5) is None
