"""Ingest with a Tika server that comes, goes, changes, and dies in mid-batch."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from indexer.errors import ExtractionError
from indexer.extract import VERSION
from indexer.extract.pool import Task
from indexer.extract.tika import TikaServer
from indexer.ingest import Limits
from indexer.ingest.flow import FilePool
from indexer.ingest.ingest import isolated_pool
from indexer.reading import Extracted
from indexer.records import schema
from indexer.records.database import writing
from tests import office_files
from tests.indexer.ingest.office import NDA, Office
from tests.tika_server import TikaProcess, free_port

MAIL = b"""From: ann@example.com\r
To: bob@example.com\r
Subject: The loan\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="x"\r
\r
--x\r
Content-Type: text/plain\r
\r
Dear Bob, the loan is attached.\r
--x\r
Content-Type: application/rtf; name="loan.rtf"\r
Content-Disposition: attachment; filename="loan.rtf"\r
\r
%b\r
--x--\r
"""


KILLED_AFTER = 4


def loan(number: int = 1) -> bytes:
    return office_files.rtf(f"LOAN AGREEMENT {number}", f"1. Repayment. Borrower {number} repays on demand.")


def with_tika(office: Office, tika: TikaServer | None) -> Office:
    return replace(office, ingest=replace(office.ingest, tika=tika))


def away() -> TikaServer:
    return TikaServer(f"http://127.0.0.1:{free_port()}", 0.5)


def with_workers(office: Office, tika: TikaServer, happens: Callable[[], object]) -> Office:
    """The office with real worker processes, where something happens once a few files are read."""

    class Pool:
        def __init__(self, inner: FilePool) -> None:
            self._inner = inner

        def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Extracted | ExtractionError]]:
            for number, item in enumerate(self._inner.run(tasks), start=1):
                if number == KILLED_AFTER:
                    happens()
                yield item

    @contextmanager
    def open_pool(limits: Limits, name: str, server: TikaServer | None) -> Iterator[Pool]:
        with isolated_pool(limits, name, server) as pool:
            yield Pool(pool)

    return replace(
        office, ingest=replace(office.ingest, open_pool=open_pool, limits=Limits(jobs=2), tika=tika)
    )


def extractors(office: Office) -> dict[str, str]:
    table = schema.documents
    with office.engine.connect() as connection:
        return {row.file_name: row.extractor for row in connection.execute(select(table))}


def test_files_that_waited_for_a_server_are_read_once_one_is_there(office: Office, tika: TikaServer) -> None:
    office.write("loan.rtf", loan())
    office.write("nda.txt", NDA)
    before = office.files(office.run().run)["loan.rtf"]
    assert (before.outcome, before.code) == ("unsupported", "needs_tika")
    served = with_tika(office, tika)
    assert office.outcomes(served.run().run) == {"loan.rtf": "indexed", "nda.txt": "unchanged"}
    version = tika.version()
    assert extractors(office) == {"loan.rtf": f"{VERSION}+tika1-{version}", "nda.txt": VERSION}
    office.extracted.clear()
    assert set(office.outcomes(served.run().run).values()) == {"unchanged"}
    assert office.extracted == []


def test_a_mail_is_read_again_for_an_attachment_that_waited(office: Office, tika: TikaServer) -> None:
    office.write("mail.eml", MAIL.replace(b"%b", loan()))
    first = office.run()
    assert office.outcomes(first.run) == {"mail.eml": "indexed", "mail.eml#loan.rtf": "unsupported"}
    office.extracted.clear()
    assert office.outcomes(office.run().run)["mail.eml"] == "unchanged"
    assert office.extracted == []
    served = with_tika(office, tika)
    assert office.outcomes(served.run().run) == {"mail.eml": "indexed", "mail.eml#loan.rtf": "indexed"}
    assert office.names() == {"mail.eml", "loan.rtf"}
    office.extracted.clear()
    assert set(office.outcomes(served.run().run).values()) == {"unchanged"}
    assert office.extracted == []


def test_an_attachment_stays_searchable_while_its_server_is_away(office: Office, tika: TikaServer) -> None:
    office.write("mail.eml", MAIL.replace(b"%b", loan()))
    with_tika(office, tika).run()
    table = schema.documents
    with writing(office.engine) as connection:  # as if another release of ours had read both
        connection.execute(update(table).values(extractor="0"))
    summary = with_tika(office, away()).run()
    file = office.files(summary.run)["mail.eml#loan.rtf"]
    assert (file.outcome, file.code) == ("failed", "unreachable")
    assert office.names() == {"mail.eml", "loan.rtf"}


def test_another_version_of_the_server_reads_its_documents_again_and_no_others(
    office: Office, tika: TikaServer
) -> None:
    office.write("loan.rtf", loan())
    office.write("nda.txt", NDA)
    served = with_tika(office, tika)
    served.run()
    table = schema.documents
    with writing(office.engine) as connection:
        old = update(table).where(table.c.file_name == "loan.rtf")
        connection.execute(old.values(extractor=f"{VERSION}+tika1-2.9.0"))
    office.extracted.clear()
    assert set(office.outcomes(with_tika(office, away()).run().run).values()) == {"unchanged"}
    assert set(office.outcomes(with_tika(office, None).run().run).values()) == {"unchanged"}
    assert office.extracted == []
    assert office.outcomes(served.run().run) == {"loan.rtf": "indexed", "nda.txt": "unchanged"}
    assert office.extracted == ["loan.rtf"]


@pytest.mark.slow
def test_a_server_killed_in_mid_batch_and_started_again_costs_no_file(
    office: Office, own_tika: TikaProcess
) -> None:
    for number in range(24):
        office.write(f"{number:02}.rtf", loan(number))
    restart = threading.Thread(target=own_tika.start)

    def killed() -> None:
        own_tika.kill()
        restart.start()

    summary = with_workers(office, TikaServer(own_tika.url, 50.0), killed).run()
    restart.join()
    assert summary.outcomes["indexed"] == summary.files == 24
    assert len(office.names()) == 24


@pytest.mark.slow
def test_files_of_a_server_that_stays_away_fail_with_the_reason_and_are_taken_later(
    office: Office, own_tika: TikaProcess
) -> None:
    for number in range(24):
        office.write(f"{number:02}.rtf", loan(number))
    office.write("nda.txt", NDA)
    server = TikaServer(own_tika.url, 6.0)
    started = time.monotonic()
    try:
        summary = with_workers(office, server, own_tika.kill).run()
        assert summary.outcomes["indexed"] >= KILLED_AFTER
        assert summary.outcomes["failed"] == 25 - summary.outcomes["indexed"] >= 15
        assert {failure.code for failure in summary.failures} == {"unreachable"}
        assert all(f"{own_tika.url} cannot be reached" in failure.reason for failure in summary.failures)
        assert time.monotonic() - started < 45  # the patience of a file or two, not of each
    finally:
        own_tika.start()
    again = with_workers(office, server, lambda: None).run()
    assert again.outcomes["failed"] == 0
    assert again.outcomes["indexed"] == summary.outcomes["failed"]
    assert len(office.names()) == 25
