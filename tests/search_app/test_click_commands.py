"""clausewatch learn --ranker, train ranker --clicks and models of rankers, over real records."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import search_app.compose
from tests.fakes import HashingEncoder
from tests.search_app.commands import in_process

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(search_app.compose, "load_encoder", lambda *_, **_named: HashingEncoder())
    return in_process(monkeypatch, capsys)


def test_without_clicks_nothing_is_learned_and_the_ranker_of_the_settings_orders(run: Run) -> None:
    status, said, _ = run("learn", "--ranker")
    assert (status, said) == (0, "0 queries have clicks that can be learned from; 10 are needed.\n")
    status, said, _ = run("train", "ranker", "--clicks", "--json")
    assert json.loads(said)["version"] == ""
    status, said, _ = run("models", "list", "--kind", "ranker")
    assert status == 0
    assert said.startswith("ranker:")
    assert said.endswith(" orders hits, which the settings name.\n")


def test_what_cannot_be_done_is_said_by_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no earlier ranker that can be used" in run("models", "rollback", "--kind", "ranker")[2]
    assert "There is no ranker 'ranker:ffff'" in run("models", "promote", "ranker:ffff")[2]
    assert "There is no ranker 'ranker:ffff'" in run("models", "interleave", "ranker:ffff")[2]
    assert run("models", "interleave")[1] == "No two rankers were compared yet.\n"
    assert "Give --judgements DIR, --imported or both, or else --clicks" in run("train", "ranker")[2]
    monkeypatch.setenv("CLAUSEWATCH_RANKER", "off")
    assert "there is no ranker that could learn" in run("learn", "--ranker")[2]
