"""A trail on each database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from indexer.records.database import open_records
from tests.indexer.export.trail import LEASE, LOAN, Trail, add_document


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    """Empty records."""
    opened = open_records(records_url)
    yield opened
    opened.dispose()


@pytest.fixture
def trail(engine: Engine) -> Trail:
    """Two documents in two collections, and nothing searched yet."""
    add_document(engine, LEASE, ["The liability of the tenant is capped.", "Rent is due in May."])
    add_document(engine, LOAN, ["Liability of the lender."], collection="loans", day=40)
    return Trail(engine)
