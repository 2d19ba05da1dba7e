"""The model that ships with the product."""

import hashlib
from pathlib import Path

import pytest

from models.classifier import starter
from models.classifier.file import read_classifier
from models.classifier.starter import starter_files
from models.encoder.bundled import bundled_reader
from models.errors import ClassifierError
from models.reader.file import read_reader
from tests.models.classifier.corpus import READER, learned_with_reader


@pytest.fixture
def shipped(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of starters with one for contracts."""
    (tmp_path / "contracts.npz").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "contracts.sha256").write_text(f"{digest}  contracts.npz\n")
    monkeypatch.setattr(starter, "_FOLDER", tmp_path)
    return tmp_path


def test_the_starter_is_the_file_that_was_shipped(shipped: Path, content: bytes) -> None:
    assert list(starter_files("contracts")) == [content]


def test_a_tampered_starter_is_refused_by_name_and_hash(shipped: Path, content: bytes) -> None:
    tampered = content[:-1] + b"x"
    (shipped / "contracts.npz").write_bytes(tampered)
    with pytest.raises(ClassifierError) as caught:
        list(starter_files("contracts"))
    assert "contracts.npz" in str(caught.value)
    assert hashlib.sha256(tampered).hexdigest() in str(caught.value)
    assert "it is not the file that was shipped" in str(caught.value)


def test_where_the_better_starter_is_damaged_the_other_is_given_first(shipped: Path, content: bytes) -> None:
    (shipped / f"contracts-{READER}.npz").write_bytes(b"damaged")
    found = starter_files("contracts", READER)
    assert next(found) == content
    with pytest.raises(ClassifierError, match="not the file that was shipped"):
        next(found)


@pytest.mark.parametrize("name", ["weather", "../contracts", "/etc/passwd", ""])
def test_an_unknown_pack_has_none(shipped: Path, name: str) -> None:
    assert list(starter_files(name)) == []


def test_a_starter_whose_hash_nobody_stated_is_refused(shipped: Path) -> None:
    (shipped / "contracts.sha256").unlink()
    with pytest.raises(ClassifierError, match="hash"):
        list(starter_files("contracts"))
    (shipped / "contracts.sha256").write_text("")
    with pytest.raises(ClassifierError, match="hash"):
        list(starter_files("contracts"))


def test_where_there_are_readings_the_starter_that_was_trained_with_them_comes_last(
    shipped: Path, content: bytes
) -> None:
    better = learned_with_reader()
    (shipped / f"contracts-{READER}.npz").write_bytes(better)
    (shipped / f"contracts-{READER}.sha256").write_text(hashlib.sha256(better).hexdigest())
    assert list(starter_files("contracts", READER)) == [content, better]
    assert list(starter_files("contracts")) == [content]
    assert list(starter_files("contracts", "ba9876543210")) == [content]


def test_the_models_that_ship_are_whole_and_need_what_ships() -> None:
    shipped = bundled_reader()
    assert shipped is not None
    reader = read_reader(shipped)
    plain, best = starter_files("contracts", reader.version)
    assert read_classifier(best, "best").card.reader == reader.version
    assert read_classifier(plain, "plain").card.reader == ""
    assert set(read_classifier(best, "best").card.labels) <= set(reader.card.labels)
    assert shipped.stat().st_size + len(best) + len(plain) < 30e6
