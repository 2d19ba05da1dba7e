"""A real PostgreSQL server for tests: loopback only, a free port, its data in a temporary folder."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

PASSWORD = "correct horse:battery@staple/100%"
USER = "clausewatch"
_DEBIAN = Path("/usr/lib/postgresql")
_LIMIT_SECONDS = 60.0


def programs() -> Path:
    """The folder of initdb and postgres; the test skips where there is none."""
    pytest.importorskip("psycopg", reason="PostgreSQL needs its driver: make install")
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which("initdb")
    folders += [Path(found).resolve().parent] if found else []
    for folder in folders:
        if all((folder / name).is_file() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    pytest.skip("PostgreSQL is not installed: apt-get install postgresql")


class PostgresServer:
    """A server of our own; its texts sort as in a dictionary, which is not how SQLite sorts them."""

    def __init__(self, folder: Path) -> None:
        self._programs = programs()
        self._data = folder / "data"
        self._log = folder / "log.txt"
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            try:
                account = pwd.getpwnam(self._user)
            except KeyError:
                pytest.skip("there is no user postgres to run PostgreSQL as: apt-get install postgresql")
            os.chown(folder, account.pw_uid, account.pw_gid)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            "initdb", "--pgdata", str(self._data), "--username", USER, "--pwfile", str(secret),
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8",
            "--locale-provider", "icu", "--icu-locale", "en", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Starts, unless it runs, and waits until it answers."""
        if self._process is not None:
            return
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "100",
        }
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, user=self._user, cwd=self._data, start_new_session=True
            )
        deadline = time.monotonic() + _LIMIT_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends every session and the server, as a restart of the service does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_LIMIT_SECONDS)
            self._process = None

    def restart(self) -> None:
        """Stops and starts."""
        self.stop()
        self.start()

    @property
    def url(self) -> URL:
        """Where its first database is."""
        return URL.create("postgresql+psycopg", USER, PASSWORD, "127.0.0.1", self._port, "postgres")

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        return subprocess.run(command, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            capture_output=True, text=True, user=self._user, cwd="/", check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Starts a server, and ends it with all that is in it."""
    folder = Path(tempfile.mkdtemp(prefix="clausewatch-postgres-"))
    server = None
    try:
        server = PostgresServer(folder)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)


@contextmanager
def new_database(server: URL, create: str = "") -> Iterator[str]:
    """Makes an empty database for one test; ``create`` is appended to CREATE DATABASE."""
    name = f"clausewatch_test_{uuid.uuid4().hex[:12]}"
    _execute(server, f'CREATE DATABASE "{name}" {create}')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def given_server() -> URL | None:
    """The server that DATABASE_URL names, where it is set."""
    given = os.environ.get("DATABASE_URL", "")
    return make_url(given).set(drivername="postgresql+psycopg") if given.startswith("postgres") else None


def _execute(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
