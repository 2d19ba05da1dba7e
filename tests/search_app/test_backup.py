"""Back up while files are read, restore into an empty place, and get the same answers."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL, make_url

from indexer.records.database import open_records
from indexer.records.read import totals
from search_app.compose import compose
from search_app.query.parameters import request_from
from search_app.settings import load_settings
from search_app.wire import hit_object
from tests.opensearch.backend import prefix_of
from tests.postgres import PASSWORD, new_database, programs
from tests.search_app.commands import ROOT, SAMPLES, empty_home, run, start

pytestmark = pytest.mark.slow
QUERIES = (
    ("liability cap", {}),
    ('"the laws of"', {"mode": "keyword"}),
    ("who may end the lease early", {"mode": "semantic"}),
    ("laws of the state", {"labels": ("Governing Law",)}),
    ("", {}),
)
Hits = list[list[dict[str, Any]]]


def answers(home: Path, **variables: str) -> Hits:
    """Returns what a home answers to each query."""
    parts = compose(load_settings({"CLAUSEWATCH_HOME": str(home), **variables}))
    try:
        requests = [request_from(text, {"limit": 20, **more}, parts.packs) for text, more in QUERIES]
        found = [[hit_object(hit) for hit in parts.searcher.search(request).hits] for request in requests]
    finally:
        parts.engine.dispose()
    assert all(found)
    return found


def passages(found: Hits) -> list[set[str]]:
    """Returns which passages were found: their order may hang on the order in which files were read."""
    return [{hit["chunk"] for hit in hits} for hits in found]


def test_backup_during_an_ingest_is_a_home_that_the_ingest_can_complete(
    tmp_path: Path, encoder_cache: Path
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    with start(home, "ingest", str(SAMPLES), "--jobs", "1", "--json") as ingest:
        wait_for_documents(home)
        made = run(home, "backup", str(tmp_path / "backup"))
        assert made.returncode == 0, made.stderr
        assert ingest.wait(300) == 0
    other = empty_home(tmp_path / "other", encoder_cache)
    restored = run(other, "restore", str(tmp_path / "backup"))
    assert restored.returncode == 0, restored.stderr
    assert "Now run: clausewatch rebuild" in restored.stdout
    assert run(other, "rebuild").returncode == 0
    again = run(other, "ingest", str(SAMPLES), "--json")
    assert again.returncode == 0, again.stderr
    outcomes = json.loads(again.stdout)["outcomes"]
    assert outcomes["failed"] == 0
    assert outcomes["unchanged"] + outcomes["duplicate"] >= 1
    assert documents(other) == documents(home)
    assert passages(answers(other)) == passages(answers(home))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, encoder_cache: Path) -> Path:
    """A folder with a finished home, and its backup beside it."""
    folder = tmp_path_factory.mktemp("finished")
    home = empty_home(folder / "home", encoder_cache)
    assert run(home, "ingest", str(SAMPLES)).returncode == 0
    made = run(home, "backup", str(folder / "backup"))
    assert made.returncode == 0, made.stderr
    assert re.search(r"the records and \d+ stored files, \d+ MiB", made.stdout)
    return folder


def test_restored_home_gives_the_same_answers(finished: Path, tmp_path: Path, encoder_cache: Path) -> None:
    other = empty_home(tmp_path / "other", encoder_cache)
    assert run(other, "restore", str(finished / "backup")).returncode == 0
    assert run(other, "rebuild").returncode == 0
    assert answers(other) == answers(finished / "home")
    assert rows(other) == rows(finished / "home")


def test_restored_records_can_be_indexed_in_opensearch(
    finished: Path, tmp_path: Path, encoder_cache: Path, opensearch_url: str
) -> None:
    other = empty_home(tmp_path / "other", encoder_cache)
    cluster = {
        "CLAUSEWATCH_INDEX": "opensearch",
        "CLAUSEWATCH_OPENSEARCH_URL": opensearch_url,
        "CLAUSEWATCH_OPENSEARCH_ENGINE": "lucene",
        "CLAUSEWATCH_OPENSEARCH_PREFIX": prefix_of(other),
        "CLAUSEWATCH_OPENSEARCH_REPLICAS": "0",
    }
    assert run(other, "restore", str(finished / "backup")).returncode == 0
    done = run(other, "rebuild", **cluster)
    assert done.returncode == 0, done.stderr
    assert not (other / "index").exists()
    for ours, theirs in zip(answers(other, **cluster), answers(finished / "home"), strict=True):
        shared = {hit["chunk"] for hit in ours} & {hit["chunk"] for hit in theirs}
        assert len(shared) >= 0.95 * len(theirs)
        assert [hit["chunk"] for hit in ours][:3] == [hit["chunk"] for hit in theirs][:3]


def test_restore_refuses_a_home_that_holds_records(finished: Path) -> None:
    done = run(finished / "home", "restore", str(finished / "backup"))
    assert done.returncode == 1
    assert "is not empty" in done.stderr


def test_a_damaged_file_is_named_and_the_backup_says_so(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished / "home", tmp_path / "home", symlinks=True)
    damaged = next((tmp_path / "home" / "blobs").glob("*/*"))
    damaged.write_bytes(b"")
    done = run(tmp_path / "home", "backup", str(tmp_path / "backup"))
    assert done.returncode == 1
    assert f"{damaged} is damaged and was left out" in done.stderr


def test_records_in_postgresql_are_left_to_its_own_tools(tmp_path: Path) -> None:
    url = "postgresql+psycopg://ann:hunter2@db.example/risks"
    for command in ("backup", "restore"):
        done = run(tmp_path, command, str(tmp_path), CLAUSEWATCH_DATABASE_URL=url)
        assert done.returncode == 2
        assert "pg_dump and pg_restore" in done.stderr
        assert "hunter2" not in done.stderr + done.stdout


def test_postgresql_is_restored_from_a_dump_taken_during_an_ingest(
    tmp_path: Path, encoder_cache: Path, postgres_server: URL, postgres_url: str
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    first = {"CLAUSEWATCH_DATABASE_URL": postgres_url}
    with start(home, "ingest", str(SAMPLES), "--jobs", "1", "--json", **first) as ingest:
        wait_for_documents(home, postgres_url)
        pg(postgres_url, "pg_dump", "--format=custom", f"--file={tmp_path / 'records.dump'}")
        shutil.copytree(home / "blobs", tmp_path / "blobs", ignore=shutil.ignore_patterns("incoming-*"))
        assert ingest.wait(300) == 0
    other = empty_home(tmp_path / "other", encoder_cache)
    shutil.copytree(tmp_path / "blobs", other / "blobs")
    with new_database(postgres_server, "ENCODING 'UTF8' TEMPLATE template0") as restored:
        second = {"CLAUSEWATCH_DATABASE_URL": restored}
        pg(restored, "pg_restore", "--no-owner", "--exit-on-error", str(tmp_path / "records.dump"))
        assert run(other, "rebuild", **second).returncode == 0
        assert run(other, "ingest", str(SAMPLES), **second).returncode == 0
        assert documents(other, restored) == documents(home, postgres_url)
        assert passages(answers(other, **second)) == passages(answers(home, **first))


def pg(url: str, program: str, *arguments: str) -> None:
    """Runs a program of PostgreSQL on a database."""
    parsed = make_url(url)
    environment: Mapping[str, str] = os.environ | {
        "PGHOST": str(parsed.host),
        "PGPORT": str(parsed.port),
        "PGUSER": str(parsed.username),
        "PGPASSWORD": str(parsed.password or PASSWORD),
    }
    command = [str(programs() / program), f"--dbname={parsed.database}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


def wait_for_documents(home: Path, url: str = "") -> None:
    """Waits until an ingest has committed something, and is not yet done."""
    deadline = time.monotonic() + 120
    while not (url or (home / "records.sqlite").exists()) or documents(home, url) < 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def documents(home: Path, url: str = "") -> int:
    engine = open_records(url or f"sqlite:///{home / 'records.sqlite'}")
    with engine.connect() as connection:
        found = sum(each.documents for each in totals(connection).values())
    engine.dispose()
    return found


def rows(home: Path) -> dict[str, int]:
    """Returns how many rows each table of a home's records has."""
    engine = open_records(f"sqlite:///{home / 'records.sqlite'}")
    with engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
        found = {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in list(names)
        }
    engine.dispose()
    return found
