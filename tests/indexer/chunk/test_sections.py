"""Section paths of contracts as they come: from formats, from plain text, from one long line."""

import pytest

from indexer.documents import Block, BlockKind
from tests.indexer.chunk.agreement import LIABILITY, LIABLE, PAY, PAYMENT, chunks_of, section_at

PLAIN = f"""SUPPLY AGREEMENT

between Alder Ltd. and Birch GmbH

WHEREAS

(A) Alder makes pumps; and
(B) Birch wishes to buy them.

6 Payment

6.1 Invoices. {PAY}

6.2 {PAY}

7 Limitation of liability

7.1 Principle. {LIABLE}

7.2 Cap. As set out in Section 6.2. {LIABLE}

SCHEDULE 1 – PRICES

{PAY}
"""


@pytest.mark.parametrize(
    ("phrase", "path"),
    [
        ("between Alder", "SUPPLY AGREEMENT – WHEREAS"),
        ("6.1 Invoices", "6 Payment › 6.1 Invoices"),
        ("6.2 The Customer", "6 Payment › 6.2"),
        ("7.1 Principle", "7 Limitation of liability › 7.1 Principle"),
        ("7.2 Cap", "7 Limitation of liability › 7.2 Cap"),
        ("SCHEDULE 1", "SCHEDULE 1 PRICES"),
    ],
)
def test_numbered_plain_text_has_paths_of_numbers_and_titles(phrase, path):
    text = PLAIN.replace("6 Payment", "1 Payment").replace("6.", "1.")
    text = text.replace("7 Lim", "2 Lim").replace("7.", "2.")
    phrase = phrase.replace("6.", "1.").replace("7.", "2.")
    path = path.replace("6 P", "1 P").replace("6.", "1.").replace("7 L", "2 L").replace("7.", "2.")
    assert section_at(text, phrase) == path


def test_an_extract_that_begins_with_clause_7_keeps_its_numbers():
    text = f"7 Limitation of liability\n\n7.1 {LIABLE}\n\n7.2 {LIABLE}\n\n8 Term\n\n8.1 {PAY}"
    assert section_at(text, "7.2 The Supplier") == "7 Limitation of liability › 7.2"
    assert section_at(text, "8.1 The Customer") == "8 Term › 8.1"


def test_a_contract_on_one_line_has_the_same_sections():
    text = " ".join(
        [
            "SUPPLY AGREEMENT This Agreement is made by Alder Ltd. and Birch GmbH.",
            "1. Payment.",
            f"1.1 Invoices. {PAYMENT}{PAYMENT}1.2 {PAYMENT}{PAYMENT}",
            "2. Limitation of Liability.",
            f"2.1 {LIABILITY}{LIABILITY}2.2 Cap. {LIABILITY}{LIABILITY}",
            f"3. Term. {PAYMENT}",
        ]
    )
    assert section_at(text, "1.1 Invoices") == "1 Payment › 1.1 Invoices"
    assert section_at(text, "2.2 Cap") == "2 Limitation of Liability › 2.2 Cap"
    assert section_at(text, "3. Term") == "3 Term"


def test_articles_in_roman_numerals_head_their_sections():
    text = (
        f"ARTICLE I\n\nPAYMENT\n\nSection 1.1 Invoices. {PAY}\n\nSection 1.2 Taxes. {PAY}\n\n"
        f"ARTICLE II - LIABILITY\n\nSection 2.1 Cap. {LIABLE}"
    )
    assert section_at(text, "Section 1.2") == "ARTICLE I PAYMENT › Section 1.2 Taxes"
    assert section_at(text, "Section 2.1") == "ARTICLE II LIABILITY › Section 2.1 Cap"


def test_capitals_without_numbers_head_their_text():
    text = f"PAYMENT TERMS\n\n{PAY}\n\nLIMITATION OF LIABILITY\n\n{LIABLE}\n\nTERM\n\n{PAY}"
    assert section_at(text, "The Customer") == "PAYMENT TERMS"
    assert section_at(text, "The Supplier") == "LIMITATION OF LIABILITY"


def test_a_contract_all_in_capitals_is_not_one_long_heading():
    text = f"1. PAYMENT. {PAYMENT.upper() * 2}\n\n2. LIABILITY. {LIABILITY.upper() * 2}"
    assert section_at(text, "THE CUSTOMER") == "1 PAYMENT"
    assert section_at(text, "THE SUPPLIER") == "2 LIABILITY"


def test_text_without_any_heading_has_no_path():
    assert {found.section for found in chunks_of(f"{PAYMENT * 3}\n\n{LIABILITY * 3}")} == {""}


def test_a_title_above_its_number_becomes_its_title():
    text = f"Invoices\n\n1.1 {PAY}\n\nLate Payment\n\n1.2 {PAY}"
    assert section_at(text, "1.2 The Customer") == "1.2 Late Payment"


