"""Opening the records."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, text

from indexer.errors import RecordsUnavailableError
from indexer.records.database import open_records, revisions, writing
from indexer.records.read import collection_names
from indexer.records.schema import metadata

Open = Callable[[], Engine]


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'records.sqlite'}"


@pytest.fixture
def opened(records_url: str) -> Iterator[Open]:
    """Opens the same records again and again, on each database."""
    engines: list[Engine] = []

    def open_once_more() -> Engine:
        engines.append(open_records(records_url))
        return engines[-1]

    yield open_once_more
    for engine in engines:
        engine.dispose()


def test_migrations_give_exactly_the_tables_of_the_schema(opened: Open) -> None:
    with opened().connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_revisions_are_numbered_without_a_gap() -> None:
    assert list(revisions()) == [f"{number:04}" for number in range(1, len(revisions()) + 1)]


def test_sqlite_is_opened_in_wal_with_foreign_keys_and_patience(tmp_path: Path) -> None:
    with open_records(url(tmp_path)).connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30000, "synchronous": 1}


def test_opening_twice_keeps_what_is_there(opened: Open) -> None:
    with writing(opened()) as connection:
        connection.execute(text("INSERT INTO collections VALUES ('contracts', 'contracts', 'now')"))
    with opened().connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM collections")).scalar() == 1


def _open(address: str) -> list[str]:
    engine = open_records(address)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_processes_that_open_new_records_at_once_all_find_the_tables(records_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(_open, [records_url] * 4)
    assert [("chunks" in tables, "alembic_version" in tables) for tables in found] == [(True, True)] * 4


def test_records_of_a_newer_version_are_refused_with_that_reason(opened: Open) -> None:
    with writing(opened()) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsUnavailableError, match="made by a newer version of Clausewatch"):
        opened()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite").write_text("This is a letter, not a database. " * 50)
    with pytest.raises(RecordsUnavailableError, match="cannot be opened"):
        open_records(url(tmp_path))


@pytest.mark.parametrize(
    "wrong",
    ["", "no url", "nosuchdatabase://host/name", "mysql://host/name", "postgresql+asyncpg://host/name"],
)
def test_a_wrong_url_is_refused(wrong: str) -> None:
    with pytest.raises(RecordsUnavailableError, match="cannot be opened"):
        open_records(wrong)


def test_a_transaction_that_fails_leaves_nothing(opened: Open) -> None:
    engine = opened()

    def fail_after_an_insert() -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO collections VALUES ('contracts', 'contracts', 'now')"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail_after_an_insert()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM collections")).scalar() == 0


def test_texts_are_ordered_by_their_bytes_whatever_the_database_prefers(opened: Open) -> None:
    names = ["a", "B", "é", "Z", "_", "a b", "ab", "中", "0", "-", "A"]
    engine = opened()
    with writing(engine) as connection:
        for name in names:
            row = {"name": name, "pack": "contracts", "created_at": "now"}
            connection.execute(insert(metadata.tables["collections"]), row)
    with engine.connect() as connection:
        assert collection_names(connection) == sorted(names, key=str.encode)


def test_a_reading_transaction_sees_one_moment(opened: Open) -> None:
    engine = opened()
    with engine.connect() as reading:
        assert collection_names(reading) == []
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO collections VALUES ('contracts', 'contracts', 'now')"))
        assert collection_names(reading) == []
    with engine.connect() as reading:
        assert collection_names(reading) == ["contracts"]
