"""The document page: text with its risks, find, the original, and page images."""

from pathlib import Path

import numpy as np
import pytest

from indexer.documents import Block, BlockKind
from indexer.records.read import ChunkRecord
from models.labels import LabelPrediction, LabelSource, Trigger
from models.packs import load_pack
from search_app.labels import LabelMaker
from search_app.pages import outline, paper, reading
from search_app.pages.originals import safe_name
from tests.search_app.pages.house import House

LEASE = "Office Lease 18 Calloway Square.pdf"
LAW = LabelPrediction("Governing Law", 0.9, LabelSource.RULE, "rules:1", (Trigger(0, 3, "The"),))


def chunk(
    key: int, text: str, start: int, section: str = "", labels: tuple[LabelPrediction, ...] = ()
) -> ChunkRecord:
    end = start + len(text)
    return ChunkRecord(
        key, f"c{key}", "d", "contracts", "T", "s", "Other", None, section, None, start, end, text, labels
    )


def test_document_shows_its_whole_text_with_the_opened_passage_and_its_risks(house: House) -> None:
    found = house.chunk("supply.txt", "aggregate liability")
    page = house.get(f"/documents/{found['document']}?passage={found['key']}")
    assert "SUPPLY AGREEMENT" in page
    assert "State of New York" in page
    assert f'id="p{found["key"]}"' in page
    assert "data-opened" in page
    assert "Opened at the passage" in page
    assert "Cap on liability" in page
    assert 'class="trigger s3"' in page


def test_hostile_document_is_shown_as_text(house: House) -> None:
    document = house.document("<b>hostile.txt")["id"]
    page = house.get(f"/documents/{document}?find=<script>")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>hostile" not in page
    assert "&lt;b onclick" in page


def test_every_labelled_passage_has_a_tick_that_leads_to_it(house: House) -> None:
    document = house.document(LEASE)["id"]
    page = house.get(f"/documents/{document}")
    labelled = {row["chunk"] for row in house.rows("predictions")}
    keys = [row["key"] for row in house.chunks(LEASE) if row["key"] in labelled]
    assert keys
    assert all(f"#p{key}" in page for key in keys)


def test_find_counts_and_marks_the_places(house: House) -> None:
    document = house.document("supply.txt")["id"]
    page = house.get(f"/documents/{document}?find=total  AGGREGATE")
    assert "1 of 1" in page
    assert "<mark>total aggregate</mark>" in page
    assert "not found" in house.get(f"/documents/{document}?find=zebra")


@pytest.mark.parametrize(
    "address",
    [
        "/documents/nothing",
        "/documents/" + "0" * 32,
        "/documents/..%2f..%2fetc%2fpasswd",
        "/documents/a/original",
    ],
)
def test_document_that_is_not_there_is_said_in_plain_words(house: House, address: str) -> None:
    response = house.client.get(address)
    assert response.status_code == 404
    assert "There is no such" in response.text


@pytest.mark.parametrize(
    "address", ["?part=9999", "?passage=abc", "?find=" + "x" * 5000, "?passage=-1&q=x&pos=y"]
)
def test_odd_addresses_of_a_document_still_show_it(house: House, address: str) -> None:
    document = house.document("supply.txt")["id"]
    assert "SUPPLY AGREEMENT" in house.get(f"/documents/{document}{address}")


def test_original_is_an_attachment_with_the_very_bytes(house: House) -> None:
    document = house.document(LEASE)
    response = house.client.get(f"/documents/{document['id']}/original")
    assert response.status_code == 200
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(response.data) == document["bytes"]
    assert len(house.events("download")) == 1
    response.close()


def test_html_never_leaves_as_html(house: House) -> None:
    document = house.document("data-processing-agreement-pellworth.html")["id"]
    response = house.client.get(f"/documents/{document}/original")
    assert response.mimetype == "application/octet-stream"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    response.close()


def test_page_of_a_pdf_is_drawn_once_and_kept(house: House) -> None:
    document = house.document(LEASE)
    address = f"/documents/{document['id']}/pages/1.png"
    first = house.client.get(address)
    assert first.mimetype == "image/png"
    assert first.data.startswith(b"\x89PNG")
    kept = list((house.home / "pages").rglob("*.png"))
    assert [path.name for path in kept] == [f"{document['digest']}-1-1240.png"]
    before = kept[0].stat().st_mtime_ns
    second = house.client.get(address)
    assert second.data == first.data
    assert kept[0].stat().st_mtime_ns == before
    first.close()
    second.close()


@pytest.mark.parametrize("page", [0, 999])
def test_page_that_a_pdf_does_not_have_is_not_found(house: House, page: int) -> None:
    document = house.document(LEASE)["id"]
    assert house.client.get(f"/documents/{document}/pages/{page}.png").status_code == 404


