"""A reader that is trained once for all tests, on a few invented contracts."""

from pathlib import Path

import pytest

from models.encoder.export import exported
from models.encoder.source import NO_READER, locate
from models.encoder.weights import fingerprint
from models.reader.file import Reader, read_reader
from models.reader.train import Request, train_reader
from tests.models.classifier.corpus import corpus

DATA = corpus(16)


@pytest.fixture(scope="session")
def request_for(encoder_cache: Path) -> Request:
    """What asks for a reader of the bundled encoder."""
    source = locate("", NO_READER)
    folder = exported(source, encoder_cache)
    weights = fingerprint(source, encoder_cache)
    return Request("contracts", "invented", source, weights, folder, seed=1, epochs=16)


@pytest.fixture(scope="session")
def reader_file(request_for: Request, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reader") / "invented.safetensors"
    path.write_bytes(train_reader(DATA, request_for, lambda *_: None))
    return path


@pytest.fixture(scope="session")
def reader(reader_file: Path) -> Reader:
    return read_reader(reader_file)
