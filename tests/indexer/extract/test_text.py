"""Plain text, Markdown, separated values, JSON and HTML; what is recognised and what is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents import BlockKind, Document
from indexer.errors import ExtractionError, UnsupportedFormatError
from indexer.extract import extract
from indexer.extract.detect import detect
from indexer.extract.headings import heading_level, is_marker, starts_clause


def shown(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def code(content: bytes, name: str) -> str:
    with pytest.raises(ExtractionError) as caught:
        extract(content, name)
    return caught.value.code


@settings(deadline=None)
@given(st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text))
def test_utf8_text_is_kept_to_the_character_but_for_line_ends(text: str) -> None:
    content = text.encode()
    try:
        document = extract(content, "a.txt")
    except ExtractionError as error:
        assert error.code in {"unsupported", "empty", "damaged"}  # noqa: PT017
        return
    if document.media_type == "text/plain":
        assert document.text == text.replace("\r\n", "\n").replace("\r", "\n")


@settings(deadline=None, max_examples=60)
@given(
    st.binary(max_size=400),
    st.sampled_from(["a.txt", "a.pdf", "a.docx", "a.html", "a.eml", "a.md", "a.json"]),
)
def test_any_bytes_end_as_a_document_or_as_a_reason(content: bytes, name: str) -> None:
    for start in (b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"From: a\nMIME-Version: 1.0\n\n"):
        try:
            extract(start + content, name)
        except ExtractionError as error:
            assert error.reason  # noqa: PT017


def test_hard_wrapped_paragraphs_are_one_block_and_clauses_begin_their_own() -> None:
    text = (
        "SUPPLY AGREEMENT\n\nThis agreement is made between\nthe parties named below.\n"
        "1. DEFINITIONS\nIn this agreement words have\ntheir meaning as set out in Section\n"
        "2.1 below.\n(a) first item;\n"
    )
    assert shown(extract(text.encode(), "a.txt")) == [
        (BlockKind.HEADING, 1, "SUPPLY AGREEMENT"),
        (BlockKind.PARAGRAPH, 0, "This agreement is made between\nthe parties named below."),
        (BlockKind.HEADING, 1, "1. DEFINITIONS"),
        (
            BlockKind.PARAGRAPH,
            0,
            "In this agreement words have\ntheir meaning as set out in Section\n2.1 below.",
        ),
        (BlockKind.LIST_ITEM, 0, "(a) first item;"),
    ]


def test_long_lines_are_a_paragraph_each() -> None:
    first, second = "word " * 60 + "end.", "other " * 60 + "end."
    assert [text for _, _, text in shown(extract(f"{first}\n{second}".encode(), "a.txt"))] == [first, second]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Die Haftung für Schäden ist auf 5 000 € beschränkt – außer bei Vorsatz.", "cp1252"),
        ("Die Haftung für Schäden ist beschränkt.", "utf-8-sig"),
        ("Die Haftung für Schäden ist beschränkt.", "utf-16"),
        ("Die Haftung für Schäden ist beschränkt.", "utf-16-le"),
        ("Настоящий договор вступает в силу с момента подписания сторонами.", "cp1251"),
        ("Настоящий договор вступает в силу с момента подписания сторонами.", "koi8-r"),
    ],
)
def test_encodings_are_found_from_the_bytes(text: str, encoding: str) -> None:
    assert extract(text.encode(encoding), "a.txt").text.removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (b"%PDF-1.4", "a.txt", "application/pdf"),
        (b"<!DOCTYPE html><p>x", "a.txt", "text/html"),
        (b"<p>one</p>", "a.html", "text/html"),
        (b"a < b and c > d", "a.txt", "text/plain"),
        (b"From: a@b\nTo: c@d\nSubject: memo\n\nbody", "memo.txt", "text/plain"),
        (b"From: a@b\nTo: c@d\nSubject: memo\n\nbody", "memo.eml", "message/rfc822"),
        (b"Received: by x\nFrom: a@b\n\nbody", "noname", "message/rfc822"),
        (b"# Title", "a.md", "text/markdown"),
        (b"a,b\n1,2", "a.csv", "text/csv"),
        (b'{"content": "x"}', "a.json", "application/json"),
        (b"not json", "a.json", "text/plain"),
        (b"{\\rtf1 x}", "a.doc", "application/rtf"),
        (b"\x89PNG\r\n", "a.pdf", "image/png"),
        (b"text\0with\0zeros", "a.txt", "application/octet-stream"),
    ],
)
def test_the_content_says_what_a_file_is(content: bytes, name: str, media_type: str) -> None:
    assert detect(content, name) == media_type


def test_binary_empty_and_huge_files_are_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code(b"", "a.txt") == "empty"
    assert code(b" \n\t", "a.pdf") == "empty"
    assert code(b"\0\1\2\3" * 100, "a.txt") == "unsupported"
    monkeypatch.setattr("indexer.extract.MAX_BYTES", 10)
    assert code(b"x" * 11, "a.txt") == "too_large"


def test_markdown_headings_lists_tables_and_fences_are_found() -> None:
    text = "# Policy #\nBody\nruns on.\n\nSub\n---\n- one\n- two\n\n| a | b |\n|---|---|\n"
    text += "```\n# no heading\n```\n"
    document = extract(text.encode(), "a.md")
    assert document.text == text
    assert document.title == "Policy"
    assert shown(document) == [
        (BlockKind.HEADING, 1, "Policy"),
        (BlockKind.PARAGRAPH, 0, "Body\nruns on."),
        (BlockKind.HEADING, 2, "Sub"),
        (BlockKind.LIST_ITEM, 0, "- one"),
        (BlockKind.LIST_ITEM, 0, "- two"),
        (BlockKind.TABLE_ROW, 0, "| a | b |"),
        (BlockKind.TABLE_ROW, 0, "|---|---|"),
        (BlockKind.PARAGRAPH, 0, "```\n# no heading\n```"),
    ]


def test_a_json_policy_is_read_as_its_title_and_text() -> None:
    content = json.dumps(
        {"id": "p1", "title": "Opening accounts", "content": "## Rules\n\n1. Verify."}
    ).encode()
    document = extract(content, "p1.json")
    assert document.title == "Opening accounts"
    assert [text for _, _, text in shown(document)] == ["Opening accounts", "Rules", "1. Verify."]


def test_json_without_a_text_is_unsupported_and_broken_json_damaged() -> None:
    with pytest.raises(UnsupportedFormatError):
        extract(b'{"rows": [1, 2]}', "a.json")
    assert code(b'{"content": ', "a.json") == "damaged"


def test_html_shows_what_a_reader_sees() -> None:
    page = """<html><head><title>Lease</title><style>p {}</style><script>alert(1)</script></head><body>
    <nav>Home</nav><h2>Rent</h2><p>Pay <b>monthly</b>,<br>in advance.</p><p hidden>no</p>
    <p style="display: none">no</p><!-- no --><ul><li>Heating<li>Water</ul><ol start="3"><li>Repairs</ol>
    <table><tr><th>Year</th><th>Rent</th></tr><tr><td>1</td><td>900</td></tr></table>
    <table><tr><td>(a)</td><td>The deposit.</td></tr></table></body></html>"""
    document = extract(page.encode(), "lease.html")
    assert document.title == "Lease"
    assert shown(document) == [
        (BlockKind.HEADING, 2, "Rent"),
        (BlockKind.PARAGRAPH, 0, "Pay monthly,\nin advance."),
        (BlockKind.LIST_ITEM, 1, "• Heating"),
        (BlockKind.LIST_ITEM, 1, "• Water"),
        (BlockKind.LIST_ITEM, 1, "3. Repairs"),
        (BlockKind.TABLE_ROW, 0, "Year | Rent"),
        (BlockKind.TABLE_ROW, 0, "1 | 900"),
        (BlockKind.PARAGRAPH, 0, "(a) The deposit."),
    ]


def test_a_table_that_only_lays_out_the_page_is_read_as_paragraphs() -> None:
    inner = "<table><tr><td>a</td><td>b</td></tr></table>"
    page = f"<table><tr><td><p>First.</p>{inner}<p>Last.</p></td></tr></table>"
    document = extract(page.encode(), "a.html")
    assert [text for _, _, text in shown(document)] == ["First.", "a | b", "Last."]


def test_deeply_nested_html_ends_as_text_or_as_a_reason() -> None:
    page = b"<html><body>" + b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000
    try:
        assert "deep" in extract(page, "deep.html").text
    except ExtractionError as error:
        assert error.code in {"damaged", "empty"}  # noqa: PT017


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("ARTICLE IV", 1),
        ("Section 5.2 Payment Terms", 2),
        ("7. LIMITATION OF LIABILITY", 1),
        ("7.2 Exclusions", 2),
        ("CONFIDENTIALITY", 1),
        ("Exhibit 10.4", 1),
        ("1. The supplier shall deliver the goods.", None),
        ("211 Bradenton Avenue", None),
        ("as set out in Section 5", None),
        ("IN WITNESS WHEREOF,", None),
        ("By: ____", None),
        ("x" * 200, None),
        ("", None),
    ],
)
def test_headings_are_told_from_text(line: str, level: int | None) -> None:
    assert heading_level(line) == level


def test_clause_numbers_are_told_from_references() -> None:
    assert starts_clause("(a) any loss")
    assert starts_clause("2.1 below", after="The parties agree.")
    assert not starts_clause("2.1 below", after="as set out in Section")
    assert not starts_clause("Section 5 applies", after="to which")
    assert is_marker("(iv)")
    assert not is_marker("Fee")


def test_a_numbered_heading_is_no_title_but_the_line_above_it_is() -> None:
    text = "Contrat de prestation\n\nA et B conviennent de ce qui suit.\n\n1. Objet\n\nLe prestataire agit.\n"
    assert extract(text.encode(), "contrat.txt").title == "Contrat de prestation"
