"""clausewatch train classifier and evaluate classifier, with the real trainer on invented contracts."""

import builtins
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import search_app.compose
from models.classifier import starter
from models.classifier.model import LearnedClassifier
from models.labels import Passage
from search_app.classifiers import classifier_status
from search_app.settings import load_settings
from tests.fakes import HashingEncoder
from tests.indexer.training.files import csv_of, span, write
from tests.models.classifier.archive import header_of, with_header
from tests.models.classifier.corpus import AUDIT, CAP, LAW, corpus, learned, learned_with_reader
from tests.search_app.commands import in_process

FIRST = "This agreement is governed by the laws of Ohio.\n"
SECOND = "The customer may audit the books of the supplier once in each calendar year.\n"
THIRD = "The liability of the supplier shall not exceed the fees paid in the year before.\n"
NAMES = {
    "chunks", "documents", "labels", "macro_ap", "micro_ap", "p_at_80r", "p_at_90r", "any_risk_ap",
    "precision_at_threshold", "recall_at_threshold", "abstained", "brier", "ece", "intervals", "per_label",
}  # fmt: skip
PASSAGES = sum(len(document.passages) for document in corpus().documents)

Run = Callable[..., tuple[int, str, str]]


def version_of(content: bytes) -> str:
    return f"classifier:contracts:{hashlib.sha256(content).hexdigest()[:12]}"


@pytest.fixture
def starters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the models that ship; empty."""
    folder = tmp_path / "starters"
    folder.mkdir()
    monkeypatch.setattr(starter, "_FOLDER", folder)
    return folder


def ship(folder: Path, content: bytes) -> None:
    (folder / "contracts.npz").write_bytes(content)
    (folder / "contracts.sha256").write_text(hashlib.sha256(content).hexdigest())


@pytest.fixture
def run(
    tmp_path: Path, starters: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLAUSEWATCH_READER", "none")  # the encoder's is none of the bundled one
    monkeypatch.setattr(search_app.compose, "load_encoder", lambda *_, **_named: HashingEncoder())
    return in_process(monkeypatch, capsys)


@pytest.fixture
def cuad(tmp_path: Path) -> tuple[Path, Path]:
    """Three contracts and what experts marked in them: the folder and the spans."""
    for name, text in {"a": FIRST, "b": SECOND, "c": THIRD}.items():
        write(tmp_path, f"contracts/{name}.txt", text)
    lines = [
        span("a.txt", LAW, 0, len(FIRST) - 1),
        span("b.txt", AUDIT, 0, len(SECOND) - 1),
        span("c.txt", CAP, 0, len(THIRD) - 1),
        span("a.txt", "Parties", 0, 4),
    ]
    return tmp_path / "contracts", write(tmp_path, "spans.jsonl", "\n".join(lines))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The invented contracts as a CSV: enough of two labels, too little of a third."""
    rows = [("text", "label", "document", "section")]
    rows += [
        (each.passage.text, ";".join(sorted(each.labels)), document.name, each.passage.section)
        for document in corpus().documents
        for each in document.passages
    ]
    return write(tmp_path, "rows.csv", csv_of(rows))


def versions(run: Run) -> list[Any]:
    status, output, _ = run("models", "list", "--json")
    assert status == 0
    return json.loads(output)


def test_evaluate_prints_every_figure_by_its_name(run: Run, starters: Path, cuad: tuple[Path, Path]) -> None:
    ship(starters, learned())
    contracts, spans = cuad
    status, output, _ = run("evaluate", "classifier", "--contracts", contracts, "--spans", spans, "--json")
    assert status == 0
    found = json.loads(output)
    assert set(found) >= NAMES
    assert all(isinstance(found[name], int | float) for name in NAMES - {"intervals", "per_label"})
    assert (found["model"], found["chunks"], found["documents"], found["labels"]) == (
        version_of(learned()), 3, 3, 36,
    )  # fmt: skip
    # The starter knows two labels of three; of the cap it has the rules' word, which do not speak.
    assert found["precision_at_threshold"] == 1.0
    assert found["recall_at_threshold"] == 2 / 3
    assert found["per_label"][LAW]["average_precision"] == 1.0
    assert found["per_label"][LAW]["rule_recall"] == 1.0
    assert found["per_label"][CAP]["average_precision"] == 1.0
    assert found["per_label"][CAP]["recall"] == 0.0
    assert set(found["intervals"]) == {"macro_ap", "p_at_80r", "precision_at_threshold"}
    assert found["left_to_rules"] == 34


def test_evaluate_in_words_shows_the_same(run: Run, starters: Path, cuad: tuple[Path, Path]) -> None:
    ship(starters, learned())
    contracts, spans = cuad
    arguments = ("--contracts", contracts, "--spans", spans, "--bootstrap", 0)
    status, output, _ = run("evaluate", "classifier", *arguments)
    assert status == 0
    lines = output.splitlines()
    assert lines[0] == f"{version_of(learned())}: 3 passages of 3 documents"
    assert "precision_at_threshold                   1.000" in lines
    assert any(line.startswith(LAW) and "1.000" in line for line in lines)


