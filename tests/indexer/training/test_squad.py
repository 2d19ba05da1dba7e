"""CUAD and SQuAD JSON."""

from pathlib import Path
from typing import Any

import pytest

from models.classifier.dataset import Evidence
from tests.indexer.training.files import AUDIT, CAP, LAW, labelled, passages, problems, read, write

TEXT = "This agreement is governed by the laws of Ohio."


def asked(
    category: str, *answers: tuple[Any, str], impossible: bool = False, key: str = "x__?"
) -> dict[str, Any]:
    return {
        "question": f'Highlight the parts (if any) of this contract related to "{category}" that matter.',
        "id": key,
        "answers": [{"text": words, "answer_start": start} for start, words in answers],
        "is_impossible": impossible,
    }


def squad(folder: Path, *questions: dict[str, Any], context: str = TEXT) -> Path:
    paragraphs = [{"context": context, "qas": list(questions)}]
    return write(folder, "cuad.json", {"version": "1", "data": [{"title": "A", "paragraphs": paragraphs}]})


def test_answers_are_marks_and_their_questions_name_the_category(tmp_path: Path) -> None:
    questions = [
        asked("Governing Law", (18, "governed by the laws of Ohio")),
        asked("Cap On Liability", impossible=True),
        asked("Parties", (0, "This")),
    ]
    found = read(squad(tmp_path, *questions))
    assert found.problems == found.notes == ()
    [document] = found.data.documents
    assert document.name == "A"
    assert document.passages[0].evidence == (Evidence(18, 46, LAW),)
    assert document.passages[0].judged is None


@pytest.mark.parametrize(
    ("question", "key"),
    [("Governing Law", "7"), ("Which law?", "A__Governing Law"), ("", "A_B__Governing Law_0")],
)
def test_the_category_may_stand_in_the_question_or_in_the_id(tmp_path: Path, question: str, key: str) -> None:
    found = read(squad(tmp_path, asked("", (0, "This")) | {"question": question, "id": key}))
    assert found.problems == ()
    assert labelled(found) == {TEXT: {LAW}}


def test_paragraphs_of_one_title_are_one_document(tmp_path: Path) -> None:
    entry = {"title": "A", "paragraphs": [{"context": TEXT, "qas": []}, {"context": "More.", "qas": []}]}
    [document] = read(write(tmp_path, "cuad.json", {"data": [entry]})).data.documents
    assert [each.passage.text for each in document.passages] == [TEXT, "More."]


@pytest.mark.parametrize(
    ("question", "place", "what"),
    [
        (asked("Weather", (0, "This")), "question 2", "'Weather' is no label of the pack 'three'"),
        (
            asked(CAP, (18, "covered")),
            "question 2, answer 1",
            f"{CAP}: characters 18 to 25 are 'governe', not",
        ),
        (
            asked(CAP, (400, "x")),
            "question 2, answer 1",
            f"{CAP}: characters 400 to 401 lie outside the text",
        ),
        (asked(CAP, (3, "")), "question 2, answer 1", f"{CAP}: start 3 is not before end 3"),
        (asked(CAP, ("3", "x")), "question 2, answer 1", f"{CAP}: start '3' and end None are not two whole"),
        (
            asked(CAP, (0, "This"), impossible=True),
            "question 2",
            f"{CAP}: answered here, and said to have no answer at entry 1, paragraph 1, question 2",
        ),
    ],
)
def test_a_bad_answer_is_named_and_the_others_are_used(
    tmp_path: Path, question: dict[str, Any], place: str, what: str
) -> None:
    found = read(squad(tmp_path, asked(LAW, (0, TEXT)), question))
    [(file, where, said)] = problems(found)
    assert (file, where) == ("cuad.json", f"entry 1, paragraph 1, {place}")
    assert said.startswith(what)
    assert labelled(found) == {TEXT: {LAW}}
    if CAP in what:  # what cannot be placed counts neither for nor against
        assert passages(found)[0].judged == {LAW, AUDIT}


def test_the_same_answer_twice_is_a_note(tmp_path: Path) -> None:
    found = read(squad(tmp_path, asked(LAW, (0, TEXT), (0, TEXT))))
    assert found.problems == ()
    assert [note.what for note in found.notes] == ["Governing Law: the same answer once more"]


@pytest.mark.parametrize(
    ("context", "what"), [(" ", "the text is empty"), ("Ohio \udce9", "the text is not UTF-8")]
)
def test_a_text_that_is_none_is_a_problem(tmp_path: Path, context: str, what: str) -> None:
    [(_, place, said)] = problems(read(squad(tmp_path, context=context)))
    assert place == "entry 1, paragraph 1"
    assert said.startswith(what)
