"""Files that only Tika reads: their structure, their outcomes, and a server that is away, slow or wrong."""

import http.server
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.documents import BlockKind, Document
from indexer.errors import ExtractionError, NeedsTikaError, UnsupportedFormatError
from indexer.extract import extract
from indexer.extract.tika import TikaServer
from tests import office_files
from tests.conftest import NO_DATA, SHARED_DATA
from tests.tika_server import free_port

ROOT = Path(__file__).resolve().parents[3]
LOAN = office_files.rtf("LOAN AGREEMENT", "1. Repayment. The borrower repays on demand.")
RMETA = b'[{"Content-Type": "application/rtf", "X-TIKA:content": "<html><body><p>Read.</p></body></html>"}]'


def blocks(document: Document) -> list[tuple[str, str, int | None]]:
    return [
        (block.kind.value, document.text[block.start : block.end], block.page) for block in document.blocks
    ]


def failure(content: bytes, name: str, tika: TikaServer) -> ExtractionError:
    with pytest.raises(ExtractionError) as caught:
        extract(content, name, tika)
    return caught.value


def shared(name: str) -> bytes:
    path = next((SHARED_DATA / "formats").rglob(name), None) if SHARED_DATA.is_dir() else None
    if path is None:
        pytest.skip(f"{NO_DATA} {SHARED_DATA}")
    return path.read_bytes()


@pytest.mark.parametrize("content", [office_files.odt(), office_files.fodt()], ids=["odt", "fodt"])
def test_headings_tables_title_author_and_date_of_a_text_document(content: bytes, tika: TikaServer) -> None:
    document = extract(content, "hosting.odt", tika)
    assert blocks(document) == [
        ("heading", "Article 1 Termination", None),
        ("paragraph", "Either party may terminate this Agreement upon thirty days written notice.", None),
        ("heading", "Article 2 Fees", None),
        ("heading", "2.1 Schedule of Fees", None),
        ("table_row", "Service | Price", None),
        ("table_row", "Hosting | 1,200", None),
    ]
    assert [block.level for block in document.blocks if block.kind is BlockKind.HEADING] == [1, 1, 2]
    assert (document.title, str(document.date)) == ("Hosting Agreement", "2021-03-04")
    assert document.metadata == {"Author": "Ann Archer"}
    assert document.media_type.startswith("application/vnd.oasis.opendocument")
    assert re.fullmatch(r"tika1-\d+\.\d+\.\d+\S*", document.reader)


def test_rich_text_is_read_under_its_title(tika: TikaServer) -> None:
    document = extract(LOAN, "x.rtf", tika)
    assert document.text == "LOAN AGREEMENT\n\n1. Repayment. The borrower repays on demand."
    assert (document.title, document.media_type) == ("Loan Agreement", "application/rtf")


def test_a_sheet_stands_under_its_name_and_an_empty_one_is_left_out(tika: TikaServer) -> None:
    content = office_files.xlsx({"Fees": [["Service", "Price"], ["Hosting", "1,200"]], "Void": []})
    document = extract(content, "price list.xlsx", tika)
    assert document.text == "Fees\n\nService | Price\nHosting | 1,200"
    assert document.blocks[0].kind is BlockKind.HEADING
    assert document.title == "price list"


def test_slides_are_pages(tika: TikaServer) -> None:
    document = extract(office_files.pptx("The offer", "The risk", "The end"), "x.pptx", tika)
    assert [(text, page) for _, text, page in blocks(document)] == [
        ("The offer", 1),
        ("The risk", 2),
        ("The end", 3),
    ]


def test_slides_stand_in_the_order_shown_beyond_the_ninth(tika: TikaServer) -> None:
    """Tika sorts relationship ids as strings: rId1, rId10, rId11, rId2."""
    shown = [f"Slide number {number}" for number in range(1, 13)]
    document = extract(office_files.pptx(*shown), "x.pptx", tika)
    assert [(text, page) for _, text, page in blocks(document)] == [
        (text, number) for number, text in enumerate(shown, start=1)
    ]


def test_a_book_is_read_chapter_by_chapter(tika: TikaServer) -> None:
    document = extract(office_files.epub(), "x.epub", tika)
    assert document.title == "Handbook of Leases"
    assert document.text == "Chapter One\n\nThe tenant pays the rent in advance."
    assert document.attachments == ()


def test_legacy_word_and_excel_are_read(tika: TikaServer) -> None:
    word = extract(shared("testWORD_numbered_list.doc"), "a.doc", tika)
    assert word.media_type == "application/msword"
    assert word.text.startswith("1) This\n\na) Is\n\ni) A multi")
    excel = extract(shared("testEXCEL.xls"), "a.xls", tika)
    assert excel.title == "Simple Excel document"
    assert "| 15 | 225" in excel.text


