"""The pages in a real browser: accessible, usable by keyboard alone, and without scripts."""

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.learning import Why, ask, note
from indexer.records.database import writing
from tests.browser.conftest import Served
from tests.search_app.pages.house import House
from tests.search_app.pages.test_monitor_page import measured

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
MOST_BYTES = 150_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def addresses(served: Served) -> dict[str, str]:
    lease = served.house.document("Office Lease 18 Calloway Square.pdf")["id"]
    risky = served.house.chunk("supply.txt", "aggregate liability")
    measured(served.house)
    with served.house.engine.connect() as connection:
        run = connection.exec_driver_sql("select id from runs").scalar()
    return {
        "riskiest": "/",
        "results": "/?q=liability&severity=medium",
        "nothing": "/?q=xylophone&mode=keyword&label=Audit+Rights",
        "similar": f"/similar/{risky['key']}",
        "document": f"/documents/{risky['document']}?passage={risky['key']}#p{risky['key']}",
        "find": f"/documents/{lease}?find=tenant",
        "paper": f"/documents/{lease}?view=pages&page=2",
        "unsure": "/?unsure=1",
        "review": "/review",
        "models": "/models",
        "monitor": "/monitor",
        "learning": f"/models/learning/{learning(served.house, risky['key'])}",
        "upload": "/upload",
        "runs": "/runs",
        "run": f"/runs/{run}",
        "status": "/status",
        "exports": "/exports",
        "help": "/help",
    }


def learning(house: House, key: int) -> int:
    """The number of a run of learning that was refused, with a report."""
    report = {
        "passed": False,
        "checks": [{"name": "decisions", "passed": False, "words": "Of 9 decisions, 3 are answered right."}],
        "labels": [
            {"where": "decisions", "labels": [{"label": "Insurance", "judged": 9, "gained": 0, "lost": 6}]}
        ],
        "preview": {
            "passages": 40, "gained": {"Insurance": 1}, "lost": {},
            "examples": [{"key": key, "label": "Insurance", "gained": True}],
        },
    }  # fmt: skip
    with writing(house.engine) as connection:
        number = ask(connection, "contracts", "ann", Why.DEMAND, "2026-05-04T09:00:00.000Z")
        note(connection, number, state="refused", step="It does not label.", report=json.dumps(report))
    return number


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_accessible_and_fits_the_screen(served: Served, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="install axe-playwright-python")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    page = served.page(width, color_scheme=scheme, bypass_csp=True)
    for name, address in addresses(served).items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.evaluate(script)
        options = {"runOnly": {"type": "tag", "values": RULES}}
        found = page.evaluate("options => axe.run(document, options)", options)
        told = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found["violations"]]
        assert told == [], f"{name} at {width} px, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"


def test_page_with_all_it_loads_weighs_at_most_150_kb_and_asks_only_this_server(served: Served) -> None:
    for name, address in addresses(served).items():
        page = served.page()
        sizes: dict[str, int] = {}

        def note(response: Any, sizes: dict[str, int] = sizes) -> None:
            sizes[response.url] = len(response.body()) if response.status == 200 else 0

        page.on("response", note)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        images = sum(size for url, size in sizes.items() if url.endswith(".png"))
        assert sum(sizes.values()) - images <= MOST_BYTES, name
        assert all(url.startswith(served.address) for url in sizes), sizes


def test_search_to_risk_by_keyboard_alone(served: Served) -> None:
    page = served.page()
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("aggregate liability")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=aggregate+liability")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.classList.contains('open')")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.closest('.hit').dataset.position") == "0"
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/**")
    assert page.evaluate("document.activeElement.hasAttribute('data-opened')")
    assert page.locator("[role=status]").first.text_content().startswith("Opened at the passage")
    before = page.evaluate("document.activeElement.id")
    page.keyboard.press("n")
    page.keyboard.press("p")
    assert page.evaluate("document.activeElement.id") == before
    page.keyboard.press("s")
    page.wait_for_url("**/similar/**")
    page.keyboard.press("?")
    page.wait_for_url("**/help#keys")


