"""Every file ends with exactly one outcome."""

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from indexer.errors import CollectionNameError, UnknownPathError
from indexer.records import schema
from indexer.records.read import chunk_records, document_record, document_text, run_record, totals
from tests.indexer.ingest.office import LEASE, NDA, Office


def test_a_file_becomes_a_document_with_text_passages_labels_and_vectors(office: Office) -> None:
    office.write("nda.txt", NDA)
    summary = office.run()
    assert (summary.files, summary.documents, summary.failures) == (1, 1, ())
    assert summary.outcomes == {
        "indexed": 1,
        "unchanged": 0,
        "duplicate": 0,
        "unsupported": 0,
        "failed": 0,
    }
    with office.engine.connect() as connection:
        identity = connection.scalars(select(schema.documents.c.id)).one()
        record = document_record(connection, identity)
        text, _ = document_text(connection, identity)
        passages = chunk_records(connection, sorted(office.index.chunks))
        run = run_record(connection, summary.run)
        counted = totals(connection)["contracts"]
    assert (record.file_name, record.status, record.media_type) == ("nda.txt", "active", "text/plain")
    assert [source.uri for source in record.sources] == [str(office.folder / "nda.txt")]
    assert (run.state, run.files, run.outcomes) == ("done", 1, {"indexed": 1})
    assert (counted.documents, counted.chunks) == (1, summary.chunks) == (1, len(passages))
    assert all(passage.text == text[passage.start : passage.end] for passage in passages.values())
    labels = {label.label: label for passage in passages.values() for label in passage.labels}
    assert "Governing Law" in labels
    assert labels["Governing Law"].triggers[0].text
    assert len(office.index.chunks) == summary.chunks > 0


def test_the_original_is_kept_under_its_hash(office: Office) -> None:
    path = office.write("nda.txt", NDA)
    office.run()
    with office.engine.connect() as connection:
        digest = connection.scalars(select(schema.documents.c.digest)).one()
    assert office.blobs.path(digest).read_bytes() == path.read_bytes()


def test_a_second_run_leaves_everything_unchanged_and_reads_nothing(office: Office) -> None:
    office.write("nda.txt", NDA)
    office.run()
    (office.folder / "nda.txt").chmod(0)  # even root could not tell from the content
    before = office.rows("documents"), office.rows("chunks"), office.rows("outbox")
    office.extracted.clear()
    office.encoder.encoded.clear()
    second = office.run()
    assert office.outcomes(second.run) == {"nda.txt": "unchanged"}
    assert (office.extracted, office.encoder.encoded) == ([], [])
    assert (office.rows("documents"), office.rows("chunks"), office.rows("outbox")) == before


def test_a_file_that_was_only_touched_is_unchanged(office: Office) -> None:
    path = office.write("nda.txt", NDA)
    office.run()
    os.utime(path, ns=(1, 1))
    office.extracted.clear()
    assert office.outcomes(office.run().run) == {"nda.txt": "unchanged"}
    assert office.extracted == []


def test_the_same_bytes_at_another_path_are_a_duplicate_that_names_the_first(office: Office) -> None:
    office.write("a.txt", NDA)
    office.write("b.txt", NDA)
    summary = office.run()
    files = office.files(summary.run)
    assert {name: file.outcome for name, file in files.items()} == {
        "a.txt": "indexed",
        "b.txt": "duplicate",
    }
    assert files["b.txt"].reason == f"The same file as {office.folder / 'a.txt'}."
    assert files["b.txt"].document == files["a.txt"].document
    assert office.extracted == ["a.txt"]
    assert office.outcomes(office.run().run) == {"a.txt": "unchanged", "b.txt": "unchanged"}


def test_copies_of_a_file_that_fails_fail_alike_and_are_read_once(office: Office) -> None:
    office.write("a.bin", b"\x00\x01\x02\xff" * 9)
    office.write("b.bin", b"\x00\x01\x02\xff" * 9)
    assert office.outcomes(office.run().run) == {"a.bin": "unsupported", "b.bin": "unsupported"}
    assert office.extracted == ["a.bin"]


def test_the_same_file_in_two_collections_is_two_documents(office: Office) -> None:
    office.write("nda.txt", NDA)
    first = office.run()
    second = office.run(collection="other")
    assert office.outcomes(first.run) == office.outcomes(second.run) == {"nda.txt": "indexed"}
    assert len(office.rows("documents")) == 2
    assert len(office.index.chunks) == first.chunks + second.chunks


def test_a_changed_file_is_a_new_version_and_the_old_leaves_the_search(office: Office) -> None:
    office.write("nda.txt", NDA)
    old = office.files(office.run().run)["nda.txt"].document
    office.write("nda.txt", NDA.replace("Delaware", "New York"))
    summary = office.run()
    new = office.files(summary.run)["nda.txt"].document
    assert office.outcomes(summary.run) == {"nda.txt": "indexed"}
    assert office.index.documents() == {new}
    assert old is not None
    assert new is not None
    with office.engine.connect() as connection:
        record = document_record(connection, new)
        assert document_record(connection, old).status == "superseded"
    assert [(item.version, item.document) for item in record.versions] == [(1, old), (2, new)]
    assert record.sources[0].version == 2


