"""The office as a fixture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexer.ingest.office import Office, make_office


@pytest.fixture
def office(tmp_path: Path, records_url: str) -> Iterator[Office]:
    """An empty office, once on each database."""
    made = make_office(tmp_path, url=records_url)
    yield made
    made.engine.dispose()
