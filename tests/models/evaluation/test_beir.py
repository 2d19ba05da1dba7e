import json
from pathlib import Path

import pytest

from models.errors import EvaluationError
from models.evaluation.beir import read_judged

HEADER = "query-id\tcorpus-id\tscore\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = [{"_id": "a", "title": "Rent", "text": "The rent is due."}, {"_id": "b", "text": "Bonds."}]
    queries = [{"_id": '"as is" sale', "text": '"as is" sale'}, {"_id": "rent", "text": "when is rent due"}]
    for name, records in (("corpus", documents), ("queries", queries)):
        lines = "\n".join(json.dumps(record) for record in records)
        (tmp_path / f"{name}.jsonl").write_text(lines + "\n\n", encoding="utf-8")
    (tmp_path / "qrels").mkdir()
    judge(tmp_path, "train", 'rent\ta\t3\r\nrent\tb\t0\r\n"""as is"" sale"\tb\t1\r\n')
    return tmp_path


def judge(folder: Path, split: str, lines: str) -> None:
    (folder / "qrels" / f"{split}.tsv").write_text(HEADER + lines, encoding="utf-8", newline="")


def test_titles_quoted_ids_and_windows_line_ends_are_read(folder: Path) -> None:
    judged = read_judged(folder, "train")
    assert judged.corpus == {"a": "Rent\nThe rent is due.", "b": "Bonds."}
    assert judged.qrels == {"rent": {"a": 3, "b": 0}, '"as is" sale': {"b": 1}}
    assert judged.queries == {"rent": "when is rent due", '"as is" sale': '"as is" sale'}


def test_an_id_that_starts_with_a_quote_may_also_stand_unquoted(folder: Path) -> None:
    judge(folder, "raw", '"as is" sale\tb\t2\n')
    assert read_judged(folder, "raw").qrels == {'"as is" sale': {"b": 2}}


def test_without_a_split_all_of_them_count(folder: Path) -> None:
    judge(folder, "valid", '"""as is"" sale"\ta\t2\n')
    assert read_judged(folder).qrels['"as is" sale'] == {"b": 1, "a": 2}


def test_judgements_of_what_does_not_exist_are_left_out(folder: Path) -> None:
    judge(folder, "odd", "rent\tgone\t2\ngone\ta\t1\nrent\ta\t1\n")
    judged = read_judged(folder, "odd")
    assert judged.qrels == {"rent": {"a": 1}}
    assert list(judged.queries) == ["rent"]


def test_a_missing_split_names_those_that_exist(folder: Path) -> None:
    judge(folder, "valid", "rent\ta\t1\n")
    with pytest.raises(EvaluationError, match=r"no split 'test'; splits that exist: train, valid"):
        read_judged(folder, "test")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("rent\ta\t1\nrent a 1\n", r"train\.tsv:3: 1 columns"),
        ("rent\ta\thigh\n", r"train\.tsv:2: score 'high', expected a whole number"),
        ("rent\ta\t1\nrent\ta\t2\n", r"train\.tsv:3: 'rent' and 'a' already have another grade"),
        ("gone\ta\t1\n", "no judgement speaks of a query and a document that exist"),
    ],
)
def test_a_bad_judgement_is_named_with_its_line(folder: Path, lines: str, message: str) -> None:
    judge(folder, "train", lines)
    with pytest.raises(EvaluationError, match=message):
        read_judged(folder)


def test_judgements_without_a_header_are_refused(folder: Path) -> None:
    (folder / "qrels" / "train.tsv").write_text("rent\ta\t1\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"train\.tsv:1: expected the header"):
        read_judged(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"_id": "a", "text": "x"}\n{"_id": "b"}\n', r"corpus\.jsonl:2: the key 'text' is missing"),
        (b'{"_id": "a", "text": "x"}\n[1]\n', r"corpus\.jsonl:2: no JSON object"),
        (b"{\n", r"corpus\.jsonl:1: no JSON object"),
        (b"\xff\xfe\n", r"corpus\.jsonl: cannot be read"),
    ],
)
def test_a_bad_document_is_named_with_its_line(folder: Path, content: bytes, message: str) -> None:
    (folder / "corpus.jsonl").write_bytes(content)
    with pytest.raises(EvaluationError, match=message):
        read_judged(folder)


def test_a_folder_that_is_none_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"corpus\.jsonl: this file is missing"):
        read_judged(tmp_path)


def test_the_judgements_of_the_lawyers_are_read_whole(shared_data: Path) -> None:
    judged = read_judged(shared_data / "acord")
    assert len(judged.corpus) == 3931
    assert len(judged.qrels) == len(judged.queries) == 57
    assert sum(len(documents) for documents in judged.qrels.values()) == 64671
    assert {grade for documents in judged.qrels.values() for grade in documents.values()} == {0, 1, 2, 3, 4}
