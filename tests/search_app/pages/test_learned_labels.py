"""Labels of a classifier on the pages: what it claims, what it is unsure of, what the rules say beside it."""

import html
import re
import threading

import pytest
from sqlalchemy import update

from indexer.ids import digest
from indexer.records import schema
from indexer.records.database import writing
from indexer.registry import ModelState
from search_app.pages import health
from tests.classifiers import WordClassifier, model_bytes
from tests.search_app.pages.house import House

MODEL = model_bytes(
    {
        "Cap On Liability": {"word": "aggregate", "probability": 0.91},
        "Governing Law": {"word": "state of new york", "probability": 0.5},
        "Insurance": {"word": "consequential", "probability": 0.4},
        "Anti-Assignment": {"word": "nowhere", "probability": 0.9},
    }
)
VERSION = WordClassifier(MODEL).version


def words(page: str) -> str:
    """A page as it reads, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def hit(page: str, text: str) -> str:
    """The hit that holds some words."""
    return next(each for each in page.split('<li class="hit"')[1:] if text in words(each))


def unsure(house: House) -> set[int]:
    """The keys of passages of which the model is not sure."""
    return {row["chunk"] for row in house.rows("predictions") if row["standing"] == "unsure"}


def test_a_model_label_says_how_many_like_it_were_right(learned: House) -> None:
    shown = hit(learned.get("/?q=aggregate&mode=keyword"), "total aggregate liability")
    assert "high severity, model · 8 of 10 like this were right" in words(shown)
    assert "41 of 50 passages to which it gave this label did carry it" in html.unescape(shown)


def test_its_words_are_underlined_and_its_sentence_is_marked_softly(learned: House) -> None:
    shown = hit(learned.get("/?q=fees&mode=keyword"), "total aggregate liability")
    trigger = '[["Cap On Liability","trigger s3","Cap on liability"]]'
    assert f'<span class="trigger s3" title="Cap on liability" data-speaks="{trigger}">aggregate</span>' in (
        html.unescape(shown)
    )
    assert '<span class="sentence" data-speaks="' in shown


def test_why_names_the_version_and_what_the_rules_say(learned: House) -> None:
    shown = words(hit(learned.get("/?q=aggregate&mode=keyword"), "total aggregate liability"))
    right = "probability 0.91, 41 of 50 like this were right"
    assert f"{right}; the keyword rules see it too ({VERSION})" in shown
    assert "The model is not sure of Insurance because of consequential ; probability 0.40" in shown
    assert f"; the keyword rules do not see it ({VERSION})" in shown


def test_what_the_model_is_not_sure_of_is_a_question_and_no_risk(learned: House) -> None:
    shown = hit(learned.get("/?q=%22State+of+New+York%22&mode=keyword"), "State of New York")
    read = words(shown)
    assert "Not sure: needs your eye" in read
    question = learned.site.parts.packs["contracts"].labels["Governing Law"].question
    assert question
    assert question in read
    assert "Risks of this passage" not in shown
    assert '<span class="trigger doubt" title="Not sure: Governing law"' in shown
    assert 'class="trigger s' not in shown.partition("<details")[0]


def test_a_claim_of_a_rule_that_the_model_does_not_share_is_told_under_why(learned: House) -> None:
    page = learned.get(
        "/?q=assign&mode=keyword&document=" + learned.document("Office Lease 18 Calloway Square.pdf")["id"]
    )
    assert "The keyword rules see" in words(page)
    assert "the model does not, and its word counts" in words(page)


def test_the_filter_lists_exactly_the_passages_that_need_an_eye(learned: House) -> None:
    page = learned.get("/?q=")
    number = int(re.search(r"Not sure: needs your eye</span><span class=\"count\">(\d+)<", page)[1])  # type: ignore[index]
    assert number == len(unsure(learned)) == 3
    answer = learned.client.get("/api/search?unsure=1&limit=100").json
    assert answer["total"] == len(answer["hits"]) == number
    assert all(each["unsure"] for each in answer["hits"])
    narrowed = learned.get("/?unsure=1&label=Governing+Law")
    assert narrowed.count('<li class="hit"') == 2
    assert "Remove the filter Not sure: needs your eye" in narrowed


def test_an_unsure_label_is_not_found_as_a_risk(learned: House) -> None:
    answer = learned.client.get("/api/search?label=Governing+Law&limit=100").json
    assert answer["total"] == 0
    assert learned.client.get("/api/search?label=Insurance&min_severity=low").json["total"] == 0


def test_the_api_says_of_each_label_whether_it_counts_and_how_often_it_was_right(learned: House) -> None:
    answer = learned.client.get("/api/search?q=aggregate&mode=keyword").json
    [found] = [each for each in answer["hits"] if "total aggregate liability" in each["text"]]
    assert found["labels"][0] == {
        "label": "Cap On Liability",
        "probability": 0.91,
        "source": "model",
        "model": VERSION,
        "severity": "high",
        "triggers": ["aggregate"],
        "standing": "speaks",
        "right": 41,
        "said": 50,
    }
    assert [(each["label"], each["standing"]) for each in found["unsure"]] == [("Insurance", "unsure")]


def test_the_document_page_shows_questions_apart_from_risks(learned: House) -> None:
    page = learned.get(f"/documents/{learned.document('supply.txt')['id']}")
    read = words(page)
    assert "model · 8 of 10 like this were right" in read
    assert read.count("Not sure: needs your eye") >= 2
    assert "1 passage with risks, 2 not sure" in read


def test_a_document_in_unfamiliar_words_says_so_and_so_does_the_page_of_models(learned: House) -> None:
    document = learned.document("supply.txt")["id"]
    assert "did not learn from" not in words(learned.get(f"/documents/{document}"))
    passages = len(learned.client.get(f"/api/documents/{document}").json["passages"])
    own = schema.documents.c.id == document
    with writing(learned.engine) as connection:
        connection.execute(update(schema.documents).where(own).values(unfamiliar=passages))
    read = words(learned.get(f"/documents/{document}"))
    assert f"The classifier did not learn from most words of {passages} of {passages} passages:" in read
    assert learned.client.get(f"/api/documents/{document}").json["unfamiliar"] == passages
    assert f"{passages} passages are in words that it did not learn from." in words(learned.get("/models"))


def test_the_review_is_linked_from_every_page_and_lists_what_is_unsure_by_label(learned: House) -> None:
    assert "Governing law 2 Insurance 1" in words(learned.get("/review"))
    assert re.search(r'href="/review"[^>]*>Review <span class="soft">\(\d+\)', learned.get("/help"))


def test_the_models_page_shows_figures_versions_and_the_journal(learned: House) -> None:
    read = words(learned.get("/models"))
    assert f"{VERSION} gives 4 labels, since " in read
    assert "All documents have its labels." in read
    assert "Cap on liability 100 in 40 documents 41 of 50 50 % 8" in read
    assert "Audit rights. Only 3 documents have it; 20 are needed." in read
    assert "ships with the product" in read
    assert "promoted" in read


def test_without_a_model_the_pages_say_that_the_rules_label(house: House) -> None:
    assert "The pack contracts has no classifier: its keyword rules label." in words(house.get("/models"))
    assert "Random check: this tells how often labels are right" in words(house.get("/review"))
    assert "Not sure" not in house.get("/")


def test_health_names_a_damaged_model_and_what_labels_instead(learned: House) -> None:
    well = {each["name"]: each for each in learned.client.get("/health").json["parts"]}
    assert well["classifier"]["state"] == "ok"
    assert VERSION in well["classifier"]["detail"]
    learned.site.parts.blobs.path(digest(MODEL)).write_bytes(b"damaged")
    learned.site.health._asked = float("-inf")
    response = learned.client.get("/health")
    assert response.status_code == 200
    part = {each["name"]: each for each in response.json["parts"]}["classifier"]
    assert part["state"] == "degraded"
    assert f"The file {digest(MODEL)[:12]}… of {VERSION} is damaged" in part["detail"]
    assert "Instead, the keyword rules label." in part["detail"]
    assert "clausewatch models rollback" in part["remedy"]


def test_a_classifier_that_is_still_being_loaded_holds_nothing_up(
    learned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    state = learned.site.parts.registry.state

    def slow(pack: str) -> ModelState:
        release.wait(60)
        return state(pack)

    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(learned.site.parts.registry, "state", slow)
    answer = learned.client.get("/health")
    release.set()
    assert answer.status_code == 200
    parts = {each["name"]: each for each in answer.json["parts"]}
    assert (parts["classifier"]["state"], parts["classifier"]["detail"]) == ("ok", "Is being loaded.")