def test_a_message_has_a_header_and_its_attachments(tika: TikaServer) -> None:
    message = extract(shared("testMSG_att_msg.msg"), "a.msg", tika)
    assert blocks(message) == [
        ("mail_header", "From: Nick Booth <nick.booth@pof.com.au>", None),
        ("mail_header", "To: Nick Booth <nick.booth@pof.com.au>", None),
        ("mail_header", "Date: Fri, 18 Jun 2010 09:54:19 +1000", None),
        ("mail_header", "Subject: test email", None),
        ("paragraph", "Test email with 1 msg attachment, 1 pdf", None),
    ]
    assert (message.title, str(message.date)) == ("test email", "2010-06-18")
    inner, pdf = message.attachments
    assert (pdf.name, pdf.content[:5]) == ("smbprn.00009008.KdcPjl.pdf", b"%PDF-")
    assert inner.name == "Test Attachment.msg.html"
    assert "Test Attachment" in extract(inner.content, inner.name).text


def test_pictures_that_a_message_shows_are_no_attachments(tika: TikaServer) -> None:
    assert extract(shared("test-outlook2003.msg"), "a.msg", tika).attachments == ()


def test_documents_within_a_document_are_attachments_and_pictures_are_not(tika: TikaServer) -> None:
    document = extract(shared("testWORD_embeded.doc"), "a.doc", tika)
    assert document.media_type == "application/msword"
    assert [item.name for item in document.attachments] == ["6.docx"]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (office_files.odt(encrypted=True), "encrypted", "protected by a password"),
        (office_files.odt(content="<office"), "damaged", "SAXParseException"),
        (office_files.xlsx({"A": [["a"]]}, broken=True), "damaged", "The file is damaged"),
        (office_files.rtf(""), "empty", "no text"),
        (office_files.rtf("word " * 4_100_000), "too_large", "20,000,000 characters"),
    ],
    ids=["encrypted", "broken-odt", "broken-xlsx", "empty", "huge"],
)
def test_a_file_that_gives_no_text_says_why(content: bytes, code: str, words: str, tika: TikaServer) -> None:
    error = failure(content, "a.bin", tika)
    assert error.code == code
    assert words in error.reason


@pytest.mark.parametrize("name", ["testWORD_protected_passtika.doc", "password.xls"])
def test_legacy_files_with_a_password_are_encrypted(name: str, tika: TikaServer) -> None:
    assert failure(shared(name), name, tika).code == "encrypted"


def test_without_a_server_the_reason_says_that_one_would_help() -> None:
    with pytest.raises(NeedsTikaError) as caught:
        extract(LOAN, "a.rtf")
    assert (caught.value.code, caught.value.reason) == (
        "needs_tika",
        "Rich text (RTF): not read by this installation. A Tika server would read it: clausewatch doctor "
        "says how to set one up.",
    )


def test_formats_of_our_own_are_never_sent() -> None:
    nowhere = TikaServer(f"http://127.0.0.1:{free_port()}", 0.5)
    assert extract(b"1. Rent. The tenant pays.", "a.txt", nowhere).reader == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://ann:hunter2@host:9998", "without user and password"),
        ("ftp://host", "a URL like"),
        ("host:9998", "a URL like"),
        ("http://host:hunter2", "a port from 1 to 65535"),
        ("http://host/?token=hunter2", "ends with the host"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected) as caught:
        TikaServer(url)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_is_away_is_waited_for_once_and_named() -> None:
    tika = TikaServer(f"http://127.0.0.1:{free_port()}", 2.0)
    started = time.monotonic()
    error = failure(LOAN, "a.rtf", tika)
    first, started = time.monotonic() - started, time.monotonic()
    assert (error.code, error.reason) == (
        "unreachable",
        f"The Tika server at {tika.url} cannot be reached. Start it, or mend CLAUSEWATCH_TIKA_URL, and "
        "ingest again.",
    )
    assert failure(LOAN, "b.rtf", tika).code == "unreachable"
    assert 1.0 < first < 4.0
    assert time.monotonic() - started < 1.0


def test_a_server_that_accepts_and_never_answers_ends_with_the_time_limit() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        started = time.monotonic()
        error = failure(LOAN, "a.rtf", TikaServer(f"http://127.0.0.1:{silent.getsockname()[1]}", 1.0))
    assert error.code == "unreachable"
    assert time.monotonic() - started < 6.0


