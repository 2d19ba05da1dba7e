"""Clicks of the records become queries that a ranker can learn from."""

import json

import numpy as np
from sqlalchemy import Engine, update

from indexer.ids import chunk_key
from indexer.ranking import Pooled
from indexer.ranking.gather import Gathered, gather, new_clicks
from indexer.records import schema
from indexer.records.database import writing
from tests.indexer.export.trail import ANN, BOB, Trail

CHUNKS = [f"{number:032x}-0-c1" for number in range(4)]
# The last one was not shown.
POOL = Pooled(tuple(map(chunk_key, CHUNKS)), np.arange(24, dtype=np.float64).reshape(4, 6))


def gathered(engine: Engine, pool: Pooled | None = POOL) -> Gathered:
    return gather(engine, lambda _text, _filters: pool, lambda: None)


def seen(engine: Engine) -> list[list[list[int]]]:
    return [each.logged.seen.tolist() for each in gathered(engine).queries]


def test_what_was_shown_and_clicked_stands_by_candidate_and_place(engine: Engine, trail: Trail) -> None:
    trail.search("q1", "liability cap", CHUNKS[:3])
    trail.act("click", "q1", "liability cap", CHUNKS[1], 1)
    trail.search("q2", "liability cap", [CHUNKS[1], CHUNKS[0]], client=BOB)
    found = gathered(engine)
    (query,) = found.queries
    assert query.logged.seen.tolist() == [
        [0, 0, 1, 0],
        [0, 1, 1, 0],
        [1, 0, 1, 0],
        [1, 1, 1, 1],
        [2, 2, 1, 0],
    ]
    assert query.logged.values.shape == (4, 6)
    assert (found.clicks, found.robots, found.gone) == (1, 0, 0)
    assert new_clicks(engine, 0) == 1
    assert new_clicks(engine, found.upto.events) == 0


def test_the_same_words_in_another_order_and_form_are_one_query(engine: Engine, trail: Trail) -> None:
    trail.search("q1", "Liability caps", CHUNKS[:1])
    trail.act("click", "q1", "Liability caps", CHUNKS[0], 0)
    trail.search("q2", "cap  liability", CHUNKS[:1], client=BOB)
    assert seen(engine) == [[[0, 0, 2, 1]]]


def test_operators_and_filters_make_another_query(engine: Engine, trail: Trail) -> None:
    for number, text in enumerate(("liability cap", '"liability cap"', "liability cap")):
        trail.search(f"q{number}", text, CHUNKS[:1])
        trail.act("click", f"q{number}", text, CHUNKS[0], 0)
    attributes = {"mode": "hybrid", "offset": 0, "filters": {"collections": ["loans"], "labels": []}}
    table = schema.ubi_queries
    with writing(engine) as connection:
        connection.execute(
            update(table).where(table.c.query_id == "q2").values(query_attributes=json.dumps(attributes))
        )
    found = gathered(engine).queries
    assert [(each.asked.form, each.asked.filters) for each in found] == [
        ('"liability cap"', "{}"),
        ("cap liabil", '{"collections":["loans"]}'),
        ("cap liabil", "{}"),
    ]
    assert {each.asked.words for each in found} == {"cap liabil"}


def test_a_person_counts_once_however_often_the_passage_was_shown_and_clicked(
    engine: Engine, trail: Trail
) -> None:
    for number in range(5):
        trail.search(f"q{number}", "liability", CHUNKS[:2], seconds=60.0 * number)
        trail.act("click", f"q{number}", "liability", CHUNKS[1], 1, seconds=60.0 * number + 5)
    assert seen(engine) == [[[0, 0, 1, 0], [1, 1, 1, 1]]]


def test_who_left_within_two_seconds_did_not_click_unless_they_copied(engine: Engine, trail: Trail) -> None:
    trail.search("q1", "liability", CHUNKS[:3])
    for place, dwell in ((0, 900), (1, 5000), (2, 900)):
        trail.act("click", "q1", "liability", CHUNKS[place], place)
        trail.act("dwell", "q1", "liability", CHUNKS[place], place, dwell_ms=dwell)
    trail.act("copy", "q1", "liability", CHUNKS[2], 2)
    assert seen(engine) == [[[0, 0, 1, 0], [1, 1, 1, 1], [2, 2, 1, 1]]]


def test_a_client_that_searches_faster_than_anyone_reads_is_left_out(engine: Engine, trail: Trail) -> None:
    trail.search("mine", "liability", CHUNKS[:1], client=BOB)
    trail.act("click", "mine", "liability", CHUNKS[0], 0, client=BOB)
    for number in range(21):
        trail.search(f"q{number}", "liability", CHUNKS[:1], client=ANN)
        trail.act("click", f"q{number}", "liability", CHUNKS[0], 0, client=ANN)
    found = gathered(engine)
    assert [each.logged.seen.tolist() for each in found.queries] == [[[0, 0, 1, 1]]]
    assert found.robots == 21


def test_a_query_whose_clicked_passages_are_gone_teaches_nothing(engine: Engine, trail: Trail) -> None:
    trail.search("q1", "liability", CHUNKS[:2])
    trail.act("click", "q1", "liability", CHUNKS[0], 0)
    found = gathered(engine, Pooled(POOL.keys[1:], POOL.values[1:]))
    assert (found.queries, found.gone) == ((), 1)
    assert gathered(engine, None).gone == 1


def test_later_pages_have_later_places(engine: Engine, trail: Trail) -> None:
    trail.search("q1", "liability", CHUNKS[:2])
    trail.act("click", "q1", "liability", CHUNKS[1], 11)
    table = schema.ubi_queries
    with writing(engine) as connection:
        connection.execute(update(table).values(query_attributes='{"mode": "hybrid", "offset": 10}'))
    assert seen(engine) == [[[0, 10, 1, 0], [1, 11, 1, 1]]]


def test_searches_by_words_alone_and_by_date_teach_nothing(engine: Engine, trail: Trail) -> None:
    trail.search("q1", "liability", CHUNKS[:2])
    trail.act("click", "q1", "liability", CHUNKS[1], 1)
    table = schema.ubi_queries
    for attributes in (
        '{"mode": "keyword", "offset": 0}',
        '{"mode": "hybrid", "order": "date", "offset": 0}',
    ):
        with writing(engine) as connection:
            connection.execute(update(table).values(query_attributes=attributes))
        assert gathered(engine).queries == ()
