"""PDF: reading order, furniture, hyphens, headings and boxes, on documents built here."""

import numpy as np
import pytest
from fpdf import FPDF

from indexer.documents import BlockKind, Document
from indexer.errors import ExtractionError
from indexer.extract import extract

LEFT = (
    "The supplier shall deliver the goods within thirty days after each order has been accepted in writing."
)
RIGHT = (
    "The buyer may reject goods that fail the acceptance test and claim back what it paid for them already."
)


def new_pdf() -> FPDF:
    pdf = FPDF(format="A4", unit="pt")
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=11)
    return pdf


def read(pdf: FPDF) -> Document:
    return extract(bytes(pdf.output()), "built.pdf")


def shown(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def write_lines(pdf: FPDF, x: float, y: float, lines: list[str], leading: float = 14) -> None:
    for number, line in enumerate(lines):
        pdf.text(x, y + number * leading, line)


def wrapped(text: str, times: int, width: int = 34) -> list[str]:
    lines, line = [], ""
    for word in (text + " ").split() * times:
        if len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def test_columns_are_read_one_after_the_other() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(200, 60, "SUPPLY AGREEMENT")
    left, right = wrapped(LEFT, 4), wrapped(RIGHT, 4)
    for number, (one, other) in enumerate(zip(left, right, strict=False)):
        pdf.text(50, 100 + 14 * number, one)
        pdf.text(320, 100 + 14 * number, other)
    write_lines(pdf, 50, 100 + 14 * min(len(left), len(right)), left[len(right) :])
    write_lines(pdf, 320, 100 + 14 * min(len(left), len(right)), right[len(left) :])
    text = " ".join(read(pdf).text.split())
    assert text == " ".join(["SUPPLY AGREEMENT", *[LEFT] * 4, *[RIGHT] * 4])


def test_tables_are_read_row_by_row() -> None:
    pdf = new_pdf()
    pdf.add_page()
    rows = [
        ("Service", "Fee", "Due"),
        ("Hosting", "1,200 EUR", "monthly"),
        ("Support", "300 EUR", "quarterly"),
    ]
    for number, row in enumerate(rows):
        for x, cell in zip((60, 260, 420), row, strict=True):
            pdf.text(x, 100 + 16 * number, cell)
    assert shown(read(pdf)) == [
        (BlockKind.TABLE_ROW, "Service | Fee | Due"),
        (BlockKind.TABLE_ROW, "Hosting | 1,200 EUR | monthly"),
        (BlockKind.TABLE_ROW, "Support | 300 EUR | quarterly"),
    ]


def test_running_headers_footers_and_page_numbers_are_left_out() -> None:
    pdf = new_pdf()
    for number in range(1, 6):
        pdf.add_page()
        pdf.text(60, 40, "Acme Ltd - Confidential")
        pdf.text(60, 120, f"Paragraph {['one', 'two', 'three', 'four', 'five'][number - 1]} stands here.")
        pdf.text(280, 800, f"Page {number} of 5")
    document = read(pdf)
    assert document.text.split("\n\n") == [
        "Paragraph one stands here.",
        "Paragraph two stands here.",
        "Paragraph three stands here.",
        "Paragraph four stands here.",
        "Paragraph five stands here.",
    ]
    assert [document.text[page.start : page.end] for page in document.pages][
        4
    ] == "Paragraph five stands here."


def test_page_numbers_of_an_earlier_print_are_left_out_wherever_they_stand() -> None:
    pdf = new_pdf()
    for page, places in enumerate([(500,), (250, 700), (400,)]):
        pdf.add_page()
        write_lines(pdf, 60, 100, [f"Page {page} of this print holds this line of words."] * 3)
        for offset, place in enumerate(places):
            pdf.text(300, place, str((1, 2, 4)[page] + offset))
            write_lines(pdf, 60, place + 40, ["The words go on below."])
    text = read(pdf).text
    assert not [line for line in text.splitlines() if line.strip().isdigit()]
    assert text.count("The words go on below.") == 4


def test_numbers_that_stand_alone_close_together_are_no_page_numbers() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(60, 60, "The grades are the following, each on a line of its own.")
    for number in range(1, 6):
        pdf.text(60, 60 + 60 * number, str(number))
    assert [line for line in read(pdf).text.splitlines() if line.strip().isdigit()] == list("12345")


def test_clause_numbers_at_the_top_of_pages_are_no_page_numbers() -> None:
    pdf = new_pdf()
    for number in range(1, 6):
        pdf.add_page()
        pdf.text(60, 60, f"2.{number} The parties keep this clause, whatever its number.")
        pdf.text(60, 200, "Body.")
    assert "2.3 The parties keep" in read(pdf).text


def test_hyphens_at_line_ends_are_joined_and_compounds_keep_theirs() -> None:
    pdf = new_pdf()
    pdf.add_page()
    write_lines(
        pdf,
        60,
        100,
        [
            "This non-exclusive licence covers every confiden-",
            "tial document, whether it is a third-party or a non-",
            "exclusive one, and ends with it.",
        ],
    )
    assert read(pdf).text == (
        "This non-exclusive licence covers every confidential document, whether it is a third-party or a "
        "non-exclusive one, and ends with it."
    )


def test_lines_are_joined_to_paragraphs_and_headings_stand_apart() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 16)
    pdf.text(60, 80, "Master Services Agreement")
    pdf.set_font("Helvetica", "", 11)
    pdf.text(60, 120, "7. LIMITATION OF LIABILITY")
    write_lines(pdf, 60, 150, wrapped(LEFT, 2, 80))
    pdf.text(60, 240, "7.1 Neither party is liable for loss of profit.")
    document = read(pdf)
    assert shown(document) == [
        (BlockKind.HEADING, "Master Services Agreement"),
        (BlockKind.HEADING, "7. LIMITATION OF LIABILITY"),
        (BlockKind.PARAGRAPH, f"{LEFT} {LEFT}"),
        (BlockKind.LIST_ITEM, "7.1 Neither party is liable for loss of profit."),
    ]
    assert document.title == "Master Services Agreement"


