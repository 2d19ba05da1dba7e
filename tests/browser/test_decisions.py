"""Decisions in a real browser: by keyboard, without scripts, and while the network is away."""

from typing import Any

import pytest

from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SEARCH = "/?q=aggregate&mode=keyword"


def opened(served: Served, **options: Any) -> Any:
    """A page with the cap as its first hit."""
    page = served.page(**options)
    page.goto(SEARCH)
    return page


def labels(page: Any) -> str:
    return " ".join(page.locator(".hit").first.locator(".judged").inner_text().split())


def status(page: Any) -> str:
    return str(page.locator("[data-decided]").text_content())


def test_dismiss_and_undo_by_keyboard_without_leaving_the_page(served: Served) -> None:
    page = opened(served)
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.wait_for_selector(".denied")
    assert "dismissed by a person Undo" in labels(page)
    assert "8 of 10" not in labels(page)
    assert status(page) == "Dismissed: Cap on liability. Undo with u."
    assert page.evaluate("document.activeElement.textContent") == "Undo"
    page.keyboard.press("u")
    page.wait_for_selector(".denied", state="detached")
    assert "8 of 10 like this were right" in labels(page)
    assert status(page) == "Taken back: Cap on liability."
    assert page.url.endswith(SEARCH)


def test_words_behind_a_label_are_underlined_until_it_is_dismissed_and_again_after_undo(
    served: Served,
) -> None:
    page = opened(served)
    words = page.locator(".hit").first.locator("blockquote .trigger")
    before = words.all_inner_texts()
    assert "aggregate" in before
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.wait_for_selector(".denied")
    assert words.all_inner_texts() == [each for each in before if each != "aggregate"]
    page.keyboard.press("u")
    page.wait_for_selector(".denied", state="detached")
    assert words.all_inner_texts() == before


def test_a_correction_by_keyboard_names_another_label(served: Served) -> None:
    page = opened(served)
    page.keyboard.press("j")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.name") == "label"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Audit rights")
    page.keyboard.press("Enter")
    page.wait_for_selector(".denied")
    assert "Audit rights" in labels(page)
    assert status(page) == "Corrected: not Cap on liability, but Audit rights. Undo with u."
    page.keyboard.press("u")
    page.wait_for_selector(".denied", state="detached")


def test_a_label_that_is_unknown_is_named_and_nothing_is_lost(served: Served) -> None:
    page = opened(served)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("Tab")
    page.keyboard.type("Nonsense")
    page.keyboard.press("Enter")
    page.wait_for_selector(".floating")
    assert "There is no label “Nonsense” here" in status(page)
    assert page.locator("input[name=other]").first.input_value() == "Nonsense"
    served.complaints.clear()  # the browser tells of every answer that is an error


def test_while_the_network_is_away_the_page_says_that_nothing_was_saved(served: Served) -> None:
    page = opened(served)
    page.route("**/decisions", lambda route: route.abort("connectionfailed"))
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.wait_for_selector(".floating")
    assert "Not saved:" in status(page)
    assert "8 of 10 like this were right" in labels(page)
    page.unroute("**/decisions")
    page.keyboard.press("d")
    page.wait_for_selector(".denied")
    page.keyboard.press("u")
    page.wait_for_selector(".denied", state="detached")
    served.complaints.clear()


def test_without_scripts_a_decision_comes_back_to_its_hit(served: Served) -> None:
    page = opened(served, java_script_enabled=False)
    page.get_by_role("button", name="Confirm Cap on liability").first.click()
    page.wait_for_url("**#h0")
    assert "confirmed by a person" in labels(page)
    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_url("**#h0")
    assert "8 of 10 like this were right" in labels(page)


def test_the_review_is_answered_by_keyboard_alone(served: Served) -> None:
    page = served.page()
    page.goto("/review")
    first = page.locator("#question").text_content()
    page.keyboard.press("s")
    page.wait_for_url("**skip=**")
    assert page.locator("#question").text_content() != first
    page.goto("/review")
    page.keyboard.press("y")
    page.wait_for_url("**last=**")
    assert page.locator(".last").inner_text().startswith("Yes: ")
    page.keyboard.press("u")
    page.wait_for_selector("text=Taken back")
    assert page.locator("#question").text_content() == first
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.name") == "other"


def test_a_passage_without_a_claim_is_answered_by_keyboard_alone(served: Served) -> None:
    page = served.page()
    page.goto("/review")
    while "Does a label apply?" not in (page.locator("#question").text_content() or ""):
        with page.expect_navigation():
            page.keyboard.press("s")
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.name") == "other"
    page.keyboard.type("Audit rights")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".last").inner_text().startswith("Named: Audit rights.")
    with page.expect_navigation():
        page.keyboard.press("u")
    assert page.locator(".last").inner_text().startswith("Taken back: the check of a passage.")
