"""Fixtures that every test may use."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from indexer.extract.tika import TikaServer
from tests import tika_server
from tests.opensearch.backend import allow_purging
from tests.opensearch.server import NoServerError, running
from tests.postgres import PostgresServer, given_server, new_database, running_server

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


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server that a test may restart; the test skips where none is installed."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> URL:
    """The PostgreSQL server for tests: the one that DATABASE_URL names, else our own."""
    given = given_server()
    if given is not None:
        return given
    own: PostgresServer = request.getfixturevalue("own_postgres")
    return own.url


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of empty records; the test runs once on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'records.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def opensearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an OpenSearch server: the one that OPENSEARCH_URL names, else one for this run."""
    if named := os.environ.get("OPENSEARCH_URL"):
        yield named
        return
    try:
        with running(tmp_path_factory.mktemp("opensearch")) as url:
            allow_purging(url)
            yield url
    except NoServerError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def own_tika(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tika_server.TikaProcess]:
    """A Tika server that a test may kill and start again; the test skips where none can be had."""
    with tika_server.running(tmp_path_factory.mktemp("tika")) as server:
        yield server


@pytest.fixture(scope="session")
def tika(request: pytest.FixtureRequest) -> TikaServer:
    """The Tika server for tests: the one that TIKA_SERVER_ENDPOINT names, else our own."""
    named = os.environ.get("TIKA_SERVER_ENDPOINT")
    return TikaServer(named or request.getfixturevalue("own_tika").url)


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
