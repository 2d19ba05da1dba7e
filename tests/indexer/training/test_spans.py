"""Spans beside a folder of texts."""

from pathlib import Path

import pytest

from indexer.training import read_training_data
from models.classifier.dataset import Evidence
from tests.indexer.training.files import (
    AUDIT,
    CAP,
    LAW,
    PACK,
    WordTokens,
    labelled,
    passages,
    problems,
    read,
    span,
    write,
)

TEXT = "This agreement is governed by the laws of Ohio.\n"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    write(tmp_path, "texts/a.txt", TEXT)
    write(tmp_path, "texts/b.txt", "Nothing of interest stands here.\n")
    return tmp_path / "texts"


def spans(folder: Path, *lines: str | bytes) -> Path:
    content = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return write(folder, "spans.jsonl", content + b"\n")


def test_a_span_labels_the_passage_that_holds_it_and_stands_as_its_evidence(texts: Path) -> None:
    lines = [span("a.txt", LAW, 0, 47, TEXT[:47]), span("b.txt", "Parties", 0, 7, "Nothing")]
    found = read(spans(texts.parent, *lines), texts=texts)
    assert found.problems == found.notes == ()
    assert found.data.labels == (LAW, CAP, AUDIT)
    assert [document.name for document in found.data.documents] == ["a.txt", "b.txt"]
    first, second = passages(found)
    assert first.passage.text == TEXT.strip()
    assert first.labels == {LAW}
    assert first.evidence == (Evidence(0, 47, LAW),)
    assert second.labels == frozenset()
    # Annotation of this kind is complete: what is not marked was looked for.
    assert first.judged is second.judged is None


def test_categories_are_found_without_regard_to_case_and_punctuation_and_by_title(texts: Path) -> None:
    lines = [span("a.txt", name, 0, 47) for name in ("governing-law", "CAP  ON LIABILITY", "right to audit")]
    found = read(spans(texts.parent, *lines), texts=texts)
    assert found.problems == ()
    assert labelled(found)[TEXT.strip()] == {LAW, CAP, AUDIT}


def test_categories_that_are_no_risks_are_silently_no_labels(texts: Path) -> None:
    names = ["Document Name", "Parties", "Agreement Date", "Effective Date", "Expiration Date"]
    lines = [span(file, name, 0, 4) for name in names for file in ("a.txt", "b.txt")]
    found = read(spans(texts.parent, *lines), texts=texts)
    assert found.problems == found.notes == ()
    assert all(not each.labels for each in passages(found))