def test_lists_are_numbered_in_letters_then_in_roman_numerals():
    items = "".join(f"({letter}) {PAYMENT}\n\n" for letter in "abcdefgh")
    text = f"1. Payment. The rules are:\n\n{items}(i) {LIABLE}\n\n(i) {PAY}\n\n(ii) {PAY}"
    sections = [found.section for found in chunks_of(text)]
    assert sections[-3:] == ["1 Payment › (i)", "1 Payment › (i) › (i)", "1 Payment › (i) › (ii)"]


def test_small_neighbours_inside_a_section_are_merged_and_named_from_first_to_last():
    text = "1 Notices\n\n1.1 By post.\n\n1.2 By courier.\n\n1.3 Never by e-mail.\n\n2 Law\n\nSwiss law."
    found = chunks_of(text)
    assert [(one.text[:9], one.section) for one in found] == [
        ("1 Notices", "1 Notices › 1.1 – 1.3"),
        ("2 Law\n\nSw", "2 Law"),
    ]


def test_cross_references_dates_and_amounts_are_no_sections():
    text = (
        f"1. Payment. {PAYMENT}The price is\n2. million euros as set out in\nSection 3.2 of the Order, due\n"
        f"3. March 2026, see Section 4. {PAYMENT}\n\n2. Term. {LIABLE}"
    )
    assert [found.section for found in chunks_of(text)] == ["1 Payment", "2 Term"]


def test_a_table_of_contents_gives_no_path_and_starts_no_section():
    entries = "1 Payment ........ 3\n1.1 Invoices ........ 3\n2 Liability ........ 5\n3 Term ........ 7\n"
    text = f"TABLE OF CONTENTS\n\n{entries}\n1 Payment\n\n1.1 Invoices. {PAY}\n\n2 Liability\n\n{LIABLE}"
    assert section_at(text, "1.1 Invoices. ") == "1 Payment › 1.1 Invoices"
    assert section_at(text, "1 Payment .") == "TABLE OF CONTENTS"


def test_a_table_of_contents_without_dots_is_recognised_by_its_page_numbers():
    titles = ["Definitions 1", "Payment 3", "Delivery 4", "Liability 5", "Term 7", "Notices 9"]
    contents = "  ".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
    text = f"CONTENTS  {contents}  Supply Agreement. 1. Definitions. {PAY}2. Payment. {PAY}"
    assert section_at(text, "2. Payment. The") == "2 Payment"
    assert section_at(text, "4. Liability 5") == ""


def test_page_numbers_and_running_headers_are_no_headings():
    page = "Source: Alder Ltd., Annual Report\n\n\nCONFIDENTIAL DRAFT\n\n"
    turns = "".join(f"{PAYMENT}\n\n{number}\n\n{page}" for number in (2, 3, 4))
    text = f"1. Payment. {turns}2. Term. {LIABILITY}"
    assert {found.section for found in chunks_of(text)} == {"1 Payment", "2 Term"}


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            f"§ 1 Vergütung\n\n(1) {PAY}\n\n(2) {PAY}\n\n§ 2 Haftung\n\n(1) {LIABLE}",
            ["§ 1 Vergütung › (1)", "§ 1 Vergütung › (2)", "§ 2 Haftung › (1)"],
        ),
        (
            f"Article 1 – Prix\n\n1.1 {PAY}\n\nArticle 2 – Responsabilité\n\n2.1 {LIABLE}",
            ["Article 1 Prix › 1.1", "Article 2 Responsabilité › 2.1"],
        ),
        (
            f"Abschnitt 1: Vergütung\n\n{PAY}\n\nAbschnitt 2: Haftung\n\n{LIABLE}",
            ["Abschnitt 1 Vergütung", "Abschnitt 2 Haftung"],
        ),
        (
            f"ANNEX A\n\nPRICES\n\n{PAY}\n\nAPPENDIX 2: SERVICE LEVELS\n\n{LIABLE}",
            ["ANNEX A PRICES", "APPENDIX 2 SERVICE LEVELS"],
        ),
        (
            f"A. Payment\n\n1. {PAY}\n\n2. {PAY}\n\nB. Liability\n\n1. {LIABLE}",
            ["A. Payment › 1", "A. Payment › 2", "B. Liability › 1"],
        ),
    ],
    ids=["german", "french", "abschnitt", "annexes", "letters"],
)
def test_other_ways_of_numbering(text, paths):
    assert [found.section for found in chunks_of(text)] == paths


def test_headings_that_the_format_states_make_the_path():
    parts = [
        (BlockKind.HEADING, "Data Processing Agreement", 1),
        (BlockKind.HEADING, "Security", 2),
        (BlockKind.PARAGRAPH, PAYMENT * 2, 0),
        (BlockKind.HEADING, "Access control", 3),
        (BlockKind.PARAGRAPH, LIABILITY * 2, 0),
        (BlockKind.HEADING, "Term", 2),
        (BlockKind.PARAGRAPH, PAYMENT, 0),
    ]
    text, blocks = "", []
    for kind, body, level in parts:
        blocks.append(Block(kind, len(text), len(text) + len(body), 1, level))
        text += body + "\n"
    found = chunks_of(text, tuple(blocks))
    assert [one.section for one in found] == ["Security", "Security › Access control", "Term"]
    assert found[0].text.startswith("Data Processing Agreement\nSecurity\nThe Customer")


