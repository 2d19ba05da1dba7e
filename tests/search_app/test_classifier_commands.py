"""clausewatch train classifier and evaluate classifier, with a classifier that knows words."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import search_app.compose
from models.classifier.dataset import TrainingSet
from search_app.cli import main
from tests.fakes import HashingEncoder, WordClassifier
from tests.indexer.training.files import csv_of, span, write

LAW, CAP, AUDIT = "Governing Law", "Cap On Liability", "Audit Rights"
FIRST = "This agreement is governed by the laws of Ohio.\n"
SECOND = "The Customer may audit the books.\n"
NAMES = {
    "chunks", "documents", "labels", "macro_ap", "micro_ap", "p_at_80r", "p_at_90r", "any_risk_ap",
    "precision_at_threshold", "recall_at_threshold", "abstained", "brier", "ece", "intervals", "per_label",
}  # fmt: skip

Run = Callable[..., tuple[int, str, str]]


class Trainer:
    """Stands in for the module that trains: keeps what it was given, returns a file of words."""

    def __init__(self, encoder: str = "") -> None:
        self.data: TrainingSet | None = None
        self.given: dict[str, Any] = {}
        self.encoder = encoder

    def train(self, data: TrainingSet, **given: Any) -> bytes:
        given.pop("report")(1, 1)
        self.data, self.given = data, given
        words: dict[str, dict[str, float]] = {}
        for document in data.documents:
            for each in document.passages:
                for label in each.labels:
                    words.setdefault(label, {each.passage.text: 0.9})
        return json.dumps({"words": words, "encoder": self.encoder}).encode()


def read_classifier(content: bytes, name: str) -> WordClassifier:
    version = f"classifier:contracts:{hashlib.sha256(content).hexdigest()[:12]}"
    return WordClassifier(**json.loads(content), version=version, left_to_rules={"Insurance": "3 examples."})


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    made = Trainer()
    for name, members in {
        "train": {"train": made.train},
        "file": {"read_classifier": read_classifier},
        "starter": {"starter_classifier": lambda _: WordClassifier({LAW: {"laws": 0.9}})},
    }.items():
        module = ModuleType(f"models.classifier.{name}")
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, f"models.classifier.{name}", module)
    return made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(search_app.compose, "load_encoder", lambda *_: HashingEncoder())

    def called(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["clausewatch", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    return called


@pytest.fixture
def cuad(tmp_path: Path) -> tuple[Path, Path]:
    """Two contracts and what experts marked in them: the folder and the spans."""
    write(tmp_path, "contracts/a.txt", FIRST)
    write(tmp_path, "contracts/b.txt", SECOND)
    lines = [span("a.txt", LAW, 0, 47), span("b.txt", AUDIT, 0, 33), span("a.txt", "Parties", 0, 4)]
    return tmp_path / "contracts", write(tmp_path, "spans.jsonl", "\n".join(lines))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [("text", "label"), ("one", LAW), ("two", CAP), ("three", "")]
    return write(tmp_path, "rows.csv", csv_of(rows))


def test_evaluate_prints_every_figure_by_its_name(
    run: Run, trainer: Trainer, cuad: tuple[Path, Path]
) -> None:
    contracts, spans = cuad
    status, output, _ = run("evaluate", "classifier", "--contracts", contracts, "--spans", spans, "--json")
    assert status == 0
    found = json.loads(output)
    assert set(found) >= NAMES
    assert all(isinstance(found[name], int | float) for name in NAMES - {"intervals", "per_label"})
    assert (found["chunks"], found["documents"], found["labels"]) == (2, 2, 36)
    # The starter knows one label of two; of the audit it has the rules' word, which do not speak.
    assert found["precision_at_threshold"] == 1.0
    assert found["recall_at_threshold"] == 0.5
    assert found["per_label"][LAW]["average_precision"] == 1.0
    assert found["per_label"][LAW]["rule_recall"] == 1.0
    assert set(found["intervals"]) == {"macro_ap", "p_at_80r", "precision_at_threshold"}
    assert found["left_to_rules"] == 35


def test_evaluate_in_words_shows_the_same(run: Run, trainer: Trainer, cuad: tuple[Path, Path]) -> None:
    contracts, spans = cuad
    arguments = ("--contracts", contracts, "--spans", spans, "--bootstrap", 0)
    status, output, _ = run("evaluate", "classifier", *arguments)
    assert status == 0
    lines = output.splitlines()
    assert lines[0] == "classifier:contracts:0123456789ab: 2 passages of 2 documents"
    assert "precision_at_threshold                   1.000" in lines
    assert any(line.startswith(LAW) and "1.000" in line for line in lines)


def test_a_model_that_needs_vectors_gets_them_as_the_records_keep_them(
    run: Run, trainer: Trainer, cuad: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    needy = WordClassifier({LAW: {"laws": 0.9}}, encoder="hashing-1")
    monkeypatch.setattr(sys.modules["models.classifier.starter"], "starter_classifier", lambda _: needy)
    contracts, spans = cuad
    assert run("evaluate", "classifier", "--contracts", contracts, "--spans", spans, "--json")[0] == 0
    vectors = [passage.vector for passages in needy.seen for passage in passages]
    assert [vector is not None and vector.shape for vector in vectors] == [(8,), (8,)]


def test_a_model_of_another_encoder_is_refused(
    run: Run, trainer: Trainer, cuad: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    needy = WordClassifier({LAW: {"laws": 0.9}}, encoder="another")
    monkeypatch.setattr(sys.modules["models.classifier.starter"], "starter_classifier", lambda _: needy)
    contracts, spans = cuad
    status, _, errors = run("evaluate", "classifier", "--contracts", contracts, "--spans", spans)
    assert status == 1
    assert "needs vectors of the encoder another, but the settings name hashing-1" in errors


def test_without_a_classifier_evaluate_says_how_to_name_one(
    run: Run, trainer: Trainer, cuad: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["models.classifier.starter"], "starter_classifier", lambda _: None)
    contracts, spans = cuad
    status, _, errors = run("evaluate", "classifier", "--contracts", contracts, "--spans", spans)
    assert status == 1
    assert "name a file with --model" in errors
    status, _, errors = run(
        "evaluate", "classifier", "--contracts", contracts, "--spans", spans, "--model", "gone.npz"
    )
    assert status == 1
    assert "gone.npz: neither a file nor the version" in errors


def test_what_is_trained_can_be_evaluated_from_its_file_and_by_its_version(
    run: Run, trainer: Trainer, cuad: tuple[Path, Path], tmp_path: Path
) -> None:
    contracts, spans = cuad
    data = ("--data", spans, "--contracts", contracts)
    model = tmp_path / "model.npz"
    status, _, errors = run("train", "classifier", *data, "--output", model)
    assert status == 0, errors
    assert not (tmp_path / "home" / "classifiers").exists()
    status, output, _ = run("train", "classifier", *data, "--json")
    assert status == 0
    summary = json.loads(output)
    assert Path(summary["file"]).read_bytes() == model.read_bytes()
    for named in (model, summary["version"]):
        arguments = ("--contracts", contracts, "--spans", spans, "--model", named, "--json")
        status, output, _ = run("evaluate", "classifier", *arguments)
        assert status == 0
        assert json.loads(output)["model"] == summary["version"]
        assert json.loads(output)["macro_ap"] == 1.0


def test_train_hands_on_what_it_was_told_and_gives_passages_vectors(
    run: Run, trainer: Trainer, table: Path
) -> None:
    options = ("--seed", 7, "--precision", 0.9, "--name", "Ours")
    assert run("train", "classifier", "--data", table, *options)[0] == 0
    assert trainer.given == {"pack": "contracts", "name": "Ours", "seed": 7, "precision": 0.9}
    assert trainer.data is not None
    assert all(
        each.passage.vector is not None for document in trainer.data.documents for each in document.passages
    )
    assert run("train", "classifier", "--data", table, "--no-vectors")[0] == 0
    assert trainer.given["name"] == "rows.csv, 3 documents"
    assert all(
        each.passage.vector is None for document in trainer.data.documents for each in document.passages
    )


def test_train_prints_a_table_of_the_labels(run: Run, trainer: Trainer, table: Path) -> None:
    _, output, _ = run("train", "classifier", "--data", table, "--no-vectors")
    [line] = [line for line in output.splitlines() if line.startswith(LAW)]
    assert line.split() == ["Governing", "Law", "20", "0.40", "0.80", "8", "of", "10", "0.50", "3"]
    assert "Insurance: left to its keyword rules. 3 examples." in output
    assert "from 50 passages of 5 documents: " in output


@pytest.mark.parametrize("as_json", [False, True])
def test_bad_data_stops_the_training_with_a_list_unless_the_rest_is_asked_for(
    run: Run, trainer: Trainer, table: Path, tmp_path: Path, as_json: bool
) -> None:
    bad = write(
        tmp_path, "bad.csv", csv_of([("text", "label"), ("four", "Weather"), ("five", CAP), ("six", "")])
    )
    arguments = ("--data", table, "--data", bad, "--no-vectors", *(["--json"] if as_json else []))
    status, output, errors = run("train", "classifier", *arguments)
    assert status == 1
    assert "Cannot be used, 1:" in errors
    assert "  bad.csv, line 2: 'Weather' is no label of the pack 'contracts'" in errors
    assert "--skip-bad" in errors
    assert trainer.data is None
    assert not (tmp_path / "home" / "classifiers").exists()
    if as_json:
        assert [each["place"] for each in json.loads(output)["problems"]] == ["line 2"]
    status, output, errors = run("train", "classifier", *arguments, "--skip-bad")
    assert status == 0
    assert "  bad.csv, line 2: 'Weather' is no label of the pack 'contracts'" in errors
    assert trainer.data is not None
    texts = [each.passage.text for document in trainer.data.documents for each in document.passages]
    assert texts == ["one", "two", "three", "five", "six"]
    if as_json:
        assert [each["place"] for each in json.loads(output)["problems"]] == ["line 2"]


def test_bad_spans_stop_an_evaluation_likewise(run: Run, trainer: Trainer, cuad: tuple[Path, Path]) -> None:
    contracts, spans = cuad
    spans.write_text(spans.read_text() + "\n" + span("a.txt", LAW, 0, 400))
    arguments = ("--contracts", contracts, "--spans", spans, "--json")
    status, _, errors = run("evaluate", "classifier", *arguments)
    assert status == 1
    assert "spans.jsonl, line 4: Governing Law: characters 0 to 400 lie outside the text" in errors
    status, output, _ = run("evaluate", "classifier", *arguments, "--skip-bad")
    assert status == 0
    assert json.loads(output)["documents"] == 2


def test_one_class_only_stops_a_training_and_nothing_is_left_of_it(
    run: Run, trainer: Trainer, tmp_path: Path
) -> None:
    data = write(tmp_path, "one.csv", csv_of([("text", "label"), ("one", LAW), ("two", LAW)]))
    status, _, errors = run("train", "classifier", "--data", data, "--no-vectors")
    assert status == 1
    assert "Governing Law: one class only: each of the 2 passages looked at carries it" in errors
    status, _, errors = run("train", "classifier", "--data", data, "--no-vectors", "--skip-bad")
    assert status == 1
    assert "there is nothing to learn" in errors


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
