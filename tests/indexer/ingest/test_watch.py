"""Watched folders: what is saved, changed, moved or deleted is found again in the search."""

import logging
import shutil
from pathlib import Path

import pytest

from indexer.errors import UnknownPathError, WriterBusyError
from indexer.locks import WRITER, held
from indexer.records.database import writing
from indexer.records.watches import Watch, remove_watch, watches
from indexer.watch import Settling, Watcher, watch_paths
from indexer.watch.settling import State
from tests.indexer.ingest.office import LEASE, NDA, Office


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def watcher(office: Office, seconds: Seconds) -> Watcher:
    watch_paths(office.ingest, [office.folder], "contracts")
    return Watcher(office.ingest, now=seconds)


def look(watcher: Watcher, seconds: Seconds) -> None:
    """Reconciles, lets the quiet time pass, and takes in what has settled."""
    watcher.reconcile()
    seconds.now += 1.5
    watcher.settle()


def test_a_file_settles_only_after_it_has_not_changed_for_a_while(tmp_path: Path, seconds: Seconds) -> None:
    settling, path = Settling(1.0, seconds), tmp_path / "a.txt"
    path.write_text("half of")
    settling.touch(path)
    seconds.now = 0.9
    path.write_text("half of the text")
    assert settling.settled() == {}
    seconds.now = 1.8
    assert settling.settled() == {}
    seconds.now = 2.0
    assert settling.settled() == {path: State(16, path.stat().st_mtime_ns)}
    assert settling.settled() == {}


def test_a_file_that_is_replaced_within_the_quiet_time_is_not_taken_for_deleted(
    tmp_path: Path, seconds: Seconds
) -> None:
    settling, path = Settling(1.0, seconds), tmp_path / "a.txt"
    settling.touch(path)
    seconds.now = 0.5
    path.write_text("saved anew")
    assert settling.settled() == {}
    seconds.now = 1.5
    assert settling.settled() == {path: State(10, path.stat().st_mtime_ns)}


def test_new_changed_moved_and_deleted_files_are_noticed(
    office: Office, watcher: Watcher, seconds: Seconds
) -> None:
    nda = office.write("nda.txt", NDA)
    office.write("lease.txt", LEASE)
    look(watcher, seconds)
    assert office.names() == {"nda.txt", "lease.txt"}
    office.write("nda.txt", NDA.replace("Delaware", "Ohio"))
    look(watcher, seconds)
    assert any("Ohio" in chunk.text for chunk in office.index.chunks.values())
    assert not any("Delaware" in chunk.text for chunk in office.index.chunks.values())
    nda.rename(office.folder / "final.txt")
    look(watcher, seconds)
    live = sorted(str(row[2]) for row in office.rows("sources") if row[-1] is None)
    assert live == [str(office.folder / "final.txt"), str(office.folder / "lease.txt")]
    (office.folder / "lease.txt").unlink()
    look(watcher, seconds)
    assert office.names() == {"nda.txt"}


def test_nothing_new_makes_no_run(office: Office, watcher: Watcher, seconds: Seconds) -> None:
    office.write("nda.txt", NDA)
    office.write("data.bin", b"\x00\x01\x02\xff" * 50)
    look(watcher, seconds)
    look(watcher, seconds)
    look(watcher, seconds)
    assert len(office.rows("runs")) == 1


def test_a_file_that_failed_is_tried_again_once_it_changes(
    office: Office, watcher: Watcher, seconds: Seconds
) -> None:
    office.write("nda.txt", "")
    look(watcher, seconds)
    office.write("nda.txt", NDA)
    look(watcher, seconds)
    assert office.names() == {"nda.txt"}


def test_a_folder_that_is_missing_keeps_its_documents_and_warns_once(
    office: Office, watcher: Watcher, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    office.write("nda.txt", NDA)
    look(watcher, seconds)
    away = office.folder.with_name("away")
    office.folder.rename(away)
    with caplog.at_level(logging.WARNING):
        look(watcher, seconds)
        look(watcher, seconds)
    assert office.names() == {"nda.txt"}
    warnings = [record.getMessage() for record in caplog.records if "suddenly empty" in record.getMessage()]
    assert len(warnings) == 1
    assert "its 1 documents stay searchable" in warnings[0]
    away.rename(office.folder)
    look(watcher, seconds)
    assert office.statuses() == {"nda.txt": "active"}


def test_a_folder_that_is_suddenly_empty_keeps_its_documents(
    office: Office, watcher: Watcher, seconds: Seconds
) -> None:
    office.write("nda.txt", NDA)
    look(watcher, seconds)
    shutil.rmtree(office.folder)
    office.folder.mkdir()
    look(watcher, seconds)
    assert office.names() == {"nda.txt"}


def test_a_folder_whose_name_differs_in_case_only_is_another(
    office: Office, watcher: Watcher, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    other = office.folder.with_name("FILES")
    other.mkdir()
    watch_paths(office.ingest, [other], "contracts")
    office.write("nda.txt", NDA)
    office.write("a_b/lease.txt", LEASE)
    look(watcher, seconds)
    look(watcher, seconds)
    assert office.names() == {"nda.txt", "lease.txt"}
    assert "suddenly empty" not in caplog.text


def test_settled_files_wait_while_another_writes(
    office: Office, watcher: Watcher, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.watch.watcher.WAIT_SECONDS", 0.0)
    office.write("nda.txt", NDA)
    with held(office.engine, office.home, WRITER, "ingest"), pytest.raises(WriterBusyError):
        look(watcher, seconds)
    seconds.now += 1.5
    watcher.settle()
    assert office.names() == {"nda.txt"}


def test_our_own_files_and_hidden_ones_are_never_taken_in(office: Office, seconds: Seconds) -> None:
    root = office.home.parent
    watch_paths(office.ingest, [root], "contracts")
    watcher = Watcher(office.ingest, now=seconds)
    office.write("nda.txt", NDA)
    office.write(".git/config.txt", LEASE)
    office.write("~$nda.docx", "lock")
    look(watcher, seconds)
    look(watcher, seconds)
    assert [row[2] for row in office.rows("sources")] == [str(office.folder / "nda.txt")]


def test_a_watch_is_kept_in_the_records_until_it_is_removed(office: Office) -> None:
    watch = Watch("contracts", office.folder)
    assert watch_paths(office.ingest, [office.folder, office.folder], "contracts") == [watch, watch]
    with writing(office.engine) as connection:
        assert watches(connection) == [watch]
        assert remove_watch(connection, watch)
        assert not remove_watch(connection, watch)
        assert watches(connection) == []
    with pytest.raises(UnknownPathError):
        watch_paths(office.ingest, [office.folder / "nowhere"], "contracts")
