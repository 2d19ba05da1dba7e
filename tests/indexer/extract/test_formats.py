"""Every real test document ends as text or as a stated reason, within limits."""

import re
from pathlib import Path

import pytest

from indexer.documents import BlockKind, Document
from indexer.errors import ExtractionError, UnsupportedFormatError
from indexer.extract import extract
from tests.conftest import SHARED_DATA

FORMATS = SHARED_DATA / "formats"
FILES = sorted(path for path in FORMATS.rglob("*") if path.is_file()) if FORMATS.is_dir() else []
CODES = {
    "encrypted", "damaged", "empty", "no_text_layer", "too_large", "unreadable", "unsupported", "needs_tika",
}  # fmt: skip
OURS = re.compile(r"NameError|AttributeError|TypeError|IndexError|KeyError|AssertionError|UnboundLocal")


def read(name: str) -> Document:
    path = next((path for path in FILES if path.name == name), None)
    if path is None:
        pytest.skip(f"{name} is not at {FORMATS}")
    return extract(path.read_bytes(), path.name)


def reason(name: str) -> ExtractionError:
    with pytest.raises(ExtractionError) as caught:
        read(name)
    return caught.value


def of_kind(document: Document, kind: BlockKind) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind is kind]


def assert_understandable(error: ExtractionError) -> None:
    assert error.code in CODES
    assert error.reason.endswith(".")
    assert not OURS.search(error.reason)


def assert_consistent(document: Document) -> None:
    document.text.encode("utf-8")
    assert document.title.strip()
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        assert document.text[block.start : block.end].strip()
        end = block.end
    end = 0
    for number, page in enumerate(document.pages, start=1):
        assert page.number == number
        assert end <= page.start <= page.end <= len(document.text)
        assert page.boxes.shape == (page.end - page.start, 4)
        assert page.boxes.dtype == "int16"
        end = page.end


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.name}" for path in FILES])
def test_every_file_ends_as_text_or_as_a_stated_reason(path: Path) -> None:
    try:
        document = extract(path.read_bytes(), path.name)
    except ExtractionError as error:
        assert_understandable(error)
        return
    assert document.text.strip() or document.attachments
    assert_consistent(document)


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("testUnicodePassword.pdf", "encrypted", "protected by a password"),
        ("testPassword4Spaces.pdf", "encrypted", "protected by a password"),
        ("testWORD_protected_passtika.docx", "encrypted", "protected by a password"),
        ("testOCR.pdf", "no_text_layer", "run OCR first"),
        ("loremipsum-flat.pdf", "no_text_layer", "run OCR first"),
        ("invalid.pdf", "damaged", "damaged"),
        ("empty.txt", "empty", "empty"),
        ("fake-text-all-whitespace.txt", "empty", "empty"),
        ("testEXCEL.xls", "needs_tika", "Excel workbook (XLS): not read by this installation."),
        ("test-outlook2003.msg", "needs_tika", "Outlook message (MSG): not read by this installation."),
        ("fake.doc", "needs_tika", "Word document (DOC): not read by this installation."),
        ("testOpenOffice2.odt", "needs_tika", "OpenDocument file (ODT): not read by this installation."),
        ("moby.zip", "unsupported", "Archive (ZIP): not read by this installation."),
        ("testJPEG.jpg", "unsupported", "Image (JPEG): not read by this installation."),
    ],
)
def test_a_file_without_text_says_why(name: str, code: str, words: str) -> None:
    error = reason(name)
    assert error.code == code
    assert words in error.reason
    assert isinstance(error, UnsupportedFormatError) == (code in {"unsupported", "needs_tika"})


def test_a_pdf_that_only_its_owner_may_change_is_read() -> None:
    assert "RETHINKING THE FINANCIAL NETWORK" in read("testPDF_protected.pdf").text


def test_overprinted_text_is_not_doubled() -> None:
    assert read("testOverlappingText.pdf").text == "Text the first time second time"
    assert "BOLD TEXT SAMPLE" in read("fake-bold-sample.pdf").text


