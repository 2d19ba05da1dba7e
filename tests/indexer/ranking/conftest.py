"""Records with two documents, on each database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from indexer.records.database import open_records
from tests.indexer.export.trail import Trail


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    """Empty records."""
    opened = open_records(records_url)
    yield opened
    opened.dispose()


@pytest.fixture
def trail(engine: Engine) -> Trail:
    """Nothing searched yet."""
    return Trail(engine)
