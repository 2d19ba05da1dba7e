"""A mail and its attachments: documents of their own, with outcomes of their own."""

from sqlalchemy import select

from indexer.ids import document_id
from indexer.records import schema
from indexer.records.read import document_record
from tests.indexer.ingest.office import LEASE, NDA, Office, mail


def test_a_mail_and_its_attachments_have_outcomes_of_their_own(office: Office) -> None:
    office.write("mail.eml", mail(LEASE))
    summary = office.run()
    files = office.files(summary.run)
    assert {name: file.outcome for name, file in files.items()} == {
        "mail.eml": "indexed",
        "mail.eml#lease.txt": "indexed",
        "mail.eml#logo.bin": "unsupported",
    }
    child = files["mail.eml#lease.txt"].document
    assert child is not None
    with office.engine.connect() as connection:
        record = document_record(connection, child)
        assert record.parent is not None
        assert document_record(connection, record.parent).children == (child,)
    assert record.parent == files["mail.eml"].document


def test_an_unchanged_mail_counts_its_attachments_as_unchanged(office: Office) -> None:
    office.write("mail.eml", mail(LEASE))
    office.run()
    office.extracted.clear()
    assert office.outcomes(office.run().run) == {
        "mail.eml": "unchanged",
        "mail.eml#lease.txt": "unchanged",
    }
    assert office.extracted == []


def test_an_attachment_that_lies_in_the_folder_too_is_a_duplicate(office: Office) -> None:
    office.write("a.eml", mail(LEASE))
    attached = office.rows("documents")
    assert attached == []
    office.run()
    with office.engine.connect() as connection:
        table = schema.documents
        digest = connection.scalars(select(table.c.digest).where(table.c.file_name == "lease.txt")).one()
    office.write("b.txt", office.blobs.path(digest).read_bytes())
    file = office.files(office.run().run)["b.txt"]
    assert file.outcome == "duplicate"
    assert file.reason == f"The same file as {office.folder / 'a.eml'}#lease.txt."
    assert file.document == document_id("contracts", digest)


def test_a_new_version_of_a_mail_drops_the_attachments_that_it_lost(office: Office) -> None:
    office.write("mail.eml", mail(LEASE))
    office.run()
    office.write("mail.eml", mail(NDA))
    office.run()
    statuses = {(row[5], row[-2]) for row in office.rows("documents")}
    assert statuses == {
        ("mail.eml", "active"),
        ("mail.eml", "superseded"),
        ("lease.txt", "active"),
        ("lease.txt", "superseded"),
    }


def test_a_mail_that_was_moved_takes_its_attachments_along(office: Office) -> None:
    path = office.write("mail.eml", mail(LEASE))
    office.run()
    path.rename(office.folder / "archive.eml")
    summary = office.run()
    assert office.outcomes(summary.run) == {
        "archive.eml": "unchanged",
        "archive.eml#lease.txt": "unchanged",
        "archive.eml#logo.bin": "unsupported",
    }
    assert set(office.statuses().values()) == {"active"}
    live = [row[2] for row in office.rows("sources") if row[-1] is None]
    assert live == [str(office.folder / "archive.eml"), f"{office.folder / 'archive.eml'}#lease.txt"]


def test_a_copy_of_a_mail_keeps_the_attachments_when_the_first_goes(office: Office) -> None:
    first = office.write("a.eml", mail(LEASE))
    office.write("b.eml", mail(LEASE))
    summary = office.run()
    assert office.outcomes(summary.run)["b.eml"] == "duplicate"
    assert office.outcomes(summary.run)["b.eml#lease.txt"] == "duplicate"
    office.ingest.forget("contracts", [str(first)])
    assert office.statuses() == {"a.eml": "active", "lease.txt": "active"}
    office.ingest.forget("contracts", [str(office.folder / "b.eml")])
    assert office.statuses() == {"a.eml": "removed", "lease.txt": "removed"}
    assert office.index.chunks == {}
