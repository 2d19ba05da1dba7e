"""A registry with some history, and a real MLflow beside it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer.blobs import BlobStore
from indexer.mirror import Access, Mirror, MlflowStore
from indexer.records.database import open_records
from indexer.registry import Origin, Registry
from tests.classifiers import WordModels, model_bytes

pytest.importorskip("mlflow", reason="MLflow is an extra: make install")
from mlflow import MlflowClient

LAW = {"Governing Law": {"word": "delaware", "probability": 0.9}}
FIRST, SECOND = (model_bytes(LAW, high=high) for high in (0.7, 0.75))
PERSON = "annabel.smith"


def silent(_done: int, _total: int, _detail: str) -> None:
    pass


@dataclass
class Lab:
    """Records with a registry, an MLflow in a folder, and what tells the one of the other."""

    folder: Path
    registry: Registry
    mirror: Mirror
    client: MlflowClient

    def again(self) -> Mirror:
        """Returns what another process would tell with."""
        return mirror_of(self.registry, self.folder)

    def promoted(self, content: bytes) -> str:
        version = self.registry.register(content, Origin.TRAINED, by=PERSON, reason="for Acme").version
        self.registry.promote(version, "for Acme", PERSON)
        return version


def access(folder: Path) -> Access:
    return Access(f"sqlite:///{folder / 'mlflow.db'}", folder / "artefacts")


def mirror_of(registry: Registry, folder: Path) -> Mirror:
    store = MlflowStore(access(folder / "mlflow"))
    return Mirror(registry._engine, folder, store, lambda name: f"c{len(name)}", "cw")


@pytest.fixture(scope="session")
def empty_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow whose tables are there: making them takes seconds."""
    folder = tmp_path_factory.mktemp("mlflow")
    MlflowClient(access(folder).uri).search_experiments()
    return folder


@pytest.fixture
def lab(tmp_path: Path, records_url: str, empty_mlflow: Path) -> Iterator[Lab]:
    shutil.copytree(empty_mlflow, tmp_path / "mlflow")
    engine = open_records(records_url)
    now = [datetime(2026, 1, 31, 9, tzinfo=UTC)]

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    registry = Registry(engine, BlobStore(tmp_path / "blobs"), WordModels(), clock)
    client = MlflowClient(access(tmp_path / "mlflow").uri)
    yield Lab(tmp_path, registry, mirror_of(registry, tmp_path), client)
    engine.dispose()
