"""What a real browser tells of clicks: none is lost with a tab or a network, and none counts twice."""

import time
from typing import Any

import pytest

from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]


def search(served: Served, words: str) -> tuple[Any, str]:
    """A visitor's page of results, and the id of the search."""
    page = served.page()
    page.goto(f"/?q={words}")
    page.wait_for_load_state("networkidle")
    return page, str(page.evaluate("document.body.dataset.query"))


def told(served: Served, query: str, action: str = "click") -> list[str]:
    """The ids of what was recorded of a search, once there is something or five seconds are over."""
    found: list[str] = []
    end = time.monotonic() + 5
    while not found and time.monotonic() < end:
        time.sleep(0.1)
        found = [one["event_id"] for one in served.house.events(action) if one["query_id"] == query]
    return found


def test_a_click_is_recorded_once_though_script_and_server_both_tell_it(served: Served) -> None:
    page, query = search(served, "liability")
    page.click("a.open >> nth=0")
    page.wait_for_load_state("networkidle")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert told(served, query) == [f"click-{query}-0"]


def test_a_click_into_a_tab_that_closes_before_it_loads_is_recorded(served: Served) -> None:
    page, query = search(served, "supplier")
    page.context.route("**/documents/**", lambda route: route.abort("aborted"))
    page.click("a.open >> nth=1", button="middle")
    page.close()
    assert told(served, query) == [f"click-{query}-1"]


def test_a_click_without_a_network_is_recorded_when_it_is_back(served: Served) -> None:
    page, query = search(served, "agreement")
    page.context.set_offline(True)
    page.click("a.similar >> nth=0", modifiers=["ControlOrMeta"])
    page.click("a.open >> nth=0", modifiers=["ControlOrMeta"])
    page.wait_for_timeout(500)
    assert [one for one in served.house.events("click") if one["query_id"] == query] == []
    page.context.set_offline(False)
    assert told(served, query) == [f"click-{query}-0"]
    assert told(served, query, "similar") == [f"similar-{query}-0"]
    served.complaints.clear()  # the browser says that it had no network