def test_a_sentence_that_a_page_divides_is_one_paragraph() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(60, 100, "The tenant shall pay the rent")
    pdf.add_page()
    pdf.text(60, 100, "on the first day of each month.")
    document = read(pdf)
    assert shown(document) == [
        (BlockKind.PARAGRAPH, "The tenant shall pay the rent on the first day of each month.")
    ]
    assert [(page.start, page.end) for page in document.pages] == [(0, 29), (30, 61)]


def test_boxes_stand_where_the_characters_are_shown() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(100, 200, "Ab c")
    page = read(pdf).pages[0]
    assert (page.width, page.height) == (pytest.approx(595.28, abs=0.1), pytest.approx(841.89, abs=0.1))
    assert page.boxes.shape == (4, 4)
    assert page.boxes[0, 0] == pytest.approx(1000, abs=5)
    assert page.boxes[0, 1] < 2000 < page.boxes[0, 3]
    assert page.boxes[2].tolist() == [-1, -1, -1, -1]
    assert (np.diff(page.boxes[[0, 1, 3], 0]) > 0).all()


@pytest.mark.parametrize("turns", [90, 180, 270])
def test_a_page_shown_turned_has_its_boxes_turned(turns: int) -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(100, 200, "Sideways")
    content = bytes(pdf.output()).replace(b"/Type /Page\n", f"/Type /Page\n/Rotate {turns}\n".encode())
    document = extract(content, "turned.pdf")
    page = document.pages[0]
    left, top = page.boxes[0, 0] / 10, page.boxes[0, 1] / 10
    assert document.text == "Sideways"
    expected = {90: (841.89 - 200, 100), 180: (595.28 - 100, 841.89 - 200), 270: (200, 595.28 - 100)}[turns]
    assert abs(left - expected[0]) < 14
    assert abs(top - expected[1]) < 14


def test_a_page_without_text_is_named_in_a_warning() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(100, 200, "Only here.")
    pdf.add_page()
    pdf.rect(10, 10, 200, 200, style="F")
    assert read(pdf).warnings == ("No text on page 2: probably scanned, run OCR to search them.",)


def test_pages_without_any_text_ask_for_ocr() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.rect(10, 10, 200, 200, style="F")
    with pytest.raises(ExtractionError) as caught:
        read(pdf)
    assert (caught.value.code, str(caught.value)) == (
        "no_text_layer",
        "A scan without a text layer: run OCR first.",
    )


def test_blank_pages_are_empty_not_scanned() -> None:
    pdf = new_pdf()
    pdf.add_page()
    with pytest.raises(ExtractionError) as caught:
        read(pdf)
    assert caught.value.code == "empty"


def test_a_pdf_with_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.extract.pdf.reader.MAX_PAGES", 2)
    pdf = new_pdf()
    for _ in range(3):
        pdf.add_page()
    with pytest.raises(ExtractionError) as caught:
        read(pdf)
    assert caught.value.code == "too_large"


def test_attached_files_become_attachments() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(100, 200, "See the annex.")
    pdf.embed_file(basename="annex.txt", bytes=b"Annex A")
    assert [(item.name, item.content) for item in read(pdf).attachments] == [("annex.txt", b"Annex A")]


def test_noise_after_a_pdf_header_is_damaged() -> None:
    with pytest.raises(ExtractionError) as caught:
        extract(b"%PDF-1.7\n" + bytes(range(256)) * 50, "noise.pdf")
    assert caught.value.code == "damaged"


def test_a_line_that_stands_once_in_the_margin_is_kept() -> None:
    pdf = new_pdf()
    pdf.add_page()
    pdf.text(60, 820, "IN WITNESS WHEREOF")
    assert read(pdf).text == "IN WITNESS WHEREOF"
