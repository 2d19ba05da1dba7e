"""Several files together, files of no format, and labels that cannot be learnt."""

from pathlib import Path

import numpy as np
import pytest

from indexer.records.database import open_records
from indexer.training import Finding, lines, read_training_data, with_both_classes, with_readings
from indexer.training.formats import detect
from models.packs import load_pack
from models.reader.file import held
from tests.fakes import HashingEncoder
from tests.indexer.training.files import (
    AUDIT,
    CAP,
    LAW,
    WordTokens,
    csv_of,
    labelled,
    passages,
    problems,
    read,
    span,
    write,
)

HEADER = ("text", "label")


@pytest.mark.parametrize(
    ("content", "what", "place"),
    [
        (b"", "the file is empty", ""),
        (b" \n", "the file is empty", ""),
        (b'{"data": [', "no JSON: ", "line 1, column 11"),
        (b"[" * 100_000, "no JSON that can be read", ""),
        (b'{"data": 7}', "JSON of another kind", ""),
        (b"[1, 2]", "JSON of another kind", ""),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "the file is no text", ""),
        (b"just words\n", "the columns text and label are missing", "line 1"),
    ],
)
def test_a_file_of_no_format_is_named_and_others_are_used(
    tmp_path: Path, content: bytes, what: str, place: str
) -> None:
    good = write(tmp_path, "good.csv", csv_of([HEADER, ("one", LAW)]))
    found = read(write(tmp_path, "bad", content), good)
    [(file, where, said)] = problems(found)
    assert (file, where) == ("bad", place)
    assert said.startswith(what)
    assert labelled(found) == {"one": {LAW}}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    [(file, _, said)] = problems(read(tmp_path / "gone.csv"))
    assert file == "gone.csv"
    assert said == "the file cannot be read: No such file or directory"


@pytest.mark.parametrize("first", ["", "broken", '{"file": '])
def test_spans_are_known_by_any_of_their_first_lines(first: str) -> None:
    assert detect(f"{first}\n{span('a.txt', LAW, 0, 4)}\n") == "spans"


def test_a_text_in_two_files_is_used_once_with_the_labels_of_both(tmp_path: Path) -> None:
    text = "This agreement is governed by the laws of Ohio.\n"
    write(tmp_path, "texts/a.txt", text)
    first = write(tmp_path, "spans.jsonl", span("a.txt", LAW, 0, 47))
    questions = [{"question": CAP, "answers": [{"text": "This", "answer_start": 0}]}]
    second = write(
        tmp_path, "s.json", {"data": [{"title": "b", "paragraphs": [{"context": text, "qas": questions}]}]}
    )
    found = read(first, second, texts=tmp_path / "texts")
    assert found.problems == ()
    assert [document.name for document in found.data.documents] == ["a.txt"]
    assert labelled(found) == {text.strip(): {LAW, CAP}}
    assert [str(note) for note in found.notes] == [
        "s.json, entry 1, paragraph 1: "
        "the text is the same as that of spans.jsonl, a.txt; the labels are joined"
    ]


def test_passages_that_contradict_each_other_between_files_are_left_out(tmp_path: Path) -> None:
    first = write(tmp_path, "a.csv", csv_of([HEADER, ("one", LAW), ("two", CAP)]))
    second = write(tmp_path, "b.csv", csv_of([HEADER, ("one", CAP), ("three", LAW)]))
    found = read(first, second)
    what = "the text is the same as that of a.csv, line 2, but not whether it is "
    what += "Cap On Liability or Governing Law"
    assert problems(found) == [("b.csv", "line 2", what)]
    assert labelled(found) == {"two": {CAP}, "three": {LAW}}


def test_a_file_that_did_not_look_for_a_label_contradicts_nobody(tmp_path: Path) -> None:
    first = write(tmp_path, "a.csv", csv_of([HEADER, ("one", LAW), ("two", "")]))
    second = write(tmp_path, "b.csv", csv_of([HEADER, ("one", CAP), ("three", "")]))
    found = read(first, second)
    assert found.problems == ()
    assert labelled(found) == {"one": {LAW, CAP}, "two": set(), "three": set()}
    assert [each.judged for each in passages(found)] == [{LAW, CAP}, {LAW}, {CAP}]


