"""clausewatch train reader, and a classifier that learns from what it read; with the real encoder."""

from collections.abc import Callable
from pathlib import Path

import pytest

import search_app.compose
from models.classifier.file import read_classifier
from models.reader.file import read_reader
from tests.fakes import HashingEncoder
from tests.indexer.training.files import csv_of, write
from tests.models.classifier.corpus import AUDIT, LAW, corpus
from tests.search_app.commands import in_process

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path,
    encoder_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLAUSEWATCH_ENCODER_CACHE", str(encoder_cache))
    return in_process(monkeypatch, capsys)


def marked(folder: Path) -> Path:
    rows = [
        (each.passage.text, label, document.name)
        for document in corpus(24).documents
        for each in document.passages
        for label in (*each.labels, "" if not each.labels else None)
        if label is not None
    ]
    return write(folder, "marked.csv", csv_of([("text", "label", "document"), *rows]))


def test_a_reader_is_trained_and_a_classifier_learns_from_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, output, model = marked(tmp_path), tmp_path / "ours.safetensors", tmp_path / "ours.npz"
    status, said, errors = run("train", "reader", "--data", data, "--output", output, "--epochs", 2)
    assert status == 0, errors
    assert f"Set CLAUSEWATCH_READER={output} to use it" in said
    reader = read_reader(output)
    assert (reader.card.epochs, reader.card.documents) == (2, 24)
    assert {LAW, AUDIT} <= set(reader.card.labels)

    monkeypatch.setenv("CLAUSEWATCH_READER", str(output))
    monkeypatch.setattr(search_app.compose, "load_encoder", lambda *_, **_named: HashingEncoder())
    status, _, errors = run("train", "classifier", "--data", data, "--output", model)
    assert status == 0, errors
    assert read_classifier(model.read_bytes(), "ours").card.reader == reader.version
    status, _, errors = run("train", "classifier", "--data", data, "--output", model, "--without-reader")
    assert status == 0, errors
    assert read_classifier(model.read_bytes(), "ours").card.reader == ""


def test_what_cannot_be_used_is_listed_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path, "bad.csv", csv_of([("text", "label"), ("one", "Goverming Law")]))
    output = tmp_path / "ours.safetensors"
    status, said, errors = run("train", "reader", "--data", data, "--output", output)
    assert status == 1
    assert "Governing Law" in said + errors
    assert not output.exists()


def test_a_reader_that_is_not_there_or_is_none_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = marked(tmp_path)
    monkeypatch.setenv("CLAUSEWATCH_READER", str(tmp_path / "gone.safetensors"))
    status, _, errors = run("train", "classifier", "--data", data)
    assert status == 1
    assert "gone.safetensors': there is no such file" in errors
    monkeypatch.setenv("CLAUSEWATCH_READER", str(data))
    status, _, errors = run("train", "classifier", "--data", data)
    assert status == 1
    assert "marked.csv is no reader that can be used" in errors
    assert "CLAUSEWATCH_READER=none" in errors
