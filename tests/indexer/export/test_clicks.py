"""Clicks and impressions: rows longhand, order, marks."""

import pytest

from indexer.export import KINDS, Selection
from indexer.export.clicks import Click
from indexer.export.impressions import Impression
from tests.indexer.export.trail import ANN, BOB, LEASE, LOAN, NAMES, Trail, at, passage, rows

CAP, RENT, LENDER = passage(LEASE, 0), passage(LEASE, 1), passage(LOAN, 0)


def test_an_impression_has_its_place_ranks_scores_and_ranker(trail: Trail) -> None:
    trail.search("q1", "Liability  cap", [CAP, LENDER], ranker="learned:1", cosine=0.5)
    first, second = rows(trail.engine, "impressions")
    assert first == {
        "seq": 1,
        "at": "2026-01-31T09:00:00.000Z",
        "application": "clausewatch",
        "query_id": "q1",
        "query": NAMES.query("liability cap"),
        "client": NAMES.client(ANN),
        "session": NAMES.session("a1" * 16),
        "chunk": f"{LEASE}-0-c1",
        "document": LEASE,
        "collection": "contracts",
        "position": 0,
        "ranker": "learned:1",
        "classifier": None,
        "generation": None,
        "keyword_rank": 1,
        "semantic_rank": None,
        "keyword_score": None,
        "cosine": 0.5,
        "fused": None,
        "robot": False,
    }
    assert (second["seq"], second["position"], second["collection"]) == (2, 1, "loans")


def test_a_click_is_joined_with_its_search_and_its_impression(trail: Trail) -> None:
    trail.search("q1", "Liability  cap", [CAP, LENDER])
    trail.act("click", "q1", "Liability  cap", LENDER, 1, seconds=7.5)
    [click] = rows(trail.engine, "clicks", Selection(with_queries=True))
    assert click == {
        "seq": 3,
        "at": "2026-01-31T09:00:07.500Z",
        "action": "click",
        "application": "clausewatch",
        "query_id": "q1",
        "query": NAMES.query("liability cap"),
        "query_text": "Liability  cap",
        "searched_at": "2026-01-31T09:00:00.000Z",
        "mode": "hybrid",
        "client": NAMES.client(ANN),
        "session": NAMES.session("a1" * 16),
        "chunk": f"{LOAN}-0-c1",
        "document": LOAN,
        "collection": "loans",
        "position": 1,
        "ranker": "rrf",
        "keyword_rank": 2,
        "semantic_rank": None,
        "classifier": None,
        "dwell_ms": None,
        "robot": False,
        "double_click": False,
        "used": True,
    }


def test_what_was_done_stands_in_the_order_in_which_it_was_recorded(trail: Trail) -> None:
    trail.search("q1", "cap", [CAP])
    trail.act("dwell", "q1", "cap", CAP, 0, seconds=60, dwell_ms=4200)
    trail.open(LEASE, seconds=50)
    trail.act("copy", "q1", "cap", CAP, 0, seconds=40)
    trail.act("similar", "q1", "cap", CAP, 0, seconds=30)
    trail.open(LEASE, seconds=20, action="download")
    found = rows(trail.engine, "clicks")
    assert [row["action"] for row in found] == ["dwell", "open", "copy", "similar", "download"]
    assert [row["seq"] for row in found] == [2, 3, 4, 5, 6]
    assert found[0]["dwell_ms"] == 4200
    opened = found[1]
    assert (opened["document"], opened["chunk"], opened["query"], opened["position"]) == (
        LEASE,
        None,
        None,
        None,
    )


def test_a_second_click_within_three_seconds_is_a_double_click_and_only_that(trail: Trail) -> None:
    trail.search("q1", "cap", [CAP, RENT])
    trail.search("q2", "cap", [CAP])
    trail.act("click", "q1", "cap", CAP, 0, seconds=10)
    trail.act("click", "q1", "cap", CAP, 0, seconds=13)
    trail.act("click", "q1", "cap", CAP, 0, seconds=16.001)
    trail.act("click", "q1", "cap", RENT, 1, seconds=16.002)
    trail.act("click", "q2", "cap", CAP, 0, seconds=16.003)
    trail.act("click", "q1", "cap", CAP, 0, client=BOB, seconds=16.004)
    trail.act("copy", "q1", "cap", CAP, 0, seconds=16.005)
    marks = [row["double_click"] for row in rows(trail.engine, "clicks")]
    assert marks == [False, True, False, False, False, False, False]


def test_a_double_click_is_known_even_where_an_export_begins_between_the_two(trail: Trail) -> None:
    trail.search("q1", "cap", [CAP])
    trail.act("click", "q1", "cap", CAP, 0, seconds=10)
    trail.act("click", "q1", "cap", CAP, 0, seconds=11)
    [second] = rows(trail.engine, "clicks", after=2)
    assert (second["seq"], second["double_click"]) == (3, True)


def test_whoever_searches_more_than_twenty_times_a_minute_is_marked_as_a_robot(trail: Trail) -> None:
    for number in range(21):
        trail.search(f"fast{number}", "cap", [CAP], client=BOB, seconds=number)
    for number in range(20):
        trail.search(f"slow{number}", "cap", [CAP], seconds=number)
    trail.search("later", "cap", [CAP], client=BOB, seconds=60)
    found = rows(trail.engine, "impressions")
    assert {row["robot"] for row in found if row["client"] == NAMES.client(ANN)} == {False}
    assert [row["robot"] for row in found if row["client"] == NAMES.client(BOB)] == [True] * 21 + [False]


def test_since_and_collection_restrict_and_after_goes_on_behind_a_number(trail: Trail) -> None:
    trail.search("q1", "cap", [CAP, LENDER])
    trail.search("q2", "cap", [LENDER, CAP], seconds=3600)
    trail.search("q0", "cap", [CAP], seconds=-1)
    assert [row["seq"] for row in rows(trail.engine, "impressions", Selection(since=at(1)))] == [3, 4]
    loans = Selection(collection="loans")
    assert [row["seq"] for row in rows(trail.engine, "impressions", loans)] == [2, 3]
    assert [row["seq"] for row in rows(trail.engine, "impressions", after=3)] == [4, 5]


def test_an_event_of_a_document_that_nobody_knows_is_kept_without_a_collection(trail: Trail) -> None:
    trail.search("q1", "cap", ["f" * 32 + "-0-c1"])
    [row] = rows(trail.engine, "impressions")
    assert (row["document"], row["collection"]) == ("f" * 32, None)


def test_events_whose_attributes_are_of_another_form_lose_only_what_cannot_be_read(trail: Trail) -> None:
    trail.act("click", "nowhere", "cap", CAP, 0, position="first", object=["x"])
    [row] = rows(trail.engine, "clicks")
    assert (row["chunk"], row["document"], row["position"], row["mode"]) == (None, None, None, None)


@pytest.mark.parametrize(("kind", "made"), [("clicks", Click), ("impressions", Impression)])
def test_the_columns_are_the_values_of_a_row_in_their_order(kind: str, made: type) -> None:
    assert [column.name for column in KINDS[kind].columns] == list(made._fields)  # type: ignore[attr-defined]