def test_the_same_passage_in_two_documents_with_different_labels_is_a_contradiction(tmp_path: Path) -> None:
    rows = [("document", "text", "label"), ("a", "one", LAW), ("b", "one", ""), ("b", "two", LAW)]
    found = read(write(tmp_path, "a.csv", csv_of(rows)))
    assert [place for _, place, _ in problems(found)] == ["line 3"]
    assert labelled(found) == {"two": {LAW}}


def test_a_label_that_every_passage_carries_is_one_class_only(tmp_path: Path) -> None:
    rows = [("one", f"{LAW};{CAP}"), ("two", LAW)]
    found = with_both_classes(read(write(tmp_path, "a.csv", csv_of([HEADER, *rows]))))
    assert problems(found) == [
        (
            "",
            LAW,
            "one class only: each of the 2 passages looked at carries it, and none tells what it is not",
        )
    ]
    assert labelled(found) == {"one": {CAP}, "two": set()}
    assert [each.judged for each in passages(found)] == [{CAP}, {CAP}]


def test_equal_files_make_equal_sets_wherever_they_lie(tmp_path: Path) -> None:
    content = csv_of([HEADER, ("one", LAW), ("two", AUDIT)])
    found = [read(write(tmp_path / name, "a.csv", content)) for name in ("here", "there")]
    assert found[0].data.fingerprint == found[1].data.fingerprint


def test_a_long_list_shows_its_first_lines_and_a_fault_that_recurs_once() -> None:
    same = [Finding("a.csv", f"line {number}", "'x' is no label") for number in range(2, 5)]
    others = [Finding("a.csv", f"line {number}", f"wrong {number}") for number in range(5, 30)]
    shown = list(lines([*same, *others], first=3))
    assert shown == [
        "a.csv, line 2: 'x' is no label (and 2 more times)",
        "a.csv, line 5: wrong 5",
        "a.csv, line 6: wrong 6",
        "… and 23 more",
    ]


def test_readings_are_those_of_the_records_and_nothing_is_read_twice(tmp_path: Path) -> None:
    data = read(write(tmp_path, "a.csv", csv_of([HEADER, ("one", LAW), ("two", CAP)]))).data
    engine, encoder = open_records(f"sqlite:///{tmp_path / 'records.sqlite'}"), HashingEncoder()
    filled = with_readings(data, encoder, engine)
    for each in filled.documents[0].passages:
        rounded = encoder.read([each.passage.text])[1][0].astype(np.float16)
        assert each.passage.readings is not None
        assert each.passage.readings.tolist() == rounded.tolist()
    again = HashingEncoder()
    assert with_readings(data, again, engine) == filled == data
    assert again.encoded == []
    engine.dispose()


def test_what_the_reader_was_trained_on_has_the_readings_of_those_that_had_not_seen_it(
    tmp_path: Path,
) -> None:
    data = read(write(tmp_path, "a.csv", csv_of([HEADER, ("one", LAW), ("two", CAP)]))).data
    engine, encoder = open_records(f"sqlite:///{tmp_path / 'records.sqlite'}"), HashingEncoder()
    out_of_fold = held(["two", "three"], np.array([[1.5, -2], [3, 4]], np.float32))
    filled = with_readings(data, encoder, engine, out_of_fold=out_of_fold)
    every = [each.passage for document in filled.documents for each in document.passages]
    found = {each.text: each.readings for each in every}
    assert found["two"] is not None
    assert found["two"].tolist() == [1.5, -2]
    assert found["one"] is not None
    assert found["one"].tolist() == encoder.read(["one"])[1][0].astype(np.float16).tolist()
    assert encoder.encoded.count("two") == 0
    engine.dispose()


@pytest.mark.slow
def test_every_expert_span_of_real_contracts_can_be_used(shared_data: Path) -> None:
    folder = shared_data / "cuad"
    found = read_training_data(
        [folder / "spans.jsonl"], load_pack("contracts"), WordTokens(), texts=folder / "contracts"
    )
    assert found.problems == ()
    assert len(found.data.labels) == 36
    # Five spans stand twice, and one contract is there under two names.
    assert len(found.notes) == 6
    assert len(found.data.documents) == 398
    carrying = [each for document in found.data.documents for each in document.passages if each.labels]
    assert len(carrying) > 5000
    assert {label for each in carrying for label in each.labels} == set(found.data.labels)