def test_keys_are_left_alone_while_someone_types(served: Served) -> None:
    page = served.page()
    page.goto("/?q=liability")
    page.keyboard.press("/")
    page.keyboard.type("j/k?s")
    assert page.input_value("#q") == "j/k?s"


def test_first_tab_stop_skips_to_the_content(served: Served) -> None:
    page = served.page()
    page.goto("/help")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_ticking_a_filter_searches_at_once_and_keeps_the_focus(served: Served) -> None:
    page = served.page()
    page.goto("/?q=liability")
    page.get_by_role("checkbox", name="Cap on liability").click()
    page.wait_for_url("**label=Cap+On+Liability**")
    assert "mode=" not in page.url
    assert page.evaluate("document.activeElement.value") == "Cap On Liability"


def test_everything_works_without_scripts(served: Served) -> None:
    page = served.page(java_script_enabled=False)
    page.goto("/")
    page.fill("#q", "aggregate liability")
    page.click("text=Search >> nth=-1")
    page.get_by_role("checkbox", name="Cap on liability").check()
    page.click("text=Apply the filters")
    assert "label=Cap+On+Liability" in page.url
    page.locator(".hit summary", has_text="Why").first.click()
    assert page.locator(".why li").first.is_visible()
    page.locator("a.open").first.click()
    assert page.locator(".passage.opened").is_visible()
    page.goto("/upload")
    page.set_input_files("#files", files=[{"name": "a.txt", "mimeType": "text/plain", "buffer": b"1. Hi."}])
    page.click("button:has-text('Upload')")
    assert "/runs/" in page.url
    assert page.locator("text=1 file waiting for the worker").is_visible()


def test_filters_open_on_a_phone_without_scripts(served: Served) -> None:
    page = served.page(360, java_script_enabled=False)
    page.goto("/?q=liability")
    assert not page.locator("#filters").is_visible()
    page.click("a.to-filters")
    assert page.locator("#filters").is_visible()


def test_upload_shows_what_was_chosen_and_leads_to_its_run(served: Served) -> None:
    page = served.page()
    page.goto("/upload")
    files = [
        {"name": "one.txt", "mimeType": "text/plain", "buffer": b"1. Rent."},
        {"name": "two.txt", "mimeType": "text/plain", "buffer": b"2. Law."},
    ]
    page.set_input_files("#files", files=files)
    assert page.locator(".chosen li").all_text_contents() == ["one.txt1 kB", "two.txt1 kB"]
    page.click("button:has-text('Upload')")
    page.wait_for_url("**/runs/**")
    assert page.locator("tbody th .small").all_text_contents()[0].endswith("one.txt")


def test_reading_time_arrives_when_the_page_is_left(served: Served) -> None:
    page = served.page()
    page.goto("/?q=liability")
    page.wait_for_timeout(1500)
    page.goto("/help")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert any(event["user_query"] == "liability" for event in served.house.events("dwell"))


def test_page_image_carries_the_boxes_of_the_passage(served: Served) -> None:
    lease = served.house.document("Office Lease 18 Calloway Square.pdf")["id"]
    page = served.page()
    page.goto(f"/documents/{lease}")
    page.locator(".riskbar a").first.evaluate(
        "link => link.dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    page.click("nav.views >> text=Pages")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.querySelector('.paper img').naturalWidth") == 1240


def test_the_outline_of_a_document_without_risks_is_as_wide_as_that_of_one_with_them(served: Served) -> None:
    page = served.page()

    def width(document: str) -> float:
        page.goto(f"/documents/{document}")
        return float(page.locator(".lists").bounding_box()["width"])

    risky = served.house.document("supply.txt")["id"]
    risks = {row["document"] for row in served.house.rows("chunks") if row["key"] in labelled(served.house)}
    calm = next(row["id"] for row in served.house.rows("documents") if row["id"] not in risks)
    assert width(calm) >= width(risky) > 150


def labelled(house: House) -> set[int]:
    """Keys of the passages that carry a label."""
    return {row["chunk"] for row in house.rows("predictions") if row["standing"] == "speaks"}
