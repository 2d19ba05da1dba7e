"""The page of rules: written, tried, put to work, seen on a hit, retired; without scripts."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import insert

from indexer.house.report import make_report
from indexer.records import schema
from indexer.records.database import writing
from indexer.relabel import Relabel
from tests.search_app.pages.house import READER, House
from tests.search_app.pages.test_learned_labels import hit, words

FORM = {"collection": "contracts", "label": "price restrictions", "any": "Deliver the Goods", "within": "10"}


def send(house: House, path: str = "/rules", **more: str) -> str:
    """Sends a form and returns the page that it leads to."""
    answer = house.client.post(
        path, data={"csrf_token": house.token(), **FORM, **more}, follow_redirects=True
    )
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def work(house: House) -> None:
    """What the worker does next."""
    parts = house.site.parts
    Relabel(parts.engine, parts.index, parts.encoder, parts.packs, parts.registry).run()


def test_trying_a_rule_shows_what_it_finds_and_saves_nothing(house: House) -> None:
    page = send(house, do="try")
    assert "1 passage in 1 document, of" in words(page)
    assert "0 of them have the label already. Nobody decided about any of them yet." in words(page)
    assert "<mark>deliver the goods</mark>" in page
    assert house.rows("house_rules") == []


def test_a_rule_that_was_put_to_work_stands_beside_the_passage_with_its_author_and_words(
    house: House,
) -> None:
    page = send(house, do="save", name="Delivery", reason="always a trap")
    assert "At work. The documents that are here get the label within a minute" in words(page)
    (row,) = house.rows("house_rules")
    work(house)
    with writing(house.engine) as connection:
        connection.execute(
            insert(schema.reviewers).values(id=row["by"], name="Ann Lee", senior=0, since=row["at"])
        )
    shown = hit(house.get("/?label=Price+Restrictions"), "deliver the goods")
    assert "rule: Delivery by Ann Lee · counts as 0.60 sure" in words(shown)
    assert "says the rule Delivery by Ann Lee because of deliver the goods" in words(shown)
    assert "Labels 1 passage. Nobody judged one yet. Counts as 0.60 sure until ten are judged." in words(
        house.get("/rules")
    )
    asked = words(house.get("/review"))
    assert "A new rule of the house says so; ten answers tell how right it is." in asked


def test_a_retired_rule_takes_its_labels_with_it_and_stays_in_the_list(house: House) -> None:
    before = total(house)
    send(house, do="save", name="Delivery")
    work(house)
    assert total(house) == before + 1
    rule = house.rows("house_rules")[0]["rule"]
    page = send(house, f"/rules/{rule}/retire", reason="too broad")
    assert "No rule is at work in this collection yet." in page
    assert re.search(r"Retired .*Delivery Price restrictions “deliver the goods” .*: too broad", words(page))
    work(house)
    assert total(house) == before


def total(house: House) -> int:
    answer: Any = house.client.get("/api/search?label=Price+Restrictions").json
    return int(answer["total"])


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"label": "Nonsense"}, "label", "There is no label “Nonsense” here; choose one from the list."),
        ({"label": ""}, "label", "Choose the label that the rule gives."),
        ({"any": ""}, "any", "Give at least one word or phrase to look for."),
        ({"any": "/(a+)+b/"}, "any", "is a regular expression; here only words and phrases are looked for."),
        ({"within": "x"}, "within", "Give a number of words from 1 to 60, not 0."),
        ({"name": "x" * 121}, "name", "This has 121 characters; at most 120 fit."),
    ],
)
def test_bad_input_is_said_at_its_field_and_what_was_typed_stays(
    house: House, changed: dict[str, str], field: str, said: str
) -> None:
    data = {"csrf_token": house.token(), **FORM, "reason": "because", "do": "save", **changed}
    answer = house.client.post("/rules", data=data)
    assert answer.status_code == 422
    wrong = re.search(rf'<span class="wrong" id="wrong-{field}" role="alert">([^<]+)</span>', answer.text)
    assert wrong is not None
    assert said in wrong[1]
    assert 'value="because"' in answer.text
    assert house.rows("house_rules") == []


def test_the_address_fills_the_form(house: House) -> None:
    page = house.get("/rules?label=Insurance&any=late+fee%0Asurcharge")
    assert 'value="Insurance"' in page
    assert ">late fee\nsurcharge</textarea>" in page


def test_a_hit_leads_to_a_rule_for_its_wording_with_the_passage_beside_the_form(house: House) -> None:
    found = re.search(
        r'<a href="([^"]+)">Always label this wording</a>', house.get("/?q=aggregate&mode=keyword")
    )
    assert found is not None
    page = house.get(html.unescape(found[1]))
    assert "total aggregate liability under this Agreement" in words(page)
    assert [house.client.get(f"/rules?passage={key}").status_code for key in ("x", "9" * 19)] == [200, 200]


def test_programs_write_no_rules_and_a_rule_that_is_not_there_is_not_found(house: House) -> None:
    answer = house.client.post("/rules/ffff/retire", data={"csrf_token": house.token()})
    assert answer.status_code == 404
    assert "There is no rule &#39;ffff&#39;" in answer.text
    robot = house.client.post(
        "/rules", data={"csrf_token": house.token(), **FORM, "do": "save"},
        headers={"User-Agent": READER.replace("Firefox", "HeadlessChrome")},
    )  # fmt: skip
    assert (robot.status_code, house.rows("house_rules")) == (403, [])


def test_the_report_tells_what_each_rule_does_and_when_it_is_old(house: House) -> None:
    assert "Nobody looked yet." in house.get("/rules/report")
    parts = house.site.parts
    send(house, do="save", name="Delivery")
    make_report(
        house.engine, "contracts", parts.packs["contracts"], "2026-03-02T10:00:00.000Z", lambda *_: None
    )
    page = words(house.get("/rules/report"))
    assert "Price restrictions Delivery of the house 1 0 1 – –" in page
    assert "Rules or decisions changed since" not in page
    send(house, do="save", any="ten days")
    assert "Rules or decisions changed since" in words(house.get("/rules/report"))
