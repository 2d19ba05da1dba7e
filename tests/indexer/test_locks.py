"""One writer and one scheduler at a time, on each database; a process that dies leaves nothing behind."""

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from indexer.errors import RecordsUnavailableError, WriterBusyError
from indexer.ingest import Ingest
from indexer.jobs import Jobs
from indexer.locks import WORKER, WRITER, Lock, held, holder
from indexer.records.database import open_records
from tests.indexer.ingest.office import make_office
from tests.postgres import PostgresServer, new_database


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    engine = open_records(records_url)
    yield engine
    engine.dispose()


@pytest.fixture
def restartable(own_postgres: PostgresServer) -> Iterator[Engine]:
    """Records on a server that the test may restart."""
    with new_database(own_postgres.url) as url:
        engine = open_records(url)
        yield engine
        engine.dispose()


def test_the_lock_says_who_holds_it_and_is_free_afterwards(engine: Engine, tmp_path: Path) -> None:
    assert holder(engine, tmp_path, WRITER) is None
    with held(engine, tmp_path, WRITER, "ingest") as lock:
        lock.confirm()
        found = holder(engine, tmp_path, WRITER)
        assert found is not None
        assert (found.process, found.purpose) == (os.getpid(), "ingest")
        assert holder(engine, tmp_path, WORKER) is None
    assert holder(engine, tmp_path, WRITER) is None


def test_the_lock_is_free_after_a_failure_inside(engine: Engine, tmp_path: Path) -> None:
    def fail() -> None:
        with held(engine, tmp_path, WRITER, "ingest"):
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        fail()
    assert holder(engine, tmp_path, WRITER) is None


@pytest.mark.parametrize("name", [WRITER, WORKER])
def test_a_killed_holder_lets_another_process_take_over(
    engine: Engine, records_url: str, tmp_path: Path, name: str
) -> None:
    command = [sys.executable, "-m", "tests.indexer.holding", records_url, str(tmp_path), name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        expected = rf"process {other.pid}\b.* \(holding still\), since "
        with pytest.raises(WriterBusyError, match=expected), held(engine, tmp_path, name, "second"):
            pass
        other.kill()
        other.wait()
        with held(engine, tmp_path, name, "second", wait=60):
            found = holder(engine, tmp_path, name)
    assert found is not None
    assert (found.process, found.purpose) == (os.getpid(), "second")


def test_on_postgresql_the_holder_is_named_with_its_machine(restartable: Engine, tmp_path: Path) -> None:
    with held(restartable, tmp_path, WORKER, "worker"):
        found = holder(restartable, tmp_path, WORKER)
    assert found is not None
    assert found.machine
    assert platform.node().startswith(found.machine)


def test_locks_of_two_databases_of_a_server_do_not_meet(own_postgres: PostgresServer, tmp_path: Path) -> None:
    with new_database(own_postgres.url) as first, new_database(own_postgres.url) as second:
        engines = open_records(first), open_records(second)
        with held(engines[0], tmp_path, WRITER, "one"), held(engines[1], tmp_path, WRITER, "two"):
            names = [found.purpose for each in engines if (found := holder(each, tmp_path, WRITER))]
        for engine in engines:
            engine.dispose()
    assert names == ["one", "two"]


def test_a_lock_that_was_lost_in_a_restart_is_taken_again(
    restartable: Engine, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with held(restartable, tmp_path, WRITER, "ingest") as lock:
        own_postgres.restart()
        assert holder(restartable, tmp_path, WRITER) is None
        lock.confirm()
        assert holder(restartable, tmp_path, WRITER) is not None
    assert holder(restartable, tmp_path, WRITER) is None


def test_who_lost_the_lock_to_another_is_told_so(
    restartable: Engine, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with held(restartable, tmp_path, WRITER, "ingest") as lock:
        own_postgres.restart()
        with (
            held(restartable, tmp_path, WRITER, "rebuild"),
            pytest.raises(WriterBusyError, match=r"\(rebuild\)"),
        ):
            lock.confirm()
        lock.confirm()


def test_a_lock_cannot_be_confirmed_while_the_server_is_down(
    restartable: Engine, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with held(restartable, tmp_path, WRITER, "ingest") as lock:
        own_postgres.stop()
        try:
            for _ in range(2):
                with pytest.raises(RecordsUnavailableError, match="cannot be reached"):
                    lock.confirm()
        finally:
            own_postgres.start()
        lock.confirm()


def test_a_worker_that_lost_its_place_to_another_ends(
    own_postgres: PostgresServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with new_database(own_postgres.url) as url, ExitStack() as locks:
        office = make_office(tmp_path, url=url)
        first = _worker_lock(locks, office.ingest)
        stop = threading.Event()
        jobs = Jobs(office.ingest, stop, first)
        jobs.heartbeat()
        assert not stop.is_set()
        own_postgres.restart()
        _worker_lock(locks, office.ingest)
        jobs.heartbeat()
        locks.close()
        office.engine.dispose()
    assert stop.is_set()
    assert "This worker ends" in caplog.text


def _worker_lock(locks: ExitStack, ingest: Ingest) -> Lock:
    return locks.enter_context(held(ingest.engine, ingest.home, WORKER, "worker"))
