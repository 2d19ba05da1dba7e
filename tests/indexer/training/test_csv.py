"""CSV: a row for each passage."""

from pathlib import Path

import pytest

from tests.indexer.training.files import (
    AUDIT,
    CAP,
    LAW,
    csv_of,
    labelled,
    passages,
    problems,
    read,
    write,
)

HEADER = ("text", "label")


def table(
    folder: Path, *rows: tuple[str, ...], header: tuple[str, ...] = HEADER, name: str = "a.csv"
) -> Path:
    return write(folder, name, csv_of([header, *rows]))


def test_labels_stand_in_one_cell_or_in_several_rows(tmp_path: Path) -> None:
    rows = [("one", f"{LAW}; {CAP}"), ("two", LAW), ("two", CAP), ("three", ""), ("four", "none")]
    found = read(table(tmp_path, *rows))
    assert found.problems == found.notes == ()
    assert labelled(found) == {"one": {LAW, CAP}, "two": {LAW, CAP}, "three": set(), "four": set()}


def test_a_label_may_have_the_name_that_it_had_before(tmp_path: Path) -> None:
    found = read(table(tmp_path, ("one", "applicable law"), ("two", "")))
    assert found.problems == ()
    assert labelled(found) == {"one": {LAW}, "two": set()}


def test_the_labels_that_occur_in_the_file_are_those_that_were_looked_for(tmp_path: Path) -> None:
    found = read(table(tmp_path, ("one", LAW), ("two", CAP)))
    assert found.data.labels == (LAW, CAP, AUDIT)
    assert [each.judged for each in passages(found)] == [{LAW, CAP}, {LAW, CAP}]


def test_rows_of_one_document_stay_together_and_others_stand_alone(tmp_path: Path) -> None:
    header = ("Document", " TEXT ", "Section", "Label")
    rows = [("msa", "one", "9 Law", LAW), ("msa", "two", "", ""), ("", "three", "", LAW)]
    first, second = read(table(tmp_path, *rows, header=header)).data.documents
    assert [each.passage.text for each in first.passages] == ["one", "two"]
    assert first.passages[0].passage.section == "9 Law"
    assert (first.name, second.name) == ("msa", "a.csv line 4")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen_from_the_header(tmp_path: Path, delimiter: str) -> None:
    content = f'text{delimiter}label\none{delimiter}"{LAW};{CAP}"\n'
    assert labelled(read(write(tmp_path, "a.csv", content))) == {"one": {LAW, CAP}}


def test_utf_16_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    content = csv_of([HEADER, ("Café", LAW)])
    for encoding in ("utf-16", "utf-8-sig"):
        assert labelled(read(write(tmp_path, "a.csv", content.encode(encoding)))) == {"Café": {LAW}}


@pytest.mark.parametrize(
    ("header", "what"),
    [
        (("words", "kind"), "the columns text and label are missing"),
        (("text", "kind"), "the columns label are missing"),
    ],
)
def test_missing_columns_are_named(tmp_path: Path, header: tuple[str, ...], what: str) -> None:
    [(file, place, said)] = problems(read(table(tmp_path, ("one", LAW), header=header)))
    assert (file, place) == ("a.csv", "line 1")
    assert said.startswith(what)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"two,Governing Lew", "'Governing Lew' is no label of the pack 'three'"),
        (b'"  ",Governing Law', "the text is empty"),
        (b"two", "the row has 1 cells, the header 2"),
        (b"two,a,b", "the row has 3 cells, the header 2"),
        (b'"two"x,a', "no CSV: "),
        (b"Caf\xe9,Governing Law", "the text is not UTF-8"),
        (b"one,", "the text has no label here, but has one at line 2"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, line: bytes, what: str) -> None:
    content = b"text,label\none,Governing Law\n" + line + b"\nthree,Cap On Liability\n"
    found = read(write(tmp_path, "a.csv", content))
    [(file, place, said)] = problems(found)
    assert (file, place) == ("a.csv", "line 3")
    assert said.startswith(what)
    # What contradicts itself is not used at all, and a row without a known label tells nothing.
    used = {"three": {CAP}} if "no label here" in what else {"one": {LAW}, "three": {CAP}}
    assert labelled(found) == used


def test_a_quote_that_is_never_closed_is_named_with_its_line(tmp_path: Path) -> None:
    found = read(write(tmp_path, "a.csv", 'text,label\none,Governing Law\n"two,Governing Law\nthree,\n'))
    [(_, place, said)] = problems(found)
    assert place == "line 3"
    assert said.startswith("no CSV: ")


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    found = read(table(tmp_path, ("one\nand more\nof it", LAW), ("two", "Governing Lew")))
    assert [place for _, place, _ in problems(found)] == ["line 5"]


def test_a_row_that_is_told_twice_is_a_note(tmp_path: Path) -> None:
    found = read(table(tmp_path, ("one", LAW), ("one", LAW), ("two", CAP)))
    assert found.problems == ()
    assert [str(note) for note in found.notes] == ["a.csv, line 3: the same as line 2"]
    assert len(passages(found)) == 2