def needing(reader: str) -> bytes:
    """The file of a classifier that needs readings."""
    content = learned_with_reader()
    return with_header(content, card=header_of(content)["card"] | {"reader": reader})


def test_a_model_that_needs_readings_gets_them_as_the_records_keep_them(
    run: Run, tmp_path: Path, cuad: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "reading.npz"
    model.write_bytes(needing("1"))
    seen: list[Passage] = []
    scores = LearnedClassifier.scores

    def remembered(self: LearnedClassifier, passages: Sequence[Passage]) -> Any:
        seen.extend(passages)
        return scores(self, passages)

    monkeypatch.setattr(LearnedClassifier, "scores", remembered)
    contracts, spans = cuad
    arguments = ("--contracts", contracts, "--spans", spans, "--model", model, "--json")
    assert run("evaluate", "classifier", *arguments)[0] == 0
    assert [each.readings is not None and each.readings.shape for each in seen] == [(2,), (2,), (2,)]


def test_a_model_that_needs_another_reader_is_refused(
    run: Run, tmp_path: Path, cuad: tuple[Path, Path]
) -> None:
    model = tmp_path / "reading.npz"
    model.write_bytes(needing("another"))
    contracts, spans = cuad
    arguments = ("--contracts", contracts, "--spans", spans, "--model", model)
    status, _, errors = run("evaluate", "classifier", *arguments)
    assert status == 1
    assert "needs the reader another, which the encoder hashing-1 does not have" in errors


def test_without_a_classifier_evaluate_says_how_to_name_one(run: Run, cuad: tuple[Path, Path]) -> None:
    contracts, spans = cuad
    arguments = ("evaluate", "classifier", "--contracts", contracts, "--spans", spans)
    status, _, errors = run(*arguments)
    assert status == 1
    assert "name a file with --model" in errors
    status, _, errors = run(*arguments, "--model", "gone.npz")
    assert status == 1
    assert "There is no model version 'gone.npz'" in errors


def test_a_file_that_is_no_classifier_is_refused_by_name_and_hash(run: Run, cuad: tuple[Path, Path]) -> None:
    contracts, spans = cuad
    arguments = ("evaluate", "classifier", "--contracts", contracts, "--spans", spans)
    status, _, errors = run(*arguments, "--model", spans)
    assert status == 1
    assert f"spans.jsonl (SHA-256 {hashlib.sha256(spans.read_bytes()).hexdigest()}) cannot be used" in errors


def test_what_is_trained_can_be_evaluated_from_its_file_and_by_its_version(
    run: Run, table: Path, cuad: tuple[Path, Path], tmp_path: Path
) -> None:
    contracts, spans = cuad
    model = tmp_path / "model.npz"
    status, _, errors = run("train", "classifier", "--data", table, "--output", model)
    assert status == 0, errors
    assert versions(run) == []
    status, output, _ = run("train", "classifier", "--data", table, "--json")
    assert status == 0
    summary = json.loads(output)
    # The same data and seed give the same file.
    assert summary["version"] == summary["file"] == version_of(model.read_bytes())
    [kept] = versions(run)
    assert (kept["version"], kept["origin"], kept["labels_now"]) == (summary["version"], "trained", False)
    for named in (model, summary["version"], summary["version"][-12:]):
        arguments = ("--contracts", contracts, "--spans", spans, "--model", named, "--json")
        status, output, _ = run("evaluate", "classifier", *arguments)
        assert status == 0
        assert json.loads(output)["model"] == summary["version"]
        assert json.loads(output)["macro_ap"] == 1.0


def test_train_does_what_it_was_told_and_prints_a_table_of_the_labels(run: Run, table: Path) -> None:
    options = ("--seed", 7, "--precision", 0.9, "--name", "Ours")
    status, output, _ = run("train", "classifier", "--data", table, *options)
    assert status == 0
    [made] = versions(run)
    assert (made["data"], made["precision"], made["labels"], made["left_to_rules"]) == ("Ours", 0.9, 2, 34)
    [line] = [line for line in output.splitlines() if line.startswith(LAW)]
    assert line.split()[:3] == ["Governing", "Law", "40"]
    assert line.split()[5:9] == ["40", "of", "40", "1.00"]
    assert f"{CAP}: left to its keyword rules. 7 examples, 20 are needed." in output
    assert f"{made['version']}, from {PASSAGES} passages of 40 documents: {made['version']}" in output


@pytest.mark.parametrize("as_json", [False, True])
def test_bad_data_stops_the_training_with_a_list_unless_the_rest_is_asked_for(
    run: Run, table: Path, tmp_path: Path, as_json: bool
) -> None:
    bad = write(
        tmp_path, "bad.csv", csv_of([("text", "label"), ("four", "Weather"), ("five", CAP), ("six", "")])
    )
    arguments = ("--data", table, "--data", bad, *(["--json"] if as_json else []))
    status, output, errors = run("train", "classifier", *arguments)
    assert status == 1
    assert "Cannot be used, 1:" in errors
    assert "  bad.csv, line 2: 'Weather' is no label of the pack 'contracts'" in errors
    assert "--skip-bad" in errors
    assert versions(run) == []
    if as_json:
        assert [each["place"] for each in json.loads(output)["problems"]] == ["line 2"]
    status, output, errors = run("train", "classifier", *arguments, "--skip-bad")
    assert status == 0
    assert "  bad.csv, line 2: 'Weather' is no label of the pack 'contracts'" in errors
    [made] = versions(run)
    assert made["data"] == "rows.csv, bad.csv, 42 documents"
    if as_json:
        summary = json.loads(output)
        assert (summary["passages"], summary["documents"]) == (PASSAGES + 2, 42)
        assert summary["left_to_rules"][CAP] == "8 examples, 20 are needed."
        assert [each["place"] for each in summary["problems"]] == ["line 2"]
    else:
        assert f"from {PASSAGES + 2} passages of 42 documents" in output


def test_bad_spans_are_listed_and_the_rest_is_measured(
    run: Run, starters: Path, cuad: tuple[Path, Path]
) -> None:
    ship(starters, learned())
    contracts, spans = cuad
    spans.write_text(spans.read_text() + "\n" + span("a.txt", LAW, 0, 400))
    arguments = ("--contracts", contracts, "--spans", spans, "--json")
    status, output, errors = run("evaluate", "classifier", *arguments)
    assert status == 0
    assert "spans.jsonl, line 5: Governing Law: characters 0 to 400 lie outside the text" in errors
    assert json.loads(output)["documents"] == 3


def test_one_class_only_stops_a_training_and_nothing_is_left_of_it(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "one.csv", csv_of([("text", "label"), ("one", LAW), ("two", LAW)]))
    status, _, errors = run("train", "classifier", "--data", data)
    assert status == 1
    assert "Governing Law: one class only: each of the 2 passages looked at carries it" in errors
    status, _, errors = run("train", "classifier", "--data", data, "--skip-bad")
    assert status == 1
    assert "there is nothing to learn" in errors
    assert versions(run) == []


def test_too_little_to_learn_from_stops_a_training_and_says_how_much_is_needed(
    run: Run, tmp_path: Path
) -> None:
    few = [("text", "label"), ("one", LAW), ("two", CAP), ("three", "")]
    output = tmp_path / "model.npz"
    arguments = ("--data", write(tmp_path, "few.csv", csv_of(few)), "--output", output)
    status, _, errors = run("train", "classifier", *arguments)
    assert status == 1
    assert "No label has 20 examples in 5 documents" in errors
    assert not output.exists()


def test_where_lightgbm_cannot_be_loaded_the_rules_label_and_doctor_says_what_to_install(
    run: Run, starters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(starters, learned())
    imported = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "lightgbm":
            raise OSError("libgomp.so.1: cannot open shared object file")
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("models.encoder.load_encoder", lambda *_, **_named: HashingEncoder())
    [found] = classifier_status(search_app.compose.compose(load_settings()))
    assert found.version == ""
    assert "LightGBM cannot be loaded (libgomp.so.1: cannot open shared object file)." in found.trouble
    assert found.words().endswith(" Instead, the keyword rules label.")
    assert found.remedy.startswith("Install the OpenMP library that it needs: “apt-get install libgomp1”")
    status, output, _ = run("doctor")
    assert status == 1
    lines = output.splitlines()
    [place] = [number for number, line in enumerate(lines) if line.startswith("classifier needs attention")]
    assert "LightGBM cannot be loaded" in lines[place]
    assert "apt-get install libgomp1" in lines[place + 1]


def test_without_data_train_says_what_to_name(run: Run, tmp_path: Path) -> None:
    status, _, errors = run("train", "classifier")
    assert status == 2
    assert "Name marked passages with --data FILE. Decisions of people are not collected" in errors
    status, _, errors = run("train", "classifier", "--contracts", tmp_path)
    assert status == 2
    assert "--contracts only holds the texts" in errors


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--precision", "1"), "1.0 is not in the range 0<x<1"),
        (("--seed", "-1"), "-1 is not in the range x>=0"),
        (("--data", "gone.csv"), "'gone.csv' does not exist"),
        (("--contracts", "gone"), "'gone' does not exist"),
    ],
)
def test_wrong_use_exits_with_2(run: Run, options: tuple[str, str], message: str) -> None:
    status, _, errors = run("train", "classifier", *options)
    assert status == 2
    assert message in errors
