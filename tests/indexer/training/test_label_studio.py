"""What Label Studio exports."""

from pathlib import Path
from typing import Any

import pytest

from models.classifier.dataset import Evidence
from tests.indexer.training.files import AUDIT, CAP, LAW, labelled, passages, problems, read, write

TEXT = "This agreement is governed by the laws of Ohio."


def marked(start: Any, end: Any, *labels: str, text: str | None = None) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": list(labels)}
    return {"type": "labels", "value": value if text is None else value | {"text": text}}


def chosen(*choices: str) -> dict[str, Any]:
    return {"type": "choices", "value": {"choices": list(choices)}}


def task(*annotations: list[dict[str, Any]], text: str = TEXT, number: int = 1) -> dict[str, Any]:
    return {
        "id": number,
        "data": {"text": text},
        "annotations": [{"result": result, "was_cancelled": False} for result in annotations],
    }


def export(folder: Path, *tasks: dict[str, Any]) -> Path:
    return write(folder, "export.json", list(tasks))


def test_spans_are_marks_and_the_labels_of_the_file_were_looked_for(tmp_path: Path) -> None:
    first = task([marked(18, 46, LAW, text="governed by the laws of Ohio")])
    found = read(export(tmp_path, first, task([], text="Nothing here.", number=2)))
    assert found.problems == found.notes == ()
    assert [document.name for document in found.data.documents] == [
        "export.json task 1",
        "export.json task 2",
    ]
    assert passages(found)[0].evidence == (Evidence(18, 46, LAW),)
    assert [each.judged for each in passages(found)] == [{LAW}, {LAW}]


def test_choices_label_the_whole_text(tmp_path: Path) -> None:
    tasks = [
        task([chosen(LAW, CAP)], text="one"),
        task([chosen("None")], text="two", number=2),
        task([chosen(CAP), marked(0, 5, LAW)], text="three", number=3),
    ]
    found = read(export(tmp_path, *tasks))
    assert found.problems == ()
    assert labelled(found) == {"one": {LAW, CAP}, "two": set(), "three": {LAW, CAP}}
    assert passages(found)[2].evidence == (Evidence(0, 5, LAW),)


def test_cancelled_annotations_are_passed_over(tmp_path: Path) -> None:
    cancelled = task([chosen(CAP)], text="two", number=2)
    cancelled["annotations"][0]["was_cancelled"] = True
    found = read(export(tmp_path, task([chosen(LAW)]), cancelled))
    assert labelled(found) == {TEXT: {LAW}}
    assert [(note.place, note.what) for note in found.notes] == [
        ("entry 2", "nobody annotated the text, or whoever did cancelled it")
    ]


def test_two_people_who_agree_are_one(tmp_path: Path) -> None:
    found = read(export(tmp_path, task([chosen(LAW)], [chosen(LAW)])))
    assert found.problems == ()
    assert labelled(found) == {TEXT: {LAW}}


def test_two_people_who_choose_differently_contradict_each_other(tmp_path: Path) -> None:
    found = read(
        export(tmp_path, task([chosen(LAW)], [chosen(CAP)]), task([chosen(LAW)], text="x", number=2))
    )
    assert problems(found) == [
        (
            "export.json",
            "entry 1, annotation 2",
            "the choices contradict those of entry 1, annotation 1",
        )
    ]
    assert labelled(found) == {"x": {LAW}}


@pytest.mark.parametrize(
    ("result", "what"),
    [
        (marked(0, 4, "Weather"), "'Weather' is no label of the pack 'three'"),
        (chosen("Weather"), "'Weather' is no label of the pack 'three'"),
        (marked(4, 4, CAP), f"{CAP}: start 4 is not before end 4"),
        (marked(0, 99, CAP), f"{CAP}: characters 0 to 99 lie outside the text, which has 47"),
        (marked(None, 4, CAP), f"{CAP}: start None and end 4 are not two whole numbers"),
        (marked(0, 4, CAP, text="That"), f"{CAP}: characters 0 to 4 are 'This', not 'That'"),
    ],
)
def test_a_bad_result_is_named_and_the_others_are_used(
    tmp_path: Path, result: dict[str, Any], what: str
) -> None:
    tasks = [task([marked(0, 47, LAW), result]), task([marked(0, 5, AUDIT)], text="other", number=2)]
    found = read(export(tmp_path, *tasks))
    assert problems(found) == [("export.json", "entry 1, annotation 1, result 2", what)]
    assert labelled(found) == {TEXT: {LAW}, "other": {AUDIT}}


def test_a_text_of_which_only_an_unknown_choice_is_known_is_not_used(tmp_path: Path) -> None:
    found = read(export(tmp_path, task([chosen("Weather")]), task([chosen(LAW)], text="x", number=2)))
    assert labelled(found) == {"x": {LAW}}


def test_an_empty_text_is_named(tmp_path: Path) -> None:
    found = read(export(tmp_path, task([chosen(LAW)], text=" ")))
    assert problems(found) == [("export.json", "entry 1", "the text is empty")]
