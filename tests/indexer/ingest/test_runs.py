"""Runs: locks, interruptions, uploads, deleted files, and the index that follows the records."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from indexer.apply import apply_outbox, last_position, pending
from indexer.errors import IndexUnavailableError, WriterBusyError
from indexer.ingest import Ingest, Limits, enqueue_upload
from indexer.ingest.ingest import isolated_pool
from indexer.locks import WRITER, held, holder
from indexer.rebuild import ensure_index, rebuild, rollback
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.read import run_files, run_record, run_records
from tests.fakes import HashingEncoder
from tests.indexer.ingest.office import LEASE, NDA, Office, make_office

PLANS = {f"plan {number}.txt": f"PLAN {number}\n\n1. Step {number} comes first.\n" for number in range(9)}


def write_plans(office: Office) -> None:
    for name, text in PLANS.items():
        office.write(name, text)


def test_a_second_writer_is_told_who_writes(office: Office) -> None:
    office.write("nda.txt", NDA)
    expected = rf"process {os.getpid()}\b.* \(rebuild\), since "
    with held(office.engine, office.home, WRITER, "rebuild"), pytest.raises(WriterBusyError, match=expected):
        office.run()
    assert office.run().documents == 1


def test_a_run_that_is_interrupted_says_so_and_the_next_goes_on(office: Office) -> None:
    write_plans(office)

    def stop(done: int, total: int, detail: str = "") -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.run(report=stop)
    with office.engine.connect() as connection:
        assert [run.state for run in run_records(connection, 10)] == ["interrupted"]
    office.clock.forward(1)
    office.run()
    with office.engine.connect() as connection:
        assert [run.state for run in run_records(connection, 10)] == ["done", "interrupted"]
    assert len(office.index.documents()) == 9
    assert holder(office.engine, office.home, WRITER) is None


def test_a_run_whose_process_died_is_closed_by_the_next(office: Office) -> None:
    write_plans(office)
    first = office.run().run
    with writing(office.engine) as connection:
        connection.execute(update(schema.runs).values(state="running", finished_at=None))
    office.run()
    with office.engine.connect() as connection:
        assert run_record(connection, first).state == "interrupted"


def test_progress_counts_every_file_once(office: Office) -> None:
    write_plans(office)
    seen: list[tuple[int, int]] = []
    office.run(report=lambda done, total, _detail="": seen.append((done, total)))
    assert seen == [(number, 9) for number in range(1, 10)]


def test_a_text_that_is_stored_is_never_encoded_again(office: Office) -> None:
    office.write("nda.txt", NDA)
    office.run()
    first = len(office.encoder.encoded)
    office.write("longer.txt", NDA + "\n3. Notices. Notices shall be in writing.\n")
    office.run()
    again = office.encoder.encoded[first:]
    assert len(set(office.encoder.encoded)) == len(office.encoder.encoded)
    assert any("Notices" in text for text in again)


def test_small_batches_give_the_same_as_large_ones(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plans(office)
    office.run()
    monkeypatch.setattr("indexer.ingest.writer.BATCH_TEXTS", 1)
    monkeypatch.setattr("indexer.ingest.writer.APPLY_SECONDS", 0.0)
    monkeypatch.setattr("indexer.ingest.writer.APPLY_SHARE", 0)
    (tmp_path / "second").mkdir()
    other = make_office(tmp_path / "second")
    other.run(office.folder)
    other.engine.dispose()
    assert sorted(other.index.chunks) == sorted(office.index.chunks)
    assert len(other.index.applied) > 3


def test_an_upload_waits_and_is_then_ingested_under_its_own_name(office: Office) -> None:
    files = [("NDA.txt", NDA.encode()), (r"C:\Temp\..\leases\Lease.txt", LEASE.encode())]
    run = enqueue_upload(office.engine, office.blobs, "contracts", files)
    with office.engine.connect() as connection:
        assert run_record(connection, run).state == "queued"
        assert [file.outcome for file in run_files(connection, run)] == [None, None]
    [summary] = office.ingest.run_queued()
    assert (summary.run, summary.documents) == (run, 2)
    with office.engine.connect() as connection:
        assert run_record(connection, run).state == "done"
        names = sorted(file.uri.split("/")[-1] for file in run_files(connection, run))
    assert names == ["Lease.txt", "NDA.txt"]
    assert office.ingest.run_queued() == []


def test_an_upload_of_what_is_there_already_is_a_duplicate(office: Office) -> None:
    office.write("nda.txt", NDA)
    office.run()
    run = enqueue_upload(office.engine, office.blobs, "contracts", [("copy.txt", NDA.encode())])
    office.ingest.run_queued()
    with office.engine.connect() as connection:
        [file] = run_files(connection, run)
    assert file.outcome == "duplicate"
    assert file.reason == f"The same file as {office.folder / 'nda.txt'}."


def test_an_upload_whose_worker_died_is_taken_up_again(office: Office) -> None:
    run = enqueue_upload(office.engine, office.blobs, "contracts", [("nda.txt", NDA.encode())])
    with writing(office.engine) as connection:
        connection.execute(update(schema.runs).values(state="running"))
    office.run()  # any next writer puts it back into the queue
    assert [summary.run for summary in office.ingest.run_queued()] == [run]


def test_an_upload_that_is_stopped_goes_back_into_the_queue(office: Office) -> None:
    run = enqueue_upload(office.engine, office.blobs, "contracts", [("nda.txt", NDA.encode())])

    def stop(done: int, total: int, detail: str = "") -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.ingest.run_queued(stop)
    assert [summary.run for summary in office.ingest.run_queued()] == [run]
    assert len(office.index.documents()) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("a\x00b\n.txt", "ab.txt"),
        ("x" * 300 + ".docx", "x" * 195 + ".docx"),
        ("Vertrag Müller.pdf", "Vertrag Müller.pdf"),
    ],
)
def test_the_name_of_an_upload_is_only_ever_a_name(office: Office, given: str, kept: str) -> None:
    run = enqueue_upload(office.engine, office.blobs, "contracts", [(given, b"text")])
    with office.engine.connect() as connection:
        [file] = run_files(connection, run)
    assert file.uri.split("/", 2)[2] == kept


def test_a_deleted_file_leaves_the_search_and_its_history_stays(office: Office) -> None:
    path = office.write("nda.txt", NDA)
    office.run()
    assert office.ingest.forget("contracts", [str(path), "/never/seen.txt"]) == 1
    assert office.index.chunks == {}
    assert office.statuses() == {"nda.txt": "removed"}
    assert office.files(office.run().run)["nda.txt"].reason == "Searchable again; its text was known."
    assert len(office.index.documents()) == 1


def test_a_deleted_copy_leaves_the_document_to_the_other(office: Office) -> None:
    office.write("a.txt", NDA)
    copy = office.write("b.txt", NDA)
    office.run()
    office.ingest.forget("contracts", [str(copy)])
    assert office.statuses() == {"a.txt": "active"}
    assert len(office.index.documents()) == 1


def test_applying_twice_changes_nothing_and_keeps_one_row_per_document(office: Office) -> None:
    for city in ("Delaware", "New York", "Texas"):
        office.write("nda.txt", NDA.replace("Delaware", city))
        office.run()
    before = dict(office.index.chunks)
    assert apply_outbox(office.engine, office.index, office.ingest.packs) == 0
    assert office.index.chunks.keys() == before.keys()
    with office.engine.connect() as connection:
        rows = connection.scalars(select(func.count()).select_from(schema.outbox)).one()
        assert pending(connection, office.index.status().position) == []
    assert (rows, len(office.rows("documents"))) == (3, 3)


def test_an_index_that_was_set_back_catches_up(office: Office) -> None:
    office.write("nda.txt", NDA)
    office.run()
    rebuild(office.engine, office.index, office.encoder, office.ingest.packs)
    office.write("nda.txt", LEASE)
    office.run()
    wanted = set(office.index.chunks)
    status = rollback(office.engine, office.index, office.ingest.packs)
    assert set(office.index.chunks) == wanted
    with office.engine.connect() as connection:
        assert status.position == last_position(connection)


def test_a_lost_index_is_built_again_without_reading_or_encoding(office: Office) -> None:
    write_plans(office)
    office.run()
    wanted = {key: chunk.text for key, chunk in office.index.chunks.items()}
    office.index.lose()
    office.extracted.clear()
    office.encoder.encoded.clear()
    ensure_index(office.engine, office.index, office.encoder, office.ingest.packs)
    assert {key: chunk.text for key, chunk in office.index.chunks.items()} == wanted
    assert (office.extracted, office.encoder.encoded) == ([], [])


def test_a_rebuild_comes_in_order_of_the_keys_and_page_by_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plans(office)
    office.run()
    monkeypatch.setattr("indexer.project.PAGE", 2)
    seen: list[tuple[int, int]] = []
    status = rebuild(
        office.engine,
        office.index,
        office.encoder,
        office.ingest.packs,
        lambda done, total, _detail="": seen.append((done, total)),
    )
    assert list(office.index.chunks) == sorted(office.index.chunks)
    assert status.chunks == seen[-1][0] == seen[-1][1] == len(office.rows("chunks"))
    assert len(seen) == -(-status.chunks // 2)


def test_another_encoder_needs_a_rebuild_which_encodes_what_is_missing(office: Office) -> None:
    write_plans(office)
    office.run()
    newer = replace(office.ingest, encoder=HashingEncoder("hashing-2", 16))
    with pytest.raises(IndexUnavailableError, match=r"made with the encoder hashing-1.*clausewatch rebuild"):
        newer.run([office.folder])
    rebuild(office.engine, office.index, newer.encoder, office.ingest.packs)
    assert office.index.status().encoder == "hashing-2"
    assert {chunk.vector.shape for chunk in office.index.chunks.values()} == {(16,)}
    assert newer.run([office.folder]).outcomes["unchanged"] == 9
    assert rollback(office.engine, office.index, office.ingest.packs).encoder == "hashing-1"


def test_an_index_of_other_records_is_refused(office: Office) -> None:
    ensure_index(office.engine, office.index, office.encoder, office.ingest.packs)
    office.index.apply([], [], 7)
    with pytest.raises(IndexUnavailableError, match=r"ahead of the records \(change 7, they have 0\)"):
        apply_outbox(office.engine, office.index, office.ingest.packs)


def test_a_rebuild_that_misses_passages_keeps_the_old_generation(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plans(office)
    office.run()
    before = office.index.status()
    monkeypatch.setattr("indexer.rebuild.active_chunks", lambda _connection: 99)
    with pytest.raises(IndexUnavailableError, match=r"99 passages were expected, \d+ came"):
        rebuild(office.engine, office.index, office.encoder, office.ingest.packs)
    assert office.index.status() == before


@pytest.mark.slow
def test_real_worker_processes_give_what_the_same_work_in_this_process_gives(
    office: Office, tmp_path: Path
) -> None:
    office.write("nda.txt", NDA)
    office.write("lease.txt", LEASE)
    office.write("broken.pdf", b"%PDF-1.7\nbroken")
    office.run()
    (tmp_path / "second").mkdir()
    other = make_office(tmp_path / "second")
    real: Ingest = replace(other.ingest, open_pool=isolated_pool, limits=Limits(jobs=2))
    summary = real.run([office.folder])
    other.engine.dispose()
    assert dict(summary.outcomes) == {
        "indexed": 2,
        "unchanged": 0,
        "duplicate": 0,
        "unsupported": 0,
        "failed": 1,
    }
    assert sorted(other.index.chunks) == sorted(office.index.chunks)
