"""Word documents: what a reader of the accepted document sees, in order."""

from datetime import date, datetime

import pytest
from docx.document import Document as Docx

from indexer.documents import BlockKind, Document
from indexer.errors import ExtractionError
from indexer.extract import extract
from indexer.extract.docx.numerals import numeral
from tests.indexer.extract.docx_files import NUMBERING, W, append, docx_bytes, numbered, with_parts


def shown(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def lines(fill, replaced: dict[str, str] | None = None) -> list[str]:
    return [text for _, _, text in shown(extract(docx_bytes(fill, replaced), "test.docx"))]


def test_headings_tables_and_properties_come_in_document_order() -> None:
    def fill(docx: Docx) -> None:
        docx.core_properties.title = "Supply Agreement"
        docx.core_properties.author = "Ada Counsel"
        docx.core_properties.created = datetime(2024, 3, 1)
        docx.add_heading("Liability", 2)
        docx.add_paragraph("The cap is the price paid.")
        table = docx.add_table(2, 2)
        for row, texts in zip(table.rows, (("Item", "Price"), ("Bolts", "12 EUR")), strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        docx.add_paragraph("Last words.")

    document = extract(docx_bytes(fill), "test.docx")
    assert shown(document) == [
        (BlockKind.HEADING, 2, "Liability"),
        (BlockKind.PARAGRAPH, 0, "The cap is the price paid."),
        (BlockKind.TABLE_ROW, 0, "Item | Price"),
        (BlockKind.TABLE_ROW, 0, "Bolts | 12 EUR"),
        (BlockKind.PARAGRAPH, 0, "Last words."),
    ]
    assert document.title == "Supply Agreement"
    assert document.date == date(2024, 3, 1)
    assert document.metadata == {"Author": "Ada Counsel"}


def test_automatic_numbers_are_written_out_and_restart_below_a_higher_level() -> None:
    def fill(docx: Docx) -> None:
        for text, level in (
            ("a", 0),
            ("b", 1),
            ("c", 2),
            ("d", 2),
            ("e", 1),
            ("f", 2),
            ("g", 0),
            ("h", 1),
            ("i", 3),
        ):
            numbered(docx, text, level)
        numbered(docx, "j", 0, number=2)
        numbered(docx, "k", 1, number=2)
        numbered(docx, "l", 0, number=3)

    assert lines(fill, {"word/numbering.xml": NUMBERING}) == [
        "1. a", "1.1 b", "(a) c", "(b) d", "1.2 e", "(a) f", "2. g", "2.1 h", "I) i", "7. j", "7.1 k", "• l",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "number_format", "text"),
    [
        (4, "lowerRoman", "iv"),
        (1999, "upperRoman", "MCMXCIX"),
        (27, "lowerLetter", "aa"),
        (28, "upperLetter", "BB"),
        (22, "ordinal", "22nd"),
        (12, "ordinal", "12th"),
        (21, "ordinalText", "Twenty-first"),
        (40, "ordinalText", "Fortieth"),
        (19, "cardinalText", "Nineteen"),
        (5, "decimalZero", "05"),
        (5, "chicago", "5"),
        (5, "none", ""),
    ],
)
def test_numbers_take_the_format_of_their_level(number: int, number_format: str, text: str) -> None:
    assert numeral(number, number_format) == text


def test_tracked_changes_are_taken_as_accepted() -> None:
    def fill(docx: Docx) -> None:
        append(
            docx,
            "<w:p><w:r><w:t xml:space='preserve'>Pay </w:t></w:r>"
            "<w:del><w:r><w:delText>ten</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>thirty</w:t></w:r></w:ins>"
            "<w:r><w:t xml:space='preserve'> days</w:t></w:r>"
            "<w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom></w:p>",
        )
        append(docx, "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>One </w:t></w:r></w:p>")
        append(docx, "<w:p><w:r><w:t>paragraph.</w:t></w:r></w:p>")

    assert lines(fill) == ["Pay thirty days", "One paragraph."]


def test_hidden_text_field_codes_and_soft_hyphens_are_left_out() -> None:
    def fill(docx: Docx) -> None:
        append(
            docx,
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>"
            "<w:r><w:t>code</w:t></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>"
            "<w:r><w:t>Clause 7</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
            "<w:r><w:t xml:space='preserve'> non</w:t><w:noBreakHyphen/><w:t>ex</w:t><w:softHyphen/>"
            "<w:t>clusive</w:t></w:r></w:p>",
        )

    assert lines(fill) == ["Clause 7 non-exclusive"]


def test_text_boxes_and_content_controls_are_read_once() -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent>"

    def fill(docx: Docx) -> None:
        append(
            docx,
            f"<w:p><w:r><mc:AlternateContent {mc}><mc:Choice Requires='wps'>"
            f"<w:drawing>{box}</w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        )
        append(
            docx, "<w:sdt><w:sdtContent><w:p><w:r><w:t>Controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )

    assert lines(fill) == ["In the box", "Controlled"]


def test_a_footnote_follows_the_paragraph_that_refers_to_it() -> None:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relationships = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{office}/footnotes" Target="footnotes.xml"/></Relationships>'
    )
    note = '<w:footnote w:id="2"><w:p><w:r><w:t>Net of tax.</w:t></w:r></w:p></w:footnote>'
    footnotes = f"<w:footnotes {W}>{note}</w:footnotes>"

    def fill(docx: Docx) -> None:
        append(docx, "<w:p><w:r><w:t>The price</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r></w:p>")
        append(docx, "<w:p><w:r><w:t>Next.</w:t></w:r></w:p>")

    content = docx_bytes(
        fill, {"word/_rels/document.xml.rels": relationships, "word/footnotes.xml": footnotes}
    )
    assert shown(extract(content, "test.docx")) == [
        (BlockKind.PARAGRAPH, 0, "The price[1]"),
        (BlockKind.FOOTNOTE, 0, "[1] Net of tax."),
        (BlockKind.PARAGRAPH, 0, "Next."),
    ]


def test_a_strict_document_reads_as_a_transitional_one() -> None:
    body = (
        '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>Strictly</w:t>'
        "</w:r></w:p></w:body></w:document>"
    )
    assert lines(lambda _: None, {"word/document.xml": body}) == ["Strictly"]


def test_entities_are_not_expanded_and_nothing_is_loaded() -> None:
    body = (
        '<!DOCTYPE w:document [<!ENTITY leak SYSTEM "file:///etc/hostname">]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>before &leak; after</w:t></w:r></w:p></w:body></w:document>"
    )
    assert lines(lambda _: None, {"word/document.xml": body}) == ["before"]


def test_a_package_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.extract.docx.package.MAX_UNPACKED_BYTES", 100_000)
    content = docx_bytes(lambda docx: docx.add_paragraph("x" * 1_000_000) and None)
    with pytest.raises(ExtractionError) as caught:
        extract(content, "bomb.docx")
    assert caught.value.code == "too_large"


def test_a_cut_off_document_is_damaged() -> None:
    content = docx_bytes(lambda docx: docx.add_paragraph("Whole") and None)
    for broken in (content[: len(content) // 2], with_parts(content, {"word/document.xml": "<w:doc"})):
        with pytest.raises(ExtractionError) as caught:
            extract(broken, "cut.docx")
        assert caught.value.code == "damaged"