def test_a_file_that_goes_back_to_an_earlier_text_is_not_read_again(office: Office) -> None:
    office.write("nda.txt", NDA)
    first = office.files(office.run().run)["nda.txt"].document
    office.write("nda.txt", LEASE)
    office.run()
    office.extracted.clear()
    office.write("nda.txt", NDA)
    again = office.files(office.run().run)["nda.txt"]
    assert (again.document, again.outcome, office.extracted) == (first, "indexed", [])
    assert office.index.documents() == {first}


def test_a_changed_copy_leaves_the_document_of_the_other_alone(office: Office) -> None:
    office.write("a.txt", NDA)
    office.write("b.txt", NDA)
    office.run()
    office.write("b.txt", LEASE)
    office.run()
    assert office.statuses() == {"a.txt": "active", "b.txt": "active"}
    assert len(office.index.documents()) == 2


def test_a_moved_file_keeps_its_document(office: Office) -> None:
    path = office.write("nda.txt", NDA)
    document = office.files(office.run().run)["nda.txt"].document
    path.rename(office.folder / "final.txt")
    moved = office.files(office.run().run)["final.txt"]
    assert (moved.outcome, moved.document) == ("unchanged", document)
    assert moved.reason == f"Moved from {path}."
    assert document is not None
    with office.engine.connect() as connection:
        sources = document_record(connection, document).sources
    assert [source.uri for source in sources] == [str(office.folder / "final.txt")]


def test_a_file_moved_over_another_supersedes_what_lay_there(office: Office) -> None:
    draft = office.write("draft.txt", NDA)
    final = office.write("final.txt", LEASE)
    office.run()
    draft.rename(final)
    office.run()
    assert office.statuses() == {"draft.txt": "active", "final.txt": "superseded"}
    live = [row for row in office.rows("sources") if row[-1] is None]
    assert [row[2] for row in live] == [str(final)]


@pytest.mark.parametrize(
    ("name", "content", "outcome", "code"),
    [
        ("empty.txt", b"", "failed", "empty"),
        ("blank.txt", b"  \n\n ", "failed", "empty"),
        ("data.bin", b"\x00\x01\x02\xff" * 50, "unsupported", "unsupported"),
        ("broken.pdf", b"%PDF-1.7\nthis is no PDF", "failed", "damaged"),
    ],
)
def test_a_file_without_text_ends_with_a_reason_and_leaves_no_trace(
    office: Office, name: str, content: bytes, outcome: str, code: str
) -> None:
    office.write(name, content)
    office.write("nda.txt", NDA)
    summary = office.run()
    file = office.files(summary.run)[name]
    assert (file.outcome, file.code, file.document, file.chunks) == (outcome, code, None, 0)
    assert file.reason is not None
    assert file.reason.endswith(".")
    assert office.outcomes(summary.run)["nda.txt"] == "indexed"
    assert len([path for path in (office.home / "blobs").rglob("*") if path.is_file()]) == 1


def test_a_file_that_is_too_large_fails_without_being_read(office: Office) -> None:
    office.write("nda.txt", NDA * 20)
    small = office.with_limits(max_bytes=1000)
    summary = small.run()
    file = office.files(summary.run)["nda.txt"]
    assert (file.outcome, file.code) == ("failed", "too_large")
    assert [failure.code for failure in summary.failures] == ["too_large"]
    assert office.extracted == []


def test_a_file_that_becomes_unreadable_keeps_its_earlier_version_searchable(office: Office) -> None:
    office.write("nda.txt", NDA)
    office.run()
    office.write("nda.txt", b"%PDF-1.7\nbroken")
    file = office.files(office.run().run)["nda.txt"]
    assert file.outcome == "failed"
    assert file.reason is not None
    assert file.reason.endswith("The version that was read before stays searchable.")
    assert office.statuses() == {"nda.txt": "active"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file; run the tests as another user")
def test_a_file_that_may_not_be_read_fails(office: Office) -> None:
    office.write("secret.txt", NDA).chmod(0)
    file = office.files(office.run().run)["secret.txt"]
    assert (file.outcome, file.code) == ("failed", "unreadable")
    assert file.reason == "This user has no permission to read the file."


def test_a_file_that_vanishes_before_it_is_read_fails(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.write("nda.txt", NDA)
    put = office.blobs.put_file

    def vanish(source: Path) -> str:
        path.unlink()
        return put(source)

    monkeypatch.setattr(office.blobs, "put_file", vanish)
    file = office.files(office.run().run)["nda.txt"]
    assert (file.outcome, file.reason) == ("failed", "The file was gone before it could be read.")


def test_a_path_that_does_not_exist_is_an_error_and_starts_no_run(office: Office) -> None:
    with pytest.raises(UnknownPathError, match=r"There is no file or folder .*nowhere"):
        office.run(office.folder / "nowhere")
    assert office.rows("runs") == []


def test_an_empty_folder_is_a_run_without_files(office: Office) -> None:
    summary = office.run()
    assert (summary.files, summary.documents, summary.outcomes["indexed"]) == (0, 0, 0)


@pytest.mark.parametrize("name", ["", "Contracts", "a b", "../x", "ü", "x" * 64])
def test_a_collection_with_a_name_that_cannot_be_used_is_refused(office: Office, name: str) -> None:
    office.write("nda.txt", NDA)
    with pytest.raises(CollectionNameError):
        office.run(collection=name)
