"""The house as a fixture: filled once, copied for every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search_app.pages.house import House, fill, open_house


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documents ingested."""
    root = tmp_path_factory.mktemp("house")
    fill(root)
    return root


@pytest.fixture
def house(filled: Path, tmp_path: Path) -> Iterator[House]:
    """The pages over the ingested documents; a test may change everything."""
    shutil.copytree(filled / "home", tmp_path / "home")
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """The pages of a first start: no document, no index."""
    with open_house(tmp_path) as opened:
        yield opened
