"""An office with two contracts that were taken in, for whatever happens to documents afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexer.ingest.office import LEASE, NDA, Office, make_office


@pytest.fixture
def office(tmp_path: Path, records_url: str) -> Iterator[Office]:
    made = make_office(tmp_path, url=records_url)
    made.write("nda.txt", NDA)
    made.write("lease.txt", LEASE)
    made.run()
    yield made
    made.engine.dispose()
