"""Fixtures that every test may use."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NO_DATA = "the real documents are not at"
AS_ROOT = "root may read every file"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents; the test skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"{NO_DATA} {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def encoder_cache(pytestconfig: pytest.Config) -> Path:
    """A folder for exported encoders that outlives the run, since an export takes half a minute."""
    return Path(pytestconfig.cache.mkdir("encoder"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set, a test that skips because a part is missing fails: CI has all parts."""
    report = yield
    allowed = any(reason in str(report.longrepr) for reason in (NO_DATA, AS_ROOT))
    if report.skipped and os.environ.get("CI") and not allowed:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped, and in CI nothing may be missing: {report.longrepr}"
    return report
