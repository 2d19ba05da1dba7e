"""The model that ships with the product."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.classifier import starter
from models.classifier.starter import starter_bytes, starter_classifier
from models.errors import ClassifierError


@pytest.fixture
def shipped(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of starters with one for contracts."""
    (tmp_path / "contracts.npz").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "contracts.sha256").write_text(f"{digest}  contracts.npz\n")
    monkeypatch.setattr(starter, "_FOLDER", tmp_path)
    starter_classifier.cache_clear()
    yield tmp_path
    starter_classifier.cache_clear()


def test_the_starter_is_the_file_that_was_shipped(shipped: Path, content: bytes) -> None:
    assert starter_bytes("contracts") == content
    found = starter_classifier("contracts")
    assert found is not None
    assert found.version == f"classifier:contracts:{hashlib.sha256(content).hexdigest()[:12]}"
    assert starter_classifier("contracts") is found


def test_a_tampered_starter_is_refused_by_name_and_hash(shipped: Path, content: bytes) -> None:
    tampered = content[:-1] + b"x"
    (shipped / "contracts.npz").write_bytes(tampered)
    for ask in (starter_bytes, starter_classifier):
        with pytest.raises(ClassifierError) as caught:
            ask("contracts")
        assert "contracts.npz" in str(caught.value)
        assert hashlib.sha256(tampered).hexdigest() in str(caught.value)
        assert "it is not the file that was shipped" in str(caught.value)


@pytest.mark.parametrize("name", ["weather", "../contracts", "/etc/passwd", ""])
def test_an_unknown_pack_has_none(shipped: Path, name: str) -> None:
    assert starter_bytes(name) is None
    assert starter_classifier(name) is None


def test_a_starter_whose_hash_nobody_stated_is_refused(shipped: Path) -> None:
    (shipped / "contracts.sha256").unlink()
    with pytest.raises(ClassifierError, match="hash"):
        starter_bytes("contracts")
    (shipped / "contracts.sha256").write_text("")
    with pytest.raises(ClassifierError, match="hash"):
        starter_bytes("contracts")
