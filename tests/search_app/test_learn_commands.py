"""clausewatch learn, models compare and models lineage, over real records."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from indexer.decisions import Action, Asked, Origin, decide
from indexer.errors import DecisionError, ModelRegistryError
from indexer.records import schema
from indexer.records.database import writing
from search_app import compose as composition
from search_app.cli import cli
from search_app.settings import load_settings
from tests.classifiers import WordClassifier, WordModels, model_bytes
from tests.fakes import HashingEncoder
from tests.indexer.ingest.office import LEASE, NDA

STARTER = model_bytes({"Governing Law": {"word": "laws of delaware", "probability": 0.9}})
VERSION = WordClassifier(STARTER).version
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(composition, "ProductModels", lambda: WordModels({"contracts": [STARTER]}))
    monkeypatch.setattr(composition, "load_encoder", lambda *_, **_named: HashingEncoder())
    runner = CliRunner()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "nda.txt").write_text(NDA)
    (tmp_path / "files" / "lease.txt").write_text(LEASE)

    def run(*arguments: str) -> Result:
        return runner.invoke(cli, arguments, standalone_mode=False)

    said(run("ingest", str(tmp_path / "files"), "--collection", "contracts"))
    return run


def said(result: Result) -> str:
    if result.exception is not None:
        raise result.exception
    return result.output


def dismiss() -> tuple[str, str]:
    """Dismisses the law of Delaware; returns the id of the passage and the decision."""
    parts = composition.compose(load_settings())
    chunks = schema.chunks
    with parts.engine.connect() as connection:
        row = connection.execute(select(chunks).where(chunks.c.text.contains("Delaware"))).one()
    at = "2026-05-04T09:00:00.000Z"
    asked = Asked("act-1", Action.DISMISS, row.key, "Governing Law", "ann", at, Origin.SEARCH)
    with writing(parts.engine) as connection:
        decide(connection, asked, parts.packs)
    parts.engine.dispose()
    return row.id, asked.act


def test_learning_tells_each_check_and_what_to_do_next(run: Run) -> None:
    assert "Nobody has decided anything yet" in said(run("learn"))
    dismiss()
    result = run("learn")
    assert result.return_value == 0
    words = said(result)
    assert "labels now; documents are labelled anew." in words
    assert "passed  decisions: Of 1 decisions" in words
    assert "passed  size:" in words
    assert "Of 4 passages looked at, 0 labels would be gained and 1 lost." in words
    assert "clausewatch relabel" in words
    assert "has learned all of it already" in said(run("learn"))


def test_json_holds_the_whole_report(run: Run) -> None:
    dismiss()
    found: dict[str, Any] = json.loads(said(run("learn", "--json")))
    assert (found["state"], found["champion"]) == ("promoted", VERSION)
    assert found["report"]["passed"] is True
    assert found["report"]["preview"]["lost"] == {"Governing Law": 1}


def test_compare_shows_how_a_version_fared_and_refuses_one_that_was_not_learned(run: Run) -> None:
    dismiss()
    version = json.loads(said(run("learn", "--json")))["version"]
    words = said(run("models", "compare", version))
    assert words.startswith(f"With {VERSION}:\n{version} labels now")
    assert json.loads(said(run("models", "compare", version, "--json")))["version"] == version
    with pytest.raises(ModelRegistryError, match="was not learned from decisions"):
        said(run("models", "compare", VERSION))


def test_lineage_leads_there_and_back(run: Run) -> None:
    chunk, act = dismiss()
    version = json.loads(said(run("learn", "--json")))["version"]
    said(run("relabel"))
    words = said(run("models", "lineage", "--passage", chunk, "--label", "Governing Law"))
    assert f"Governing Law: human says so, decision:{act}, probability 0.00, denied" in words
    back = said(run("models", "lineage", "--decision", act))
    assert back.startswith("1 decisions, 1 datasets, 1 models")
    assert version in back
    assert said(run("models", "lineage", "--person", "ann")) == back
    document = chunk.partition("-")[0]
    assert said(run("models", "lineage", "--document", document)) == back
    assert "1 passages have a label by these decisions now" in back
    for option in ("--decision", "--person", "--document"):
        with pytest.raises(ModelRegistryError, match=r"There is no decision with (act|by|document) 'x'"):
            said(run("models", "lineage", option, "x"))
    found = json.loads(said(run("models", "lineage", "--person", "ann", "--json")))
    assert [each["version"] for each in found["versions"]] == [version]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--passage", "x"), ("--label", "Insurance"), ("--decision", "a", "--person", "b")],
)
def test_lineage_asks_for_one_thing(run: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError, match="Give --passage with --label"):
        said(run("models", "lineage", *arguments))


def test_reviewers_are_listed_named_and_made_senior(run: Run) -> None:
    assert "Nobody has decided anything yet." in said(run("reviewers", "list"))
    dismiss()
    assert said(run("reviewers", "set", "ann", "--name", "Ann Lee", "--senior")) == "Noted.\n"
    listed = said(run("reviewers", "list"))
    assert "ann       1  senior  Ann Lee" in listed
    found = json.loads(said(run("reviewers", "list", "--json")))
    assert found == {
        "reviewers": [{"id": "ann", "name": "Ann Lee", "senior": True, "acts": 1}],
        "agreements": [],
        "disputed": 0,
    }
    said(run("reviewers", "set", "ann", "--no-senior"))
    assert json.loads(said(run("reviewers", "list", "--json")))["reviewers"][0]["name"] == "Ann Lee"
    with pytest.raises(click.UsageError, match="Give --name, --senior or --no-senior"):
        said(run("reviewers", "set", "ann"))
    with pytest.raises(DecisionError, match="Nobody of the pseudonym"):
        said(run("reviewers", "set", "moon", "--senior"))
