"""The model that ships with the product."""

import hashlib
from pathlib import Path

import pytest

from models.classifier import starter
from models.classifier.starter import starter_bytes
from models.errors import ClassifierError


@pytest.fixture
def shipped(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of starters with one for contracts."""
    (tmp_path / "contracts.npz").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "contracts.sha256").write_text(f"{digest}  contracts.npz\n")
    monkeypatch.setattr(starter, "_FOLDER", tmp_path)
    return tmp_path


def test_the_starter_is_the_file_that_was_shipped(shipped: Path, content: bytes) -> None:
    assert starter_bytes("contracts") == content


def test_a_tampered_starter_is_refused_by_name_and_hash(shipped: Path, content: bytes) -> None:
    tampered = content[:-1] + b"x"
    (shipped / "contracts.npz").write_bytes(tampered)
    with pytest.raises(ClassifierError) as caught:
        starter_bytes("contracts")
    assert "contracts.npz" in str(caught.value)
    assert hashlib.sha256(tampered).hexdigest() in str(caught.value)
    assert "it is not the file that was shipped" in str(caught.value)


@pytest.mark.parametrize("name", ["weather", "../contracts", "/etc/passwd", ""])
def test_an_unknown_pack_has_none(shipped: Path, name: str) -> None:
    assert starter_bytes(name) is None


def test_a_starter_whose_hash_nobody_stated_is_refused(shipped: Path) -> None:
    (shipped / "contracts.sha256").unlink()
    with pytest.raises(ClassifierError, match="hash"):
        starter_bytes("contracts")
    (shipped / "contracts.sha256").write_text("")
    with pytest.raises(ClassifierError, match="hash"):
        starter_bytes("contracts")
