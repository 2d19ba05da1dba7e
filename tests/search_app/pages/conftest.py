"""The house as a fixture: filled once, copied for every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from tests.postgres import new_database
from tests.search_app.pages.house import House, fill, open_house


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documents ingested."""
    root = tmp_path_factory.mktemp("house")
    fill(root)
    return root


@pytest.fixture(scope="session")
def filled_postgres(
    postgres_server: URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """The same with its records in a PostgreSQL database; the folder and the database's name."""
    root = tmp_path_factory.mktemp("house")
    with new_database(postgres_server) as url:
        fill(root, url)
        yield root, str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The pages over the ingested documents, once on each database; a test may change everything."""
    if request.param == "sqlite":
        filled: Path = request.getfixturevalue("filled")
        shutil.copytree(filled / "home", tmp_path / "home")
        with open_house(tmp_path) as opened:
            yield opened
        return
    root, name = request.getfixturevalue("filled_postgres")
    shutil.copytree(root / "home", tmp_path / "home")
    with (
        new_database(request.getfixturevalue("postgres_server"), f'TEMPLATE "{name}"') as url,
        open_house(tmp_path, url) as opened,
    ):
        yield opened


@pytest.fixture
def empty_house(tmp_path: Path, records_url: str) -> Iterator[House]:
    """The pages of a first start: no document, no index."""
    with open_house(tmp_path, records_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def filled_with_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documents ingested, labelled by the module's MODEL."""
    root = tmp_path_factory.mktemp("learned")
    fill(root, starter=request.module.MODEL)
    return root


@pytest.fixture
def learned(request: pytest.FixtureRequest, filled_with_model: Path, tmp_path: Path) -> Iterator[House]:
    """The pages over documents that the module's MODEL labelled; a test may change everything."""
    shutil.copytree(filled_with_model / "home", tmp_path / "home")
    with open_house(tmp_path, starter=request.module.MODEL) as opened:
        yield opened
