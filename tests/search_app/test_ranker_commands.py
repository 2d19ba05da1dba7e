"""clausewatch train ranker and evaluate retrieval --ranker, on judgements whose lesson is known."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import search_app.compose
from models.errors import RankerError
from models.ranker.file import read_ranker
from models.ranker.shipped import shipped_ranker
from search_app.chosen_ranker import ranker_of
from search_app.errors import SettingsError
from search_app.settings import Settings
from tests.search_app.commands import in_process
from tests.search_app.conftest import TOPICS
from tests.search_app.library import WordEncoder

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    synonyms = {f"topic{number}": f"topic{number}" for number in range(TOPICS)} | {"gaps": "gaps"}
    monkeypatch.setattr(search_app.compose, "load_encoder", lambda *_, **_named: WordEncoder(synonyms))
    return in_process(monkeypatch, capsys)


def done(found: tuple[int, str, str]) -> Any:
    status, said, errors = found
    assert status == 0, errors
    return json.loads(said)


def test_a_ranker_is_trained_on_one_split_and_measured_on_another(
    run: Run, judgements: Path, tmp_path: Path
) -> None:
    output = tmp_path / "ours.json"
    asked = ("train", "ranker", "--judgements", judgements, "--split", "train", "--output", output, "--json")
    summary = done(run(*asked))
    first = output.read_bytes()
    assert summary["version"] == read_ranker(first, "ours").version
    assert (summary["queries"], summary["candidates"], summary["file"]) == (11, 33, str(output))
    assert summary["parents"]["encoder"] == "words"
    assert summary["data_name"] == "judged train"
    assert summary["figures"]["ndcg@5"] == 1.0 > summary["figures"]["fusion_ndcg@5"]
    done(run(*asked))
    assert output.read_bytes() == first
    done(run(*asked, "--seed", "1"))
    assert output.read_bytes() != first

    evaluation = ("evaluate", "retrieval", judgements, "--split", "valid", "--ranker", output)
    found = done(run(*evaluation, "--json"))
    assert (found["queries"], found["learned_from"]) == (1, 0)
    assert found["reranked"]["ndcg@5"] == 1.0 > found["hybrid"]["ndcg@5"]
    assert found["reranked"]["recall@100"] == 1.0
    status, said, errors = run("evaluate", "retrieval", judgements, "--ranker", output)
    assert status == 0, errors
    assert "The ranker learned from 11 of these queries." in said


def test_without_an_output_it_lies_under_home_and_says_how_to_use_it(
    run: Run, judgements: Path, tmp_path: Path
) -> None:
    status, said, errors = run("train", "ranker", "--judgements", judgements)
    assert status == 0, errors
    [file] = (tmp_path / "home" / "rankers").iterdir()
    version = read_ranker(file.read_bytes(), "x").version
    assert version == f"ranker:{file.stem}"
    assert f"{version}, from 12 queries (judged): {file}" in said
    assert f"Set CLAUSEWATCH_RANKER={file} to use it." in said


def test_without_a_ranker_nothing_is_said_of_one(run: Run, judgements: Path) -> None:
    assert "reranked" not in done(run("evaluate", "retrieval", judgements, "--json"))


def test_too_few_queries_teach_nothing(run: Run, judgements: Path) -> None:
    status, _, errors = run("train", "ranker", "--judgements", judgements, "--split", "valid")
    assert status == 1
    assert "1 queries have a relevant document among their candidates; 10 are needed" in errors


def test_a_file_that_is_no_ranker_is_refused_by_name(run: Run, judgements: Path, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    status, _, errors = run("evaluate", "retrieval", judgements, "--ranker", tmp_path / "other.json")
    assert status == 1
    assert "other.json (SHA-256 " in errors
    with pytest.raises(RankerError, match=r"other\.json"):
        ranker_of(Settings(ranker=str(tmp_path / "other.json")))


def test_the_setting_names_a_file_or_none_or_the_one_that_ships(tmp_path: Path) -> None:
    shipped = shipped_ranker()
    assert shipped is not None
    assert ranker_of(Settings(ranker="off")) is None
    chosen = ranker_of(Settings())
    assert chosen is not None
    assert chosen.version == shipped.version
    with pytest.raises(SettingsError) as caught:
        ranker_of(Settings(ranker=str(tmp_path / "none.json")))
    named = f"CLAUSEWATCH_RANKER='{tmp_path / 'none.json'}'"
    assert str(caught.value) == f"{named}: expected the file of a ranker, or off: No such file or directory"


def test_the_ranker_that_ships_is_used_with_its_own_encoder_only(tmp_path: Path) -> None:
    other = tmp_path / "other-model"
    other.mkdir()
    for file in ("modules.json", "tokenizer.json"):
        (other / file).write_text("{}")
    assert ranker_of(Settings(encoder=str(other))) is None
    assert ranker_of(Settings(encoder="sentence-transformers/all-MiniLM-L6-v2")) is not None


def test_imported_judgements_teach_what_their_folder_teaches(
    run: Run, judgements: Path, tmp_path: Path
) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "one.txt").write_text("A topic1 with gaps.\n")
    assert run("ingest", tmp_path / "papers", "--collection", "contracts")[0] == 0
    taken = done(run("import", "judgements", judgements, "--collection", "contracts", "--json"))
    assert (taken["queries"], taken["texts"], taken["passages"], taken["grades"]) == (12, 36, 1, 36)
    files = [tmp_path / name for name in ("folder.json", "imported.json", "both.json")]
    for file, asked in zip(
        files, (("--judgements", judgements), ("--imported",), ("--judgements", judgements, "--imported")),
        strict=True,
    ):  # fmt: skip
        done(run("train", "ranker", *asked, "--name", "topics", "--output", file, "--json"))
    assert len({file.read_bytes() for file in files}) == 1
    measured = done(run("evaluate", "retrieval", "--imported", "--json"))
    assert measured == done(run("evaluate", "retrieval", judgements, "--json"))

    _, said, _ = run("import", "judgements", judgements, "--collection", "contracts")
    assert said == f"Import {taken['id']} has all of it already.\n"
    assert taken["id"] in run("import", "list")[1]
    assert run("import", "undo", taken["id"])[1] == "36 taken back.\n"
    status, _, errors = run("train", "ranker", "--imported")
    assert (status, "No judgements were imported" in errors) == (1, True)


def test_bad_judgements_are_refused_with_file_line_and_value(run: Run, judgements: Path) -> None:
    status, _, errors = run("import", "judgements", judgements, "--collection", "moon")
    assert (status, "no collection 'moon'" in errors) == (2, True)
    papers = judgements.parent / "papers"
    papers.mkdir()
    (papers / "one.txt").write_text("A topic1 with gaps.\n")
    assert run("ingest", papers, "--collection", "contracts")[0] == 0
    for value, why in (("many", "expected a whole number"), ("9" * 12, "expected at most 1000000")):
        (judgements / "qrels" / "bad.tsv").write_text(
            f"query-id\tcorpus-id\tscore\nq1\ttopic1-long\t{value}\n"
        )
        status, _, errors = run("import", "judgements", judgements, "--collection", "contracts")
        assert status == 1
        assert f"bad.tsv:2: score '{value}', {why}" in errors
    assert run("import", "list")[1] == "Nothing was imported yet.\n"


@pytest.mark.parametrize(
    "asked",
    [
        ("train", "ranker", "--imported", "--clicks"),
        ("train", "ranker", "--imported", "--split", "train"),
        ("evaluate", "retrieval"),
        ("evaluate", "retrieval", "--imported", "--split", "train"),
    ],
)
def test_what_does_not_go_together_is_refused(run: Run, asked: tuple[str, ...]) -> None:
    assert run(*asked)[0] == 2
