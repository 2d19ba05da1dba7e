"""clausewatch monitor over real records: measured, kept, printed, and an exit status that tells an alarm."""

import json

import pytest

from indexer.monitoring import Metric, Series, open_alarms
from indexer.monitoring.write import write_alarms
from indexer.records.database import writing
from search_app import compose as composition
from search_app.settings import load_settings
from tests.search_app.test_learn_commands import Run, run, said

RUN = run
AT = "2026-05-04T09:00:00.000Z"


def test_nothing_is_printed_before_it_was_measured_and_then_what_was(run: Run) -> None:
    assert said(run("monitor", "--last")) == "Nothing was measured yet.\n"
    result = run("monitor")
    assert result.return_value == 0
    read = said(result)
    assert read.endswith("Nothing is wrong.\n")
    assert "golden_recall     contracts / classifier:contracts:" in read
    again = json.loads(said(run("monitor", "--last", "--json")))
    series = {(each["series"]["metric"], each["series"]["collection"]) for each in again["measurements"]}
    assert {("golden_queries", "contracts"), ("search_ms", "contracts"), ("golden_recall", "")} <= series
    assert again["alarms"] == []


def test_an_alarm_is_an_exit_status_and_a_line_of_the_status(run: Run) -> None:
    said(run("monitor"))
    engine = composition.compose(load_settings()).engine
    query = Series("contracts", Metric.GOLDEN_QUERY, "contracts", "", "a query")
    with writing(engine) as connection:
        write_alarms(connection, AT, {query: ("It is not answered.", "Look.")})
    result = run("monitor", "--last")
    assert result.return_value == 1
    assert said(result).endswith(f"ALARM since {AT}: It is not answered.\n  Look.\n")
    assert "alarm       It is not answered. Look.\n" in said(run("status"))
    assert said(run("monitor")).endswith("Nothing is wrong.\n")
    with engine.connect() as connection:
        assert open_alarms(connection) == []


@pytest.mark.parametrize("option", ["--nonsense", "--days=3"])
def test_an_unknown_option_is_wrong_use(run: Run, option: str) -> None:
    assert "No such option" in str(run("monitor", option).exception)
