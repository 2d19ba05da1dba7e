"""The office as a fixture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexer.ingest.office import Office, make_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An empty office."""
    made = make_office(tmp_path)
    yield made
    made.engine.dispose()
