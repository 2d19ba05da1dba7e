"""A backup is whole or refused: taken while others write, checked at the way back."""

import json
import sqlite3
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from indexer.backup import back_up, restore
from indexer.blobs import BlobStore
from indexer.errors import BackupError
from indexer.records import schema
from indexer.records.database import open_records, revisions, writing

NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)
CONTENTS = (b"The Supplier shall pay.", b"Each party may terminate.", b"")


class Home:
    """A home with records of two collections and three stored files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = folder / "records.sqlite"
        self.blobs = BlobStore(folder / "blobs")
        self.engine = open_records(f"sqlite:///{self.records}")
        self.add("contracts", "emails")
        self.digests = [self.blobs.put(content) for content in CONTENTS]

    def add(self, *names: str) -> None:
        rows = [
            {"name": name, "pack": "contracts", "created_at": "2026-01-31T09:00:00.000Z"} for name in names
        ]
        with writing(self.engine) as connection:
            connection.execute(insert(schema.collections), rows)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def backup(home: Home, tmp_path: Path) -> Path:
    back_up(home.records, home.blobs, tmp_path / "backup", NOW)
    return tmp_path / "backup"


def collections(records: Path) -> list[str]:
    engine = open_records(f"sqlite:///{records}")
    with engine.connect() as connection:
        return list(connection.scalars(select(schema.collections.c.name).order_by("name")))


def test_restored_home_holds_the_same_records_and_files(home: Home, backup: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "models").mkdir(parents=True)
    found = restore(backup, other / "records.sqlite", other)
    assert collections(other / "records.sqlite") == ["contracts", "emails"]
    stored = BlobStore(other / "blobs")
    assert [stored.path(digest).read_bytes() for digest in home.digests] == list(CONTENTS)
    assert (found.made_at, found.tables, found.files) == ("2026-01-31T09:00:00.000Z", revisions()[-1], 3)
    assert found.files_bytes == sum(len(content) for content in CONTENTS)


def test_backup_is_of_one_moment_while_others_write(home: Home, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            home.add(f"a{number}", f"b{number}")  # both in one transaction
            home.blobs.put(str(number).encode())
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(5):
            target = tmp_path / f"backup-{number}"
            made = back_up(home.records, home.blobs, target, NOW)
            assert made.damaged == ()
            found = collections(target / "records.sqlite")
            assert len([name for name in found if name[0] == "a"]) == len(
                [name for name in found if name[0] == "b"]
            )
            counts.append(len(found))
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_backup_is_one_file_that_a_read_only_medium_can_hold(backup: Path) -> None:
    assert sorted(path.name for path in backup.iterdir()) == ["backup.json", "blobs", "records.sqlite"]
    assert (backup / "records.sqlite").read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log


def test_backup_does_not_migrate_the_records(home: Home, tmp_path: Path) -> None:
    with sqlite3.connect(home.records) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    assert back_up(home.records, home.blobs, tmp_path / "backup", NOW).manifest.tables == "0000"


def test_a_stored_file_that_has_changed_is_named_and_left_out(home: Home, tmp_path: Path) -> None:
    damaged = home.blobs.path(home.digests[0])
    damaged.write_bytes(b"The Supplier shall not pay.")
    made = back_up(home.records, home.blobs, tmp_path / "backup", NOW)
    assert made.damaged == (home.digests[0],)
    assert made.manifest.files == 2
    assert not (tmp_path / "backup" / "blobs" / home.digests[0][:2] / home.digests[0]).exists()


def test_a_folder_that_holds_anything_is_not_written_to(home: Home, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "notes.txt").write_text("mine")
    with pytest.raises(BackupError, match="is not empty"):
        back_up(home.records, home.blobs, tmp_path / "backup", NOW)
    assert [path.name for path in (tmp_path / "backup").iterdir()] == ["notes.txt"]


def test_without_records_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There are no records"):
        back_up(tmp_path / "records.sqlite", BlobStore(tmp_path / "blobs"), tmp_path / "backup", NOW)
    assert not (tmp_path / "backup").exists()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(BackupError, match="The records cannot be copied: file is not a database"):
        back_up(tmp_path / "records.sqlite", BlobStore(tmp_path / "blobs"), tmp_path / "backup", NOW)


@pytest.mark.parametrize("present", ["records.sqlite", "index", "secret.key", "worker.lock"])
def test_restoring_refuses_a_home_that_is_in_use(backup: Path, tmp_path: Path, present: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / present).write_bytes(b"")
    with pytest.raises(BackupError, match=rf"is not empty \({present}\)"):
        restore(backup, other / "records.sqlite", other)
    assert [path.name for path in other.iterdir()] == [present]


def _unfinished(backup: Path) -> None:
    (backup / "backup.json").unlink()


def _no_manifest(backup: Path) -> None:
    (backup / "backup.json").write_text('{"format": 1}')


def _newer(backup: Path) -> None:
    _change(backup, tables="9999")


def _other_format(backup: Path) -> None:
    _change(backup, format=2)


def _changed_records(backup: Path) -> None:
    with (backup / "records.sqlite").open("r+b") as file:
        file.seek(5000)
        file.write(b"?")


def _changed_file(backup: Path) -> None:
    path = next((backup / "blobs").glob("*/*"))
    path.write_bytes(b"other bytes")


def _missing_file(backup: Path) -> None:
    next((backup / "blobs").glob("*/*")).unlink()


def _missing_records(backup: Path) -> None:
    (backup / "records.sqlite").unlink()


def _change(backup: Path, **values: object) -> None:
    content = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps(content | values))


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (_unfinished, "not finished: backup.json is missing"),
        (_no_manifest, "cannot be understood"),
        (_newer, r"made by a newer version of Clausewatch \(tables 9999"),
        (_other_format, "made by a newer version of Clausewatch"),
        (_changed_records, "records.sqlite is damaged"),
        (_changed_file, "2 good files, 3 expected; .* has changed"),
        (_missing_file, "2 good files, 3 expected"),
        (_missing_records, "records.sqlite: No such file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_backup_that_is_not_whole_is_refused_and_leaves_no_records(
    backup: Path, tmp_path: Path, harm, expected: str
) -> None:
    harm(backup)
    other = tmp_path / "other"
    with pytest.raises(BackupError, match=expected):
        restore(backup, other / "records.sqlite", other)
    assert not (other / "records.sqlite").exists()


def test_only_the_owner_of_a_backup_may_open_it(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700
