"""E-mails: header, body once, attachments; nothing of the transport's encoding is left."""

from datetime import date
from email.message import EmailMessage

import pytest

from indexer.documents import BlockKind, Document
from indexer.errors import ExtractionError
from indexer.extract import extract
from indexer.extract.mail import parse_date


def message(subject: str = "Re: Draft") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ada Counsel <ada@example.org>"
    mail["To"] = "bob@example.org"
    mail["Date"] = "Fri, 01 Mar 2024 23:30:00 +0100"
    mail["Subject"] = subject
    return mail


def read(mail: EmailMessage) -> Document:
    return extract(bytes(mail), "a.eml")


def body(document: Document) -> list[str]:
    kept = [block for block in document.blocks if block.kind is not BlockKind.MAIL_HEADER]
    return [document.text[block.start : block.end] for block in kept]


def test_a_message_gives_header_blocks_metadata_date_and_title() -> None:
    mail = message("Entwurf für Müller")
    mail.set_content("Bitte prüfen.\n\nDanke")
    document = read(mail)
    assert document.text.split("\n\n")[0].split("\n") == [
        "From: Ada Counsel <ada@example.org>",
        "To: bob@example.org",
        "Date: Fri, 01 Mar 2024 23:30:00 +0100",
        "Subject: Entwurf für Müller",
    ]
    assert body(document) == ["Bitte prüfen.", "Danke"]
    assert document.title == "Entwurf für Müller"
    assert document.date == date(2024, 3, 1)
    assert document.metadata["From"] == "Ada Counsel <ada@example.org>"


def test_plain_text_is_preferred_to_html_and_read_once() -> None:
    mail = message()
    mail.set_content("The cap is 5 million.")
    mail.add_alternative("<p>The cap is <b>5 million</b>.</p>", subtype="html")
    assert body(read(mail)) == ["The cap is 5 million."]


def test_html_stands_in_for_a_blank_plain_text() -> None:
    mail = message()
    mail.set_content(" \n")
    mail.add_alternative("<p>Only <i>here</i>.</p>", subtype="html")
    assert body(read(mail)) == ["Only here."]


def test_files_and_messages_become_attachments_and_inline_pictures_do_not() -> None:
    inner = message("Inner")
    inner.set_content("Inside.")
    mail = message()
    mail.set_content("See attached.")
    mail.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="Entwurf ü.pdf")
    mail.add_attachment(inner)
    mail.add_attachment(b"x", maintype="image", subtype="png", cid="<logo>", disposition="inline")
    document = read(mail)
    assert [item.name for item in document.attachments] == ["Entwurf ü.pdf", "Inner.eml"]
    assert document.attachments[0].content == b"%PDF-1.4 x"
    assert extract(document.attachments[1].content, "Inner.eml").text.endswith("Inside.")


def test_quoted_printable_is_decoded_even_where_its_header_was_lost() -> None:
    raw = b"From: a@b\nMessage-ID: <1>\n\nThe parties agr=\nee to pay=20\n10 =E2=82=AC.\n"
    assert body(extract(raw, "a.eml")) == ["The parties agree to pay\n10 €."]


def test_rules_of_equals_signs_are_no_quoted_printable() -> None:
    raw = b"From: a@b\nMessage-ID: <1>\n\nabove\n=====\nx=3D\n"
    assert body(extract(raw, "a.eml")) == ["above\n=====\nx=3D"]


def test_broken_headers_and_charsets_are_read_as_well_as_can_be() -> None:
    raw = (
        b"From: =?nonsense?Q?J=FCrgen?= <j@x>\nSubject: =?utf-8?B?%%%?= caf\xe9\nDate: someday\n"
        b"MIME-Version: 1.0\nContent-Type: text/plain; charset=no-such-thing\n\n"
        b"na\xefve caf\xe9 d\xe9j\xe0 vu\n"
    )
    document = extract(raw, "a.eml")
    assert "Jürgen" in document.metadata["From"]
    assert document.date is None
    assert body(document) == ["naïve café déjà vu"]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("Fri, 01 Mar 2024 23:30:00 +0100", date(2024, 3, 1)),
        ("2025-07-29T10:00:00Z", date(2025, 7, 29)),
        ("someday", None),
        ("", None),
    ],
)
def test_dates_are_read_in_the_formats_that_mails_have(value: str, day: date | None) -> None:
    assert parse_date(value) == day


def test_a_message_of_endlessly_nested_parts_is_refused() -> None:
    raw = b"From: a@b\nMIME-Version: 1.0\n"
    for number in range(300):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
    with pytest.raises(ExtractionError) as caught:
        extract(raw + b"\ntext", "a.eml")
    assert caught.value.code in {"too_large", "damaged"}
