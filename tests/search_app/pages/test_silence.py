"""The review asks about passages without a claim, takes the answer, and says how much is missed."""

import re
from datetime import UTC, datetime

import pytest

from indexer.monitoring.look import Monitor
from tests.search_app.pages.house import House
from tests.search_app.pages.test_decisions import post
from tests.search_app.pages.test_learned_labels import MODEL as LEARNED_MODEL
from tests.search_app.pages.test_learned_labels import words

MODEL = LEARNED_MODEL
ADDRESS = "/review/silence"
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def until_silence(house: House) -> tuple[str, str]:
    """The review at its first question about a passage without a claim, others passed over, and its kind."""
    page = house.get("/review")
    while not (found := re.search(r'value="nothing:([a-z]+)"', page)):
        skip = re.search(r'<a class="button second" href="([^"]+)"', page)
        assert skip
        page = house.get(skip[1].replace("&amp;", "&"))
    return page, found[1]


def answer(house: House, page: str, **more: object) -> str:
    sent = post(house.client, page.partition('<form class="answer"')[2], dict(more), ADDRESS)
    assert sent.status_code == 303, sent.text
    return house.get(sent.location)


def test_no_label_applies_is_one_press_and_is_taken_back(learned: House) -> None:
    page, kind = until_silence(learned)
    assert "nothing about this passage. Does a label apply?" in words(page)
    assert "this tells how much is missed" in words(page)
    after = answer(learned, page, do=f"nothing:{kind}")
    assert "No label applies to that passage. Undo" in words(after)
    assert "1 decision of yours today" in words(after)
    assert learned.rows("decisions") == []
    undo = re.search(r'value="(undo:[0-9a-f]{32})"', after)
    assert undo
    sent = post(learned.client, after.partition('<form class="last"')[2], {"do": undo[1]})
    assert "Taken back: the check of a passage." in words(learned.get(sent.location))
    assert [row["missed"] for row in learned.rows("silence_checks")] == [0, None]


def test_several_labels_are_named_at_once_and_are_kept_to_measure(learned: House) -> None:
    page, kind = until_silence(learned)
    after = answer(learned, page, do=f"named:{kind}", other=["audit rights", "Insurance", ""])
    assert "Named: Audit rights, Insurance. It counts as missed" in words(after)
    rows = learned.rows("decisions")
    assert [(row["label"], row["origin"]) for row in rows] == [
        ("Audit Rights", "silence"),
        ("Insurance", "silence"),
    ]
    again = answer(learned, page, do=f"named:{kind}", other=["audit rights", "Insurance"])
    assert len(learned.rows("decisions")) == 2
    undo = re.search(r'value="(undo:[0-9a-f]{32})"', again)
    assert undo
    post(learned.client, again.partition('<form class="last"')[2], {"do": undo[1]})
    assert [row["action"] for row in learned.rows("decisions")] == ["add", "add", "undo"]


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"do": "named:silent", "other": ""}, 422, "Say which label applies"),
        ({"do": "named:silent", "other": "Nonsense"}, 422, "There is no label “Nonsense” here"),
        ({"do": "nothing:often"}, 400, "expected nothing or named"),
        ({"do": "confirm:silent"}, 400, "expected nothing or named"),
        ({"do": "nothing:silent", "form": "x"}, 400, "expected the id of the form"),
        ({"do": "nothing:silent", "passage": "5"}, 404, "no longer there"),
    ],
)
def test_nonsense_is_refused_by_name(learned: House, values: dict[str, str], status: int, said: str) -> None:
    page, _ = until_silence(learned)
    sent = post(learned.client, page.partition('<form class="answer"')[2], dict(values), ADDRESS)
    assert sent.status_code == status
    assert said in words(sent.text)
    assert learned.rows("silence_checks") == []


def test_a_program_answers_no_check(learned: House) -> None:
    page, kind = until_silence(learned)
    learned.client.environ_base["HTTP_USER_AGENT"] = "curl/8.5.0"
    part = page.partition('<form class="answer"')[2]
    assert post(learned.client, part, {"do": f"nothing:{kind}"}, ADDRESS).status_code == 403


def test_how_much_is_missed_is_said_once_claims_and_silence_were_checked(learned: House) -> None:
    page = learned.get("/review")
    assert "How much is missed" not in words(page)
    while '<form class="answer"' in page:
        part = page.partition('<form class="answer"')[2]
        kind = re.search(r'value="nothing:([a-z]+)"', part)
        label = re.search(r'value="confirm:([^"]+)"', part)
        if kind:
            page = answer(learned, page, do=f"nothing:{kind[1]}")
        else:
            assert label
            page = learned.get(post(learned.client, part, {"do": f"confirm:{label[1]}"}).location)
    assert "Nothing needs your eye" in words(page)
    assert "How much is missed" not in words(page)
    parts = learned.site.parts
    Monitor(learned.engine, parts.registry, parts.packs, parts.encoder).look(NOW)
    read = words(learned.get("/review"))
    assert "How much is missed Of the labels that apply, about " in read
    assert re.search(r"between \d+ and \d+ lies the truth in 95 of 100 cases", read)
