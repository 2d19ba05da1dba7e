"""The page of the monitor: what is missing, what was measured, what is wrong, and where else it is said."""

import re
from typing import Any

from indexer.monitoring import Measurement, Metric, Series
from indexer.monitoring.write import write_alarms, write_round
from indexer.records.database import writing
from tests.search_app.pages.house import House
from tests.search_app.pages.test_learned_labels import words

FIRST, SECOND = "2026-05-04T09:00:00.000Z", "2999-05-05T10:00:00.000Z"
PRECISION = Series("contracts", Metric.PRECISION, "contracts")
STRANGE = Series("contracts", Metric.UNFAMILIAR, "contracts", "folder /data/<b>mail</b>")
CAUSE = "New documents in contracts from folder /data/<b>mail</b>: 41 % are in unknown words."


def measured(house: House) -> None:
    """Two looks, with what is of all sources, of one source, of a label and of a query."""
    points = [
        Measurement(PRECISION, 0.8, 20, 0.6, 0.9),
        Measurement(Series("contracts", Metric.RECALL, "contracts"), 0.7, 30, 0.4, 0.9),
        Measurement(STRANGE, 0.41, 12, None, None, 0.03, 400, 1.25, 0.0005),
        Measurement(
            Series("contracts", Metric.LABEL_RATE, "contracts", "", "Insurance"), 0.1, 12, None, None, 0.3,
            400, 0.2, 0.03,
        ),
        Measurement(Series("contracts", Metric.GOLDEN_QUERY, "contracts", "", "late fee"), 4.0, 10),
        Measurement(Series("contracts", Metric.SEARCH_MS, "contracts"), 61.0, 12),
    ]  # fmt: skip
    with writing(house.engine) as connection:
        write_round(connection, "2999-05-04T10:00:00.000Z", "a", 1.0, points[:1])
        write_round(connection, SECOND, "b", 1.0, points)


def test_before_anything_was_measured_the_page_says_how_it_will_be(house: House) -> None:
    read = words(house.get("/monitor"))
    assert "Nothing was measured yet. The worker measures every hour" in read
    parts: Any = house.client.get("/health").json
    monitor = next(part for part in parts["parts"] if part["name"] == "monitor")
    assert (monitor["state"], monitor["remedy"]) == ("ok", "")


def test_what_was_measured_is_drawn_and_stands_in_a_table_beside(house: House) -> None:
    measured(house)
    page = house.get("/monitor")
    read = words(page)
    assert "Nothing is wrong." in read
    assert "Claims that are right, by random checks 80 %" in read
    assert "80 % 60 % and 90 % 20" in read
    assert "Labels that apply and are claimed, by random checks 70 %" in read
    assert "41 % 3.0 % 12 and 400 1.25 0.0005" in read
    assert "Insurance 10 % 30 % 0.0300" in read
    assert "late fee 4" in read
    assert "How new documents differ is not known: it takes 10 documents" in read
    [line] = re.findall(r'<polyline points="([^"]+)"/>', page)[:1]
    assert line == "46,29.6 410,29.6"
    assert '<polygon class="band" points="46,49.2 410,49.2 410,19.8 46,19.8"/>' in page
    assert "<b>mail</b>" not in page
    assert "<script>" not in page


def test_what_the_last_look_could_not_tell_is_not_known_now_and_its_history_stays(house: House) -> None:
    measured(house)
    with writing(house.engine) as connection:
        write_round(connection, "2999-05-06T10:00:00.000Z", "c", 1.0, [])
    assert "by random checks not known now" not in words(
        house.get("/monitor")
    )  # nothing of it is left to show
    point = Measurement(Series("contracts", Metric.SEARCH_MS, "contracts"), 61.0, 12)
    with writing(house.engine) as connection:
        write_round(connection, "2999-05-07T10:00:00.000Z", "d", 1.0, [point])
    read = words(house.get("/monitor"))
    assert "Claims that are right, by random checks not known now" in read
    assert "80 % 60 % and 90 % 20" in read


def test_an_alarm_is_told_on_every_page_in_health_and_after_its_end_on_its_own_page(house: House) -> None:
    measured(house)
    with writing(house.engine) as connection:
        write_alarms(connection, FIRST, {STRANGE: (CAUSE, "Look at some.")})
    assert "1 thing needs a look." in words(house.get("/monitor"))
    assert "41 % are in unknown words." in words(house.get("/monitor"))
    health: Any = house.client.get("/health")
    part = next(each for each in health.json["parts"] if each["name"] == "monitor")
    assert health.status_code == 200
    assert (part["state"], part["detail"], part["remedy"]) == ("degraded", CAUSE, "Look at some.")
    assert "Monitor needs a look." in words(house.get("/help"))
    with writing(house.engine) as connection:
        write_alarms(connection, SECOND, {})
    read = words(house.get("/monitor"))
    assert "Nothing is wrong." in read
    assert "Alarms that ended Began Ended What was wrong 4 May 2026, 09:00 UTC" in read


def test_the_monitor_is_linked_from_models_and_status_and_recall_stands_there(house: House) -> None:
    measured(house)
    for address in ("/models", "/status"):
        assert 'href="/monitor"' in house.get(address)
    read = words(house.get("/models"))
    assert "about 70 of 100 are claimed, between 40 and 90, by 30 random checks" in read