def test_ligatures_keep_all_their_letters() -> None:
    text = read("layout-parser-paper-fast.pdf").text
    assert "several practical difficulties" in text
    assert "Though there have been on-going efforts" in text


def test_a_rotated_page_reads_upright_and_its_boxes_lie_on_the_page_as_shown() -> None:
    document = read("rotated-page-90.pdf")
    assert document.text.split("\n\n")[0] == "Hello World Test Text"
    page = document.pages[0]
    shown = page.boxes[page.boxes[:, 0] >= 0]
    assert shown[:, [0, 2]].max() <= page.width * 10
    assert shown[:, [1, 3]].max() <= page.height * 10


def test_form_fields_are_read_with_what_was_filled_in() -> None:
    assert "TIKA-1226" in read("testPDF_acroform3.pdf").text


def test_files_attached_to_a_pdf_become_attachments() -> None:
    assert [item.name for item in read("testPDFFileEmbInAnnotation.pdf").attachments] == ["Excel.xlsx"]
    assert len(read("testPDF_deeplyEmbeddedAttachments.pdf").attachments) == 20


def test_word_counts_as_the_document_says_it_does() -> None:
    """In this file each numbered paragraph holds the number that Word shows for it."""
    items = of_kind(read("testWORD_override_list_numbering.docx"), BlockKind.LIST_ITEM)
    agreeing = [item for item in items if item[: len(item) // 2] == item[len(item) // 2 + 1 :]]
    assert len(items) == 44
    assert len(agreeing) >= 38
    assert {"1.a.II 1.a.II", "2.18.2.1 2.18.2.1", "(2)) (2))", "2nd 2nd", "C C"} <= set(agreeing)


def test_word_footnotes_follow_their_paragraph() -> None:
    document = read("footnotes.docx")
    assert of_kind(document, BlockKind.FOOTNOTE) == ["[1] snoska"]
    assert document.text.startswith("Eto ochen prostoy[1] text so snoskoy")


def test_optional_hyphens_do_not_divide_words() -> None:
    assert read("testOptionalHyphen.docx").text == "optionalhyphen"


def test_text_boxes_of_word_are_read_once() -> None:
    assert read("testWORD_text_box.docx").text.count("inside of a text box") == 1


def test_pdf_embedded_in_word_is_taken_out_of_its_wrapper() -> None:
    [attachment] = read("EmbeddedPDF.docx").attachments
    assert attachment.name == "oleObject1.pdf"
    assert attachment.content.startswith(b"%PDF-")


def test_legacy_code_pages_are_recognised() -> None:
    assert read("russian.cp866.txt").text.startswith("Однажды, в студеную зимнюю пору,")
    assert "IntelliStation POWER 185 Express" in read("english.cp500.txt").text
    assert read("fake-text-utf-16.txt").text.startswith("This is a test document")
    assert read("fake-text-utf-32.txt").text.startswith("This is a test document")
    assert "في قرية من القرى" in read("testArabicMisleadingCharset.html").text


def test_mails_have_their_header_and_their_body_once() -> None:
    mail = read("testRFC822_dkim.eml")
    assert mail.metadata["Subject"] == "Is dinner ready?"
    assert mail.text.count("We lost the game") == 1
    assert str(mail.date) == "2003-07-11"
    assert read("testRFC822_x-.eml").title == "[jira] Commented: (TIKA-461) RFC822 messages not parsed"


def test_attached_messages_become_attachments() -> None:
    names = [item.name for item in read("mime-multipart-digest.eml").attachments]
    assert names == ["First Message.eml", "Second Message.eml", "Third Message.eml"]


def test_a_contract_text_is_kept_to_the_character(shared_data: Path) -> None:
    paths = sorted((shared_data / "cuad" / "contracts").iterdir())[::40]
    for path in paths:
        content = path.read_bytes()
        document = extract(content, path.name)
        assert document.text == content.decode("utf-8", errors="replace")
        assert_consistent(document)
