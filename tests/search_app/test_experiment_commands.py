"""clausewatch experiment over real records: from a file to what came of it, and what is refused by name."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import search_app.compose
from search_app.experiments import process
from tests.search_app.commands import in_process
from tests.search_app.conftest import TOPICS
from tests.search_app.library import WordEncoder

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    synonyms = {f"topic{number}": f"topic{number}" for number in range(TOPICS)} | {"gaps": "gaps"}
    monkeypatch.setattr(search_app.compose, "load_encoder", lambda *_, **_named: WordEncoder(synonyms))
    # The process of its own would load the real encoder; the same work is done here by its command.
    monkeypatch.setattr(process, "begin", lambda: None)
    return in_process(monkeypatch, capsys)


def described(folder: Path, judgements: Path, variants: str) -> Path:
    file = folder / "idea.yaml"
    file.write_text(
        f"name: pull\nidea: Draw less\nhypothesis: Nothing changes\nkind: ranker\n"
        f"data:\n  judgements: {judgements}\nseed: 0\nvariants:\n  {variants}\n"
    )
    return file


def test_variants_are_measured_beside_the_settings_in_use_on_queries_left_out(
    run: Run, judgements: Path, tmp_path: Path
) -> None:
    assert run("experiment", "list")[1] == "Nothing was tried yet.\n"
    status, said, errors = run("experiment", "run", described(tmp_path, judgements, "pull: [5, 10000]"))
    assert (status, errors) == (0, "")
    assert said.startswith("Experiment 1: 2 variants.")
    assert json.loads(run("experiment", "show", "1", "--json")[1])["state"] == "waiting"
    assert run("experiment", "work")[0] == 0
    shown = json.loads(run("experiment", "show", "1", "--json")[1])
    assert shown["state"] == "done"
    by_pull = {result["parameters"].get("pull"): result for result in shown["results"]}
    # The lesson is learned with either pull; drawn to equal weights with all might, it is not.
    assert by_pull[None]["figures"]["ndcg@5"] == by_pull[5]["figures"]["ndcg@5"] == 1.0
    assert by_pull[10000]["figures"]["ndcg@5"] < 1.0
    assert by_pull[5]["differences"]["ndcg@5"] == [0.0, 0.0, 0.0]
    assert by_pull[10000]["differences"]["ndcg@5"][2] < 0.0
    assert "orders them worse by" in run("experiment", "show", "1")[1]
    assert "pull" in run("experiment", "list")[1]


def test_one_that_waits_can_be_stopped_and_is_not_run(run: Run, judgements: Path, tmp_path: Path) -> None:
    run("experiment", "run", described(tmp_path, judgements, "pull: [5]"))
    assert run("experiment", "stop", "1")[0] == 0
    run("experiment", "work")
    shown = json.loads(run("experiment", "show", "1", "--json")[1])
    assert (shown["state"], shown["results"]) == ("stopped", [])


def test_what_is_wrong_in_a_file_is_named_with_its_line(run: Run, judgements: Path, tmp_path: Path) -> None:
    status, _, errors = run("experiment", "run", described(tmp_path, judgements, "pul: [5]"))
    assert status != 0
    assert "idea.yaml:9" in errors
    assert "pul" in errors
    assert "7" in run("experiment", "show", "7")[2]
    assert run("experiment", "stop", "7")[0] != 0