class _Stub(http.server.BaseHTTPRequestHandler):
    """Answers /version like a Tika server, and files as the test says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._send(200, b"Apache Tika 3.3.2")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        answer = self.server.answers.pop(0)  # type: ignore[attr-defined]
        if callable(answer):
            answer()
            self.close_connection = True
            return
        self._send(*answer)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


Answer = tuple[int, bytes] | Callable[[], object]


@contextmanager
def stub(*answers: Answer) -> Iterator[tuple[TikaServer, list[tuple[str, dict[str, str], bytes]]]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    server.daemon_threads = True
    server.answers, server.requests = list(answers), []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield TikaServer(f"http://127.0.0.1:{server.server_port}", 5.0), server.requests  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_sent_are_the_bytes_alone() -> None:
    with stub((200, RMETA)) as (tika, requests):
        assert extract(LOAN, "Smith v Jones.rtf", tika).text == "Read."
    [(path, headers, body)] = requests
    assert (path, body) == ("/rmeta/xml", LOAN)
    assert "Smith" not in str(headers)


def test_an_answer_that_fails_once_is_asked_for_again() -> None:
    with stub((503, b""), lambda: None, (200, RMETA)) as (tika, requests):
        assert extract(LOAN, "a.rtf", tika).text == "Read."
    assert len(requests) == 3


def test_a_server_that_fails_three_times_over_a_file_is_to_blame() -> None:
    with stub(*[(500, b"")] * 4) as (tika, requests):
        error = failure(LOAN, "a.rtf", tika)
    assert error.code == "server_failed"
    assert "answered with status 500 each of 3 times" in error.reason
    assert len(requests) == 3


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (413, b"", "too_large"),
        (415, b"", "unsupported"),
        (422, b"org.apache.tika.exception.EncryptedDocumentException: locked", "encrypted"),
        (422, b"org.apache.tika.exception.TikaException: oh", "damaged"),
        (422, b"", "damaged"),
        (302, b"", "unreachable"),
        (404, b"no such page", "unreachable"),
        (200, b"<html>a portal</html>", "unreachable"),
        (200, b"[]", "unreachable"),
        (200, b'[{"X-TIKA:Parsed-By": ["org.apache.tika.parser.EmptyParser"]}]', "unsupported"),
        (200, b'[{"Content-Type": "application/rtf"}]', "empty"),
    ],
)
def test_each_answer_has_its_outcome(status: int, body: bytes, code: str) -> None:
    with stub((status, body)) as (tika, requests):
        error = failure(LOAN, "a.rtf", tika)
    assert (error.code, len(requests)) == (code, 1)
    assert isinstance(error, UnsupportedFormatError) == (code == "unsupported")


def test_a_file_that_takes_too_long_times_out_while_the_server_answers_others() -> None:
    released = threading.Event()
    with stub(lambda: released.wait(20)) as (server, _):
        error = failure(LOAN, "a.rtf", TikaServer(server.url, 1.0))
        released.set()
    assert (error.code, error.reason) == (
        "timed_out",
        "The Tika server took longer than 1 seconds (CLAUSEWATCH_TIKA_SECONDS).",
    )


def test_the_package_starts_downloads_and_writes_nothing_whatever_the_environment_says(
    tmp_path: Path,
) -> None:
    script = (
        "from indexer.extract import extract; from indexer.extract.tika import TikaServer; import sys, os\n"
        "try: extract(sys.stdin.buffer.read(), 'a.rtf', TikaServer(sys.argv[1], 2.0))\n"
        "except Exception as error: print(error.code)\n"
        "print(os.environ['TIKA_LOG_FILE'], os.environ['TIKA_STARTUP_SLEEP'])\n"
    )
    with stub() as (proxy, reached):
        hostile = {
            "TMPDIR": str(tmp_path), "TIKA_LOG_PATH": str(tmp_path), "TIKA_LOG_FILE": "tika.log",
            "TIKA_PATH": str(tmp_path), "TIKA_SERVER_JAR": f"{proxy.url}/x.jar",
            "TIKA_STARTUP_SLEEP": "no number", "TIKA_SERVER_ENDPOINT": proxy.url,
            "HTTP_PROXY": proxy.url, "http_proxy": proxy.url, "ALL_PROXY": proxy.url,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", script, f"http://127.0.0.1:{free_port()}"],
            input=LOAN, env={**os.environ, **hostile}, cwd=ROOT, capture_output=True, timeout=60, check=True,
        )  # fmt: skip
    assert done.stdout.decode().split("\n")[:2] == ["unreachable", "tika.log no number"]
    assert done.stderr == b""
    assert list(tmp_path.iterdir()) == []
    assert reached == []
