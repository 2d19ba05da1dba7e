from pathlib import Path

import pytest

from models.encoder.bundled import bundled_folder
from models.encoder.export import exported
from models.encoder.onnx import OnnxEncoder
from models.encoder.source import locate


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One export for all tests; it takes about a minute."""
    return tmp_path_factory.mktemp("encoders")


@pytest.fixture(scope="session")
def encoder(cache: Path) -> OnnxEncoder:
    return OnnxEncoder(exported(locate(""), cache))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The bundled model's small files, in a folder that a test may spoil, with weights of three bytes."""
    source, target = bundled_folder(), tmp_path / "My Model"
    for file in source.rglob("*.json"):
        path = target / file.relative_to(source)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.read_bytes())
    (target / "model.safetensors").write_bytes(b"abc")
    return target
