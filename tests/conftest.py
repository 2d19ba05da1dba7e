"""Fixtures that every test may use."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents; the test skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real documents are not at {SHARED_DATA}")
    return SHARED_DATA
