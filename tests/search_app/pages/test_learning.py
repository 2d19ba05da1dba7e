"""Learning on the page of models: asked for, looked at, approved, and gone back from."""

import re
from dataclasses import replace

from indexer.apply import apply_outbox
from indexer.learning import Learner, waiting
from tests.classifiers import WordClassifier, WordModels, model_bytes
from tests.search_app.pages.house import House
from tests.search_app.pages.test_decisions import send
from tests.search_app.pages.test_learned_labels import hit, words

MODEL = model_bytes({"Cap On Liability": {"word": "supplier's total aggregate", "probability": 0.91}})
VERSION = WordClassifier(MODEL).version


def learner(house: House) -> Learner:
    parts = house.site.parts
    return Learner(
        parts.engine,
        parts.blobs,
        parts.registry,
        WordModels(),
        parts.encoder,
        dict(parts.packs),
        by_itself=True,
    )


def dismiss(house: House) -> None:
    part = hit(house.get("/?q=aggregate&mode=keyword"), "total aggregate liability")
    send(house, part, do="dismiss:Cap On Liability")
    apply_outbox(house.engine, house.site.parts.index, house.site.parts.packs)


def press(house: House, address: str, **values: str) -> str:
    """The page after a button was pressed."""
    answer = house.client.post(address, data={"csrf_token": house.token(), "pack": "contracts"} | values)
    assert answer.status_code == 303, answer.text
    return house.get(answer.location)


def work(house: House, by: Learner | None = None) -> None:
    """Does what the worker does."""
    with house.engine.connect() as connection:
        asked = waiting(connection)
    assert asked is not None
    (by or learner(house)).run(asked.id)


def test_the_page_counts_new_decisions_and_a_button_asks_the_worker(learned: House) -> None:
    assert "No decisions since it last learned." in words(learned.get("/models"))
    dismiss(learned)
    assert "1 new decision since it last learned." in words(learned.get("/models"))
    page = press(learned, "/models/learn")
    assert "Waits for the worker." in words(page)
    assert "Learn now" not in words(page)
    press(learned, "/models/learn")
    assert len(learned.rows("learning_runs")) == 1


def test_a_run_is_shown_with_its_checks_and_the_passages_that_it_changes(learned: House) -> None:
    dismiss(learned)
    press(learned, "/models/learn")
    work(learned)
    page = learned.get("/models")
    assert "learned from decisions" in words(page)
    assert f"classifier:contracts:{learned.rows('model_versions')[-1]['digest'][:12]} labels now" in words(
        page
    )
    run = learned.get("/models/learning/1")
    read = words(run)
    assert "Of 1 decisions, 0 are answered right, 0 before: +0.0 points" in read
    assert "Loses Cap on liability" in read
    assert "total aggregate liability" in read
    assert f"Compared with {VERSION}" in read
    assert learned.client.get("/models/learning/99").status_code == 404
    assert learned.client.get("/models/learning/99999999999999999999").status_code == 404


def test_one_click_goes_back_and_the_journal_names_the_reason(learned: House) -> None:
    assert "Go back to the version before" not in learned.get("/models")
    dismiss(learned)
    press(learned, "/models/learn")
    work(learned)
    read = words(press(learned, "/models/rollback", reason="too few caps"))
    assert f"gone back to {VERSION}" in read
    assert "too few caps" in read
    used = learned.site.parts.registry.state("contracts").used
    assert used is not None
    assert used.version == VERSION


def test_what_waits_for_approval_labels_after_it_was_approved_and_once(learned: House) -> None:
    dismiss(learned)
    press(learned, "/models/learn")
    work(learned, replace(learner(learned), by_itself=False))
    page = learned.get("/models/learning/1")
    assert "waits for your approval" in words(page)
    assert "was approved and labels now" in words(press(learned, "/models/learning/1/approve"))
    again = learned.client.post("/models/learning/1/approve", data={"csrf_token": learned.token()})
    assert again.status_code == 400
    assert "does not wait for approval" in words(again.text)


def test_bad_input_is_named(learned: House) -> None:
    for address in ("/models/learn", "/models/rollback"):
        answer = learned.client.post(address, data={"csrf_token": learned.token(), "pack": "moon"})
        assert answer.status_code == 400
        assert "there is no such pack" in words(answer.text)
        assert learned.client.post(address, data={"pack": "contracts"}).status_code == 403
    answer = learned.client.post(
        "/models/rollback", data={"csrf_token": learned.token(), "pack": "contracts"}
    )
    assert answer.status_code == 404
    assert "no earlier model" in words(answer.text)
    assert re.search(r"There is no run of learning 7", words(learned.client.get("/models/learning/7").text))