def test_text_has_no_page_images(house: House) -> None:
    document = house.document("supply.txt")["id"]
    assert house.client.get(f"/documents/{document}/pages/1.png").status_code == 404
    assert "Pages</a>" not in house.get(f"/documents/{document}?view=pages")


def test_damaged_pdf_gives_a_reason_and_no_image(house: House, tmp_path: Path) -> None:
    document = house.document(LEASE)
    house.site.parts.blobs.path(document["digest"]).write_bytes(b"%PDF-1.7 broken")
    response = house.client.get(f"/documents/{document['id']}/pages/1.png")
    assert response.status_code == 422
    assert "cannot be drawn" in response.text


def test_page_view_marks_the_passages_of_the_page(house: House) -> None:
    document = house.document(LEASE)["id"]
    page = house.get(f"/documents/{document}?view=pages&page=1")
    assert "Page 1 of" in page
    assert f"/documents/{document}/pages/1.png" in page


def test_long_document_comes_in_parts_that_together_are_the_whole_text() -> None:
    text = "".join(f"Clause {number:06} says something.\n" for number in range(60_000))
    chunks = [chunk(at, text[at : at + 990], at) for at in range(0, len(text), 990)]
    divided = reading.parts(reading.stretches(text, chunks))
    assert len(text) > 1_500_000
    assert max(part[-1].end - part[0].start for part in divided) <= 40_000
    assert "".join(text[piece.start : piece.end] for part in divided for piece in part) == text


def test_text_without_passages_is_cut_at_line_breaks_and_nothing_is_lost() -> None:
    text = ("word " * 300 + "\n") * 40 + "x" * 30_000
    pieces = reading.stretches(text, [])
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert reading.stretches("", []) == []
    assert reading.parts([]) == [()]


def test_blocks_become_headings_and_paragraphs_and_text_between_them_is_kept() -> None:
    text = "1 TERM\nThis Agreement lasts. stray words"
    blocks = (Block(BlockKind.HEADING, 0, 6), Block(BlockKind.PARAGRAPH, 7, 28))
    [passage] = reading.read_passages(
        text, blocks, reading.stretches(text, [chunk(1, text, 0)]), LabelMaker(load_pack("contracts")), []
    )
    assert [(one.kind, str(one.html).strip()) for one in passage.paragraphs] == [
        ("heading", "1 TERM"),
        ("paragraph", "This Agreement lasts."),
        ("paragraph", "stray words"),
    ]


def test_find_goes_across_line_breaks_and_ignores_case() -> None:
    assert [(one.start, one.end) for one in reading.find("a Net\n  sum, net sum", "NET SUM")] == [
        (2, 11),
        (13, 20),
    ]
    assert reading.find("a(b)", "(b") == [reading.Span(1, 3)]
    assert reading.find("text", "  ") == []
    assert len(reading.find("a " * 5000, "a")) == 1000


def test_outline_leaves_out_bare_numbers_and_counts_risks() -> None:
    pack = load_pack("contracts")
    chunks = [
        chunk(1, "aaa", 0, "7 Law › 7.1"),
        chunk(2, "The", 3, "7 Law › 7.2 Courts", (LAW,)),
        chunk(3, "ccc", 6, "8 Notices – 8.2"),
    ]
    entries = outline.outline(chunks, outline.risks(chunks, pack))
    assert [(one.title, one.depth, one.key, one.risks) for one in entries] == [
        ("7 Law", 1, 1, 1),
        ("7.2 Courts", 2, 2, 1),
        ("8 Notices", 1, 3, 0),
    ]


def test_ticks_stand_where_their_passages_begin() -> None:
    pack = load_pack("contracts")
    chunks = [chunk(1, "The", 0, "", (LAW,)), chunk(2, "The", 500, "", (LAW,))]
    found = outline.ticks(chunks, outline.risks(chunks, pack), 1000)
    assert [(tick.top, tick.risk.key) for tick in found] == [(0, 1), (496, 2)]


def test_boxes_of_a_line_become_one_rectangle_and_blanks_none() -> None:
    boxes = np.array(
        [[10, 100, 20, 120], [20, 100, 30, 121], [-1, -1, -1, -1], [10, 130, 20, 150], [400, 100, 410, 120]],
        np.int16,
    )
    assert paper.rectangles(boxes) == [
        paper.Rectangle(10, 100, 20, 21),
        paper.Rectangle(10, 130, 10, 20),
        paper.Rectangle(400, 100, 10, 20),
    ]
    assert paper.rectangles(boxes[:0]) == []


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", "document"),
        ("", "document"),
    ],
)
def test_file_names_lose_folders_and_control_characters(given: str, safe: str) -> None:
    assert safe_name(given) == safe
