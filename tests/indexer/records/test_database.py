"""Opening the records."""

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from indexer.errors import RecordsUnavailableError
from indexer.records.database import open_records, revisions, writing
from indexer.records.schema import metadata


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'records.sqlite'}"


def test_migrations_give_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    engine = open_records(url(tmp_path))
    with engine.connect() as connection:
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


def test_opening_twice_keeps_what_is_there(tmp_path: Path) -> None:
    with writing(open_records(url(tmp_path))) as connection:
        connection.execute(text("INSERT INTO collections VALUES ('contracts', 'contracts', 'now')"))
    with open_records(url(tmp_path)).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM collections")).scalar() == 1


def _open(address: str) -> list[str]:
    return inspect(open_records(address)).get_table_names()


def test_processes_that_open_new_records_at_once_all_find_the_tables(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(_open, [url(tmp_path)] * 4)
    assert [("chunks" in tables, "alembic_version" in tables) for tables in found] == [(True, True)] * 4


def test_records_of_a_newer_version_are_refused_with_that_reason(tmp_path: Path) -> None:
    with writing(open_records(url(tmp_path))) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsUnavailableError, match="made by a newer version of Clausewatch"):
        open_records(url(tmp_path))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite").write_text("This is a letter, not a database. " * 50)
    with pytest.raises(RecordsUnavailableError, match="cannot be opened"):
        open_records(url(tmp_path))


@pytest.mark.parametrize("wrong", ["", "no url", "nosuchdatabase://host/name"])
def test_a_wrong_url_is_refused(wrong: str) -> None:
    with pytest.raises(RecordsUnavailableError, match="cannot be opened"):
        open_records(wrong)


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    engine = open_records(url(tmp_path))

    def fail_after_an_insert() -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO collections VALUES ('contracts', 'contracts', 'now')"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail_after_an_insert()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM collections")).scalar() == 0
