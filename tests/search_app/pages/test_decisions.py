"""Decisions on the pages: confirm, dismiss, correct, add and undo, with scripts and without."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.apply import apply_outbox
from tests.search_app.pages.house import READER, House
from tests.search_app.pages.test_learned_labels import MODEL as LEARNED_MODEL
from tests.search_app.pages.test_learned_labels import hit, words

MODEL = LEARNED_MODEL
SEARCH = "/?q=aggregate&mode=keyword"


def fields(part: str) -> dict[str, str]:
    """The hidden fields of the first form in a part of a page."""
    return dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', part.partition("</form>")[0])
    )


def send(house: House, part: str, /, **more: str) -> TestResponse:
    return post(house.client, part, more)


def post(client: FlaskClient, part: str, more: dict[str, Any], address: str = "/decisions") -> TestResponse:
    values: dict[str, Any] = dict(fields(part))
    values["next"] = values["next"].replace("&amp;", "&")
    return client.post(address, data=values | more)


def shown(house: House) -> str:
    """The hit with the cap, after the index has caught up."""
    apply_outbox(house.engine, house.site.parts.index, house.site.parts.packs)
    return hit(house.get(SEARCH), "total aggregate liability")


def total(house: House) -> int:
    answer: Any = house.client.get("/api/search?label=Cap+On+Liability").json
    return int(answer["total"])


def test_a_dismissed_label_is_struck_out_and_no_longer_found_and_undo_brings_it_back(learned: House) -> None:
    answer = send(learned, shown(learned), do="dismiss:Cap On Liability")
    assert answer.status_code == 303
    assert answer.location == f"{SEARCH}#h0"
    part = shown(learned)
    assert "Risks of this passage" not in part
    assert "<s>Cap on liability</s>" in part
    assert total(learned) == 0
    undo = re.search(r'value="(undo:[0-9a-f]{32})"', part)
    assert undo
    send(learned, part, do=undo[1])
    assert "model · 8 of 10 like this were right" in words(shown(learned))
    assert total(learned) == 1


def test_a_confirmed_question_becomes_a_risk_by_a_person(learned: House) -> None:
    send(learned, shown(learned), do="confirm:Insurance")
    assert "Insurance low severity, confirmed by a person Undo" in words(shown(learned)).replace(
        "medium severity", "low severity"
    )
    [row] = learned.rows("decisions")
    assert (row["label"], row["applies"], row["action"], row["origin"]) == (
        "Insurance",
        1,
        "confirm",
        "search",
    )
    assert (row["seen_source"], row["seen_standing"]) == ("model", "unsure")
    [event] = learned.events("confirm")
    assert event["event_attributes"]["position"] == {"ordinal": 0}


def test_a_script_is_answered_with_the_labels_as_they_are_now(learned: House) -> None:
    values = fields(shown(learned)) | {"do": "dismiss:Cap On Liability"}
    answer = learned.client.post("/decisions", data=values, headers={"Accept": "application/json"})
    found: Any = answer.json
    assert answer.status_code == 200
    assert found["said"] == "Dismissed: Cap on liability. Undo with u."
    assert "<s>Cap on liability</s>" in found["judged"]
    assert f'value="undo:{found["act"]}"' in found["judged"]
    assert "It is not" in found["correct"]
    assert found["denied"] == ["Cap On Liability"]


@pytest.mark.parametrize("program", ["curl/8.5.0", "python-requests/2.32", "ExampleBot/1.0", ""])
def test_a_program_that_says_so_decides_nothing_and_is_told_why(learned: House, program: str) -> None:
    part = shown(learned)
    learned.client.environ_base["HTTP_USER_AGENT"] = program
    for do in ("dismiss:Cap On Liability", "undo:nothing"):
        answer = send(learned, part, do=do)
        assert answer.status_code == 403
        assert "so that only people decide. Nothing was changed; labels" in words(answer.text)
    assert learned.rows("decisions") == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            {"label": "Cap On Liability", "other": "audit rights"},
            {("Cap On Liability", 0, "correct"), ("Audit Rights", 1, "correct")},
        ),
        ({"label": "Cap On Liability", "other": ""}, {("Cap On Liability", 0, "dismiss")}),
        ({"label": "", "other": "Audit rights"}, {("Audit Rights", 1, "add")}),
    ],
)
def test_correcting_takes_a_wrong_label_a_right_one_or_both(
    learned: House, form: dict[str, str], expected: set[tuple[str, int, str]]
) -> None:
    part = shown(learned).partition('<details class="correct"')[2]
    send(learned, part, do="correct", reason=" not that ", **form)
    rows = learned.rows("decisions")
    assert {(row["label"], row["applies"], row["action"]) for row in rows} == expected
    assert {row["reason"] for row in rows} == {"not that"}


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"do": "correct", "other": "Nonsense"}, 422, "There is no label “Nonsense” here"),
        ({"do": "correct"}, 422, "Say which label is wrong, which one applies, or both"),
        ({"do": "confirm:Nonsense"}, 422, "has no label"),
        ({"do": "undo:nothing"}, 422, "no decision"),
        ({"do": "burn:Cap On Liability"}, 400, "expected confirm, dismiss, correct or undo"),
        ({"do": "confirm:Insurance", "passage": "x"}, 400, "expected the key of a passage"),
        ({"do": "confirm:Insurance", "passage": str(1 << 63)}, 400, "expected the key of a passage"),
        ({"do": "confirm:Insurance", "passage": "5"}, 404, "no longer there"),
        ({"do": "confirm:Insurance", "form": ""}, 400, "expected the id of the form"),
        ({"do": "confirm:Insurance", "origin": "moon"}, 400, "expected one of command, document"),
        ({"do": "confirm:Insurance", "csrf_token": ""}, 403, "could not be checked"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(
    learned: House, change: dict[str, str], status: int, message: str
) -> None:
    answer = send(learned, shown(learned), **change)
    assert answer.status_code == status
    assert message in words(answer.text)
    assert learned.rows("decisions") == []


def test_it_goes_back_to_pages_of_ours_alone(learned: House) -> None:
    for address in ("https://example.com/", "//example.com/", "/\\example.com", "javascript:alert(1)"):
        answer = send(learned, shown(learned), do="confirm:Insurance", next=address)
        assert answer.location == "/#h0"


def test_somebody_else_may_disagree_and_not_take_it_back(learned: House) -> None:
    send(learned, shown(learned), do="confirm:Cap On Liability")
    other = learned.app.test_client()
    other.environ_base["HTTP_USER_AGENT"] = READER
    part = hit(other.get(SEARCH).text, "total aggregate liability")
    assert "undo:" not in part
    post(other, part, {"do": "dismiss:Cap On Liability"})
    part = shown(learned)
    assert "Cap on liability? high severity, people disagree" in words(part)
    act = learned.rows("decisions")[0]["act"]
    refused = post(other, hit(other.get(SEARCH).text, "total aggregate"), {"do": f"undo:{act}"})
    assert refused.status_code == 422
    assert "somebody else" in words(refused.text)


def test_a_button_pressed_twice_counts_once_and_anew_after_it_was_taken_back(learned: House) -> None:
    part = shown(learned)
    for _ in range(2):
        send(learned, part, do="dismiss:Cap On Liability")
    [row] = learned.rows("decisions")
    send(learned, part, do=f"undo:{row['act']}")
    send(learned, part, do="dismiss:Cap On Liability")
    assert [each["action"] for each in learned.rows("decisions")] == ["dismiss", "undo", "dismiss"]
    assert "<s>Cap on liability</s>" in shown(learned)


def test_the_document_page_takes_decisions_too(learned: House) -> None:
    document = learned.document("supply.txt")["id"]
    page = learned.get(f"/documents/{document}").partition("data-judged")[2]
    answer = send(learned, page, do="dismiss:Cap On Liability")
    assert answer.location.startswith(f"/documents/{document}#p")
    assert "Cap on liability dismissed by a person Undo" in words(learned.get(f"/documents/{document}"))
    assert learned.rows("decisions")[0]["origin"] == "document"


def answered(house: House, page: str, do: str) -> str:
    """The review page after an answer; in a passage without a claim, that no label applies."""
    part = page.partition('<form class="answer"')[2]
    kind = re.search(r'value="nothing:([^"]+)"', part)
    if kind:
        return house.get(post(house.client, part, {"do": f"nothing:{kind[1]}"}, "/review/silence").location)
    label = re.search(r'value="confirm:([^"]+)"', part)
    assert label
    return house.get(send(house, part, do=f"{do}:{label[1]}").location)


def test_the_review_asks_one_question_after_the_other_and_says_what_was_answered(learned: House) -> None:
    page = learned.get("/review")
    read = words(page)
    assert page.count('<form class="answer"') == 1
    assert "The model is unsure" in read
    assert "Waiting: 3 unsure" in read
    page = answered(learned, page, "confirm")
    assert re.search(r"Yes: [A-Z].+ Undo", words(page))
    assert "1 decision of yours today" in words(page)
    assert "Waiting: 2 unsure" in words(page)
    while '<form class="answer"' in page:
        page = answered(learned, page, "dismiss")
    assert "Nothing needs your eye" in words(page)
    read = words(page)
    assert "How often labels are right" in read
    assert re.search(r"All labels 0 of \d+ 0 % 0 and \d+ %", read)


def test_a_question_can_be_passed_over_and_the_last_answer_taken_back(learned: House) -> None:
    page = learned.get("/review")
    skip = re.search(r'<a class="button second" href="([^"]+)"', page)
    assert skip
    other = learned.get(skip[1].replace("&amp;", "&"))
    question = re.compile(r'<h2 id="question">([^<]+)')
    assert question.search(page)[1] != question.search(other)[1]  # type: ignore[index]
    after = answered(learned, page, "dismiss")
    act = re.search(r'value="(undo:[0-9a-f]{32})"', after)
    assert act
    again = send(learned, after.partition('<form class="last"')[2], do=act[1])
    read = words(learned.get(again.location))
    assert "Taken back: " in read
    assert "Waiting: 3 unsure" in read


def test_a_reviewer_who_passed_over_everything_is_told_so(learned: House) -> None:
    page = learned.get("/review")
    while skip := re.search(r'<a class="button second" href="([^"]+)"', page):
        page = learned.get(skip[1].replace("&amp;", "&"))
    assert "You passed over all that is left." in words(page)


def test_nonsense_in_the_address_of_the_review_is_passed_by(learned: House) -> None:
    page = learned.get("/review?skip=x&skip=99999999999999999999+Cap&collection=none&last=nothing")
    assert '<form class="answer"' in page
