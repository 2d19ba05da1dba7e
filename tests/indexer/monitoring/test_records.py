"""What was measured is kept, read back as it was, and alarms have a beginning and an end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from indexer.monitoring import Measurement, Metric, Reading, Series, ended_alarms, history, latest
from indexer.monitoring.write import write_alarms, write_round
from indexer.records.database import open_records, writing

FIRST, SECOND = "2026-05-04T09:00:00.000Z", "2026-05-04T10:00:00.000Z"
RECALL = Series("contracts", Metric.RECALL, "contracts")
STRANGE = Series("contracts", Metric.UNFAMILIAR, "contracts", "e-mails in /data")


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    made = open_records(records_url)
    yield made
    made.dispose()


def test_nothing_was_measured_before_the_first_look(engine: Engine) -> None:
    with engine.connect() as connection:
        assert latest(connection) == Reading("", (), ())


def test_the_newest_look_is_read_back_as_it_was_and_the_older_one_stays(engine: Engine) -> None:
    older = Measurement(RECALL, 0.5, 10, 0.2, 0.9)
    newer = Measurement(RECALL, 0.75, 20, 0.5, 0.9, model="m2")
    drift = Measurement(STRANGE, 0.41, 30, None, None, 0.03, 400, 1.25, 0.0005, "m2")
    with writing(engine) as connection:
        write_round(connection, FIRST, "a", 0.5, [older])
        write_round(connection, SECOND, "b", 1.5, [newer, drift])
    with engine.connect() as connection:
        found = latest(connection)
        points = history(connection, "contracts", [Metric.RECALL], FIRST)
    assert (found.at, found.seconds) == (SECOND, 1.5)
    assert [(each.series, each.value, each.n) for each in found.measurements] == [
        (RECALL, 0.75, 20),
        (STRANGE, 0.41, 30),
    ]
    assert (found.measurements[1].before, found.measurements[1].chance) == (0.03, 0.0005)
    assert [(each.at, each.value, each.low) for each in points] == [(FIRST, 0.5, 0.2), (SECOND, 0.75, 0.5)]


def test_an_alarm_keeps_its_beginning_while_it_lasts_and_its_end_afterwards(engine: Engine) -> None:
    with writing(engine) as connection:
        write_alarms(connection, FIRST, {STRANGE: ("41 % are unknown", "train")})
        [lasting] = write_alarms(connection, SECOND, {STRANGE: ("43 % are unknown", "train")})
    assert (lasting.began_at, lasting.cause, lasting.ended_at) == (FIRST, "43 % are unknown", None)
    with writing(engine) as connection:
        assert write_alarms(connection, SECOND, {}) == []
    with engine.connect() as connection:
        [ended] = ended_alarms(connection, 10)
        assert latest(connection).alarms == ()
    assert (ended.series, ended.began_at, ended.ended_at) == (STRANGE, FIRST, SECOND)


def test_the_same_trouble_later_is_another_alarm(engine: Engine) -> None:
    for found in ({STRANGE: ("one", "do")}, {}, {STRANGE: ("two", "do")}):
        with writing(engine) as connection:
            lasting = write_alarms(connection, SECOND, found)
    assert [alarm.cause for alarm in lasting] == ["two"]
    with engine.connect() as connection:
        assert [alarm.cause for alarm in ended_alarms(connection, 10)] == ["one"]