def test_white_space_in_the_words_of_a_span_does_not_matter(texts: Path) -> None:
    found = read(spans(texts.parent, span("a.txt", LAW, 0, 14, "This\n  agreement")), texts=texts)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (span("a.txt", "Governing Lew", 0, 4), "'Governing Lew' is no label of the pack 'three'"),
        (span("a.txt", "Governing Lew", 0, 4), "did you mean 'Governing Law'?"),
        (span("a.txt", LAW, 30, 400), "characters 30 to 400 lie outside the text, which has 48"),
        (span("a.txt", LAW, -3, 4), "characters -3 to 4 lie outside the text"),
        (span("a.txt", LAW, 9, 9), "start 9 is not before end 9"),
        (span("a.txt", LAW, 9, 3), "start 9 is not before end 3"),
        (span("a.txt", LAW, "9", 12), "start '9' and end 12 are not two whole numbers"),
        (span("a.txt", LAW, True, 12), "start True and end 12 are not two whole numbers"),
        (span("a.txt", LAW, 0, 4, "That"), "characters 0 to 4 are 'This', not 'That'"),
        (span("gone.txt", LAW, 0, 4), "the text 'gone.txt' of 1 spans cannot be read: No such file"),
        (span("../a.txt", LAW, 0, 4), "is no plain name of a file of the folder"),
        ('{"file": "a.txt", "category": "x"', "no JSON: "),
        ('{"file": "a.txt", "start": 0, "end": 4}', "expected an object with file, category, start, end"),
        ("[1, 2]", "expected an object with file, category, start, end"),
        ('{"file": 1, "category": "x", "start": 0, "end": 4}', "file and category must be texts"),
        (span("a.txt", LAW, 0, 4)[:-1].encode() + b', "text": "caf\xe9"}', "the line is not UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_used(texts: Path, line: str | bytes, what: str) -> None:
    found = read(spans(texts.parent, span("a.txt", CAP, 0, 47), line), texts=texts)
    [(file, place, said)] = problems(found)
    assert (file, place) == ("spans.jsonl", "line 2")
    assert what in said
    assert labelled(found)[TEXT.strip()] == {CAP}


def test_what_cannot_be_placed_counts_neither_for_nor_against_its_label_in_that_text(texts: Path) -> None:
    bad = span("a.txt", CAP, 0, 4, "That")
    first, second = passages(read(spans(texts.parent, span("a.txt", LAW, 0, 47), bad), texts=texts))
    assert first.judged == {LAW, AUDIT}
    assert second.judged is None


def test_a_span_told_twice_is_a_note(texts: Path) -> None:
    line = span("a.txt", LAW, 0, 47)
    found = read(spans(texts.parent, line, "", line), texts=texts)
    assert found.problems == ()
    assert str(found.notes[0]) == "spans.jsonl, line 3: the same as line 1"
    assert passages(found)[0].evidence == (Evidence(0, 47, LAW),)


def test_an_empty_text_is_a_problem(texts: Path) -> None:
    write(texts, "c.txt", " \n")
    found = read(spans(texts.parent, span("a.txt", LAW, 0, 47)), texts=texts)
    assert problems(found) == [("spans.jsonl", "c.txt", "the text 'c.txt' is empty")]


def test_bytes_of_another_encoding_in_a_text_are_a_note_and_shift_no_offset(texts: Path) -> None:
    write(texts, "c.txt", b"Caf\xe9 owners are governed by the laws of Ohio.\r\n")
    found = read(spans(texts.parent, span("c.txt", LAW, 5, 11, "owners")), texts=texts)
    assert str(found.notes[1]) == (
        "spans.jsonl, c.txt: the text has bytes that are not UTF-8; each counts as one character"
    )
    assert passages(found)[2].evidence == (Evidence(5, 11, LAW),)


def test_line_ends_of_windows_shift_no_offset(texts: Path) -> None:
    text = "First words.\r\n\r\nSecond words.\r\n"
    write(texts, "c.txt", text)
    found = read(spans(texts.parent, span("c.txt", LAW, 16, 29, "Second words.")), texts=texts)
    each = passages(found)[2]
    [item] = each.evidence
    assert each.passage.text[item.start : item.end] == "Second words."


def test_spans_without_the_folder_of_their_texts_say_what_is_missing(texts: Path) -> None:
    found = read(spans(texts.parent, span("a.txt", LAW, 0, 47)))
    assert ["--contracts" in what for _, _, what in problems(found)] == [True]
    assert found.data.documents == ()


def test_texts_of_which_no_line_speaks_are_counted(texts: Path) -> None:
    found = read(spans(texts.parent, span("a.txt", LAW, 0, 47)), texts=texts)
    assert [str(note) for note in found.notes] == [
        "spans.jsonl: no line speaks of 1 texts of the folder; they count as carrying no label"
    ]


def test_to_measure_some_of_the_texts_will_do(texts: Path) -> None:
    file = spans(texts.parent, *(span(name, LAW, 0, 4) for name in ("a.txt", "b.txt", "c.txt", "d.txt")))
    found = read_training_data([file], PACK, WordTokens(), texts=texts, some=True)
    assert found.problems == ()
    assert [document.name for document in found.data.documents] == ["a.txt", "b.txt"]
    assert [note.place for note in found.notes] == ["line 3", "line 4"]