def test_numbers_in_table_rows_and_mail_headers_are_no_sections():
    rows = [f"{number}. Pump type {number} | {number}00 EUR | {PAYMENT}" for number in range(1, 6)]
    text = "\n".join(["Subject: 1. Offer", *rows])
    blocks, start = [], 0
    for line in text.split("\n"):
        kind = BlockKind.TABLE_ROW if "|" in line else BlockKind.MAIL_HEADER
        blocks.append(Block(kind, start, start + len(line)))
        start += len(line) + 1
    found = chunks_of(text, tuple(blocks))
    assert {one.section for one in found} == {""}
    assert all(one.text[:2] in {"1.", "2.", "3.", "4.", "5.", "Su"} for one in found)


def test_long_titles_are_shortened_to_eighty_characters():
    title = "RESTRICTIONS ON TRANSFER, ENCUMBRANCE, SUBLICENSING AND ASSIGNMENT OF RIGHTS AND INTERESTS"
    section = section_at(f"1. {title}\n\n{PAY}", "The Customer")
    assert section.startswith("1 RESTRICTIONS ON TRANSFER")
    assert section.endswith("…")
    assert len(section) <= 81


def test_a_heading_is_never_a_passage_of_its_own():
    text = "".join(f"{number}. HEADING NUMBER {number}\n\n{LIABILITY * 3}\n\n" for number in range(1, 9))
    assert all("Supplier" in found.text for found in chunks_of(text))


def test_the_page_is_the_one_on_which_the_passage_starts():
    first, second = PAYMENT * 2, LIABILITY * 2
    text = f"{first}\n\n{second}"
    blocks = (
        Block(BlockKind.PARAGRAPH, 0, len(first), 4),
        Block(BlockKind.PARAGRAPH, len(first) + 2, len(text), 5),
    )
    assert [found.page for found in chunks_of(text, blocks)] == [4, 5]
    assert {found.page for found in chunks_of(text)} == {None}


def test_titles_that_begin_like_a_month_are_titles():
    text = (
        "1. Appointment\n\nVendor appoints Reseller.\n\n2. Marketing\n\nReseller advertises.\n\n"
        "3. Maintenance\n\nVendor maintains.\n\n4. Declarations\n\nBoth declare.\n\n"
        "5. Marks\n\nReseller may use them.\n"
    )
    assert section_at(text, "advertises") == "2 Marketing"
    assert section_at(text, "maintains") == "3 Maintenance"
    assert section_at(text, "may use") == "5 Marks"


def test_a_date_at_the_start_of_a_line_is_no_section():
    term = (
        "This Agreement, unless the parties extend it in writing, ends on the\n2. March 2026 without notice."
    )
    text = f"1. Term\n\n{term}\n\n2. Rent\n\nThe rent is due monthly.\n"
    assert section_at(text, "without notice") == "1 Term"
    assert section_at(text, "due monthly") == "2 Rent"


@pytest.mark.parametrize("mark", ["", "# "])
def test_the_title_of_the_document_stands_in_no_path(mark):
    headings = [
        f"{mark}Lease of Office Space",
        f"{mark}1. Premises\n\nThe rooms.",
        f"{mark}2. Rent\n\nIt is due.",
    ]
    text = "\n\n".join(headings)
    places = [text.index(title) for title in ("Lease", "1. Pre", "2. Rent")]
    blocks = tuple(Block(BlockKind.HEADING, start, text.index("\n", start), level=1) for start in places)
    chunks = chunks_of(text, blocks, title="Lease of office space")
    assert chunks[-1].section == "2 Rent"


def test_a_clause_that_changes_a_section_elsewhere_is_not_called_section():
    changed = f'3.1 Section 11.2 is replaced: "The cap is gone." {LIABLE}'
    text = f"3 Liability\n\n{changed}\n\n4 Term\n\n4.1 It ends. {PAY}"
    assert section_at(text, "is replaced") == "3 Liability › 3.1"


def test_a_heading_out_of_sequence_stands_beside_the_others_and_the_numbering_goes_on():
    titles = ["SUPPLY AGREEMENT", "10. WARRANTY", "11. INDEMNITY", "12. SECRETS", "13. LAW"]
    bodies = ["", "10.1 It works.", "12.4 Each party informs the other.", "12.1 Keep quiet.", "13.1 Ohio."]
    text = "\n\n".join(f"{title}\n\n{body}" for title, body in zip(titles, bodies, strict=True))
    places = [text.index(title) for title in titles[1:]]
    blocks = tuple(Block(BlockKind.HEADING, place, text.index("\n", place), level=1) for place in places)
    assert section_at(text, "Keep quiet", blocks).startswith("12 SECRETS › 12.1")
    assert section_at(text, "Ohio", blocks).startswith("13 LAW › 13.1")
