"""clausewatch models, thresholds and relabel, over real records with a classifier that looks words up."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.errors import ModelRegistryError
from search_app import compose as composition
from search_app.cli import cli
from search_app.settings import load_settings
from tests.classifiers import WordClassifier, WordModels, model_bytes
from tests.fakes import HashingEncoder
from tests.indexer.ingest.office import NDA
from tests.indexer.ingest.test_labels import LEASE, RULES

LAW = {"Governing Law": {"word": "delaware", "probability": 0.9}}
STARTER = model_bytes(LAW)
VERSION = WordClassifier(STARTER).version
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(composition, "ProductModels", lambda: WordModels({"contracts": [STARTER]}))
    monkeypatch.setattr(composition, "load_encoder", lambda *_, **_named: HashingEncoder())
    runner = CliRunner()

    def run(*arguments: str) -> Result:
        return runner.invoke(cli, arguments, standalone_mode=False)

    return run


def fill(folder: Path) -> None:
    folder.mkdir()
    (folder / "nda.txt").write_text(NDA)
    (folder / "lease.txt").write_text(LEASE)


def said(result: Result) -> str:
    if result.exception is not None:
        raise result.exception
    return result.output


def test_a_fresh_install_labels_with_the_starter_and_lists_it(run: Run) -> None:
    (listed,) = json.loads(said(run("models", "list", "--json")))
    assert (listed["version"], listed["origin"], listed["labels_now"]) == (VERSION, "starter", True)
    line = said(run("models", "list"))
    assert VERSION in line
    assert "labels  1 labels from four invented contracts" in line


def test_a_card_is_shown_with_how_often_each_label_was_right(run: Run) -> None:
    run("models", "list")
    shown = said(run("models", "show", VERSION))
    assert "Governing Law                             100 41 of 50    0.50       8" in shown
    assert "Audit Rights                         keyword rules: Only 3 documents have it" in shown
    whole = json.loads(said(run("models", "show", VERSION[-12:-6], "--json")))
    assert whole["card"]["labels"]["Governing Law"]["right"] == 41


def test_an_unknown_version_is_answered_with_those_there_are(run: Run) -> None:
    run("models", "list")
    for command in ("show", "promote"):
        with pytest.raises(ModelRegistryError, match=f"no model version 'x'; there are {VERSION}"):
            said(run("models", command, "x"))


def test_thresholds_make_a_version_and_going_back_is_one_command(run: Run) -> None:
    chosen = said(run("thresholds", "--precision", "0.95", "--label", "governing law"))
    assert "41 of 50 labels were right when measured" in chosen
    assert "clausewatch relabel" in chosen
    assert f"{VERSION} labels again." in said(run("models", "rollback", "--collection", "contracts"))
    versions = json.loads(said(run("models", "list", "--json")))
    assert {each["version"]: each["labels_now"] for each in versions}[VERSION]


def test_relabelling_follows_a_promotion_and_is_done_once(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "files")
    assert run("ingest", str(tmp_path / "files")).return_value == 0
    assert "Nothing to do" in said(run("relabel"))
    run("thresholds", "--precision", "0.95")
    done = json.loads(said(run("relabel", "--json")))
    assert {key: done[key] for key in ("documents", "changed", "left", "rebuilt", "behind")} == {
        "documents": 2, "changed": 1, "left": 0, "rebuilt": True, "behind": "",
    }  # fmt: skip
    assert "Nothing to do" in said(run("relabel"))


def test_an_unknown_collection_is_wrong_use(run: Run) -> None:
    result = run("relabel", "--collection", "nowhere")
    assert "There is no collection 'nowhere'" in str(result.exception)


def test_a_damaged_starter_file_is_said_and_the_rules_label(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "files")
    (listed,) = json.loads(said(run("models", "list", "--json")))
    digest = listed["digest"]
    path = load_settings().home / "blobs" / digest[:2] / digest
    path.write_bytes(b"tampered")
    listing = said(run("models", "list"))
    assert f"The file {digest[:12]}… of {VERSION} is damaged" in listing
    assert "Instead, the keyword rules labels" not in listing
    assert run("ingest", str(tmp_path / "files")).return_value == 0
    parts = composition.compose(load_settings())
    with parts.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT labelled_by FROM documents").scalars().all()
    parts.engine.dispose()
    assert found == [RULES]
