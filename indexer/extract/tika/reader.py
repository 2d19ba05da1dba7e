"""Reads a file through a Tika server: text with its structure, what it says of itself, files inside it."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lxml.html import HtmlElement

from indexer.documents import Attachment, BlockKind, Document
from indexer.errors import ExtractionError, UnsupportedFormatError
from indexer.extract.assemble import TextBuilder, default_title, guess_title, tidy
from indexer.extract.formats import TIKA
from indexer.extract.mail import parse_date
from indexer.extract.tika import TikaServer, markup
from indexer.extract.tika.asking import put, reader_name, unreachable
from indexer.extract.tika.inside import attached, documents, files_of_their_own
from indexer.extract.tika.slides import PPTX, shown_order

_MESSAGE, _BOOK = "application/vnd.ms-outlook", "application/epub+zip"
_SHEETS = frozenset(
    {
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
_CONTENT, _PROBLEM = "X-TIKA:content", "X-TIKA:EXCEPTION:container_exception"
_NO_TITLE = re.compile(
    r"(?:untitled|microsoft (?:word|powerpoint|excel)|powerpoint presentation|(?:slide|folie|sheet) ?\d+$)"
    r"|\.(?:docx?|rtf|odt|xlsx?|pptx?|wpd)$|^[\W\d_]*$|^.{1,2}$",
    re.IGNORECASE,
)
_HEADERS = (
    ("From", ("Message:Raw-Header:From", "Message-From")),
    ("To", ("Message:Raw-Header:To", "Message-To")),
    ("Cc", ("Message:Raw-Header:Cc", "Message-Cc")),
    ("Date", ("Message:Raw-Header:Date", "mapi:client-submit-time", "mapi:message-delivery-time")),
    ("Subject", ("Message:Raw-Header:Subject", "dc:subject", "dc:title")),
)


def read(content: bytes, file_name: str, media_type: str, server: TikaServer) -> Document:
    """Reads a file of a media type that only Tika reads; its name is not sent.

    Raises:
        ExtractionError: Encrypted, damaged, unsupported, too large, timed out, unreachable, server failed.
    """
    until = time.monotonic() + server.seconds
    told = _told(server, content, until)
    reader = reader_name(server, until)
    main = told[0]
    _check(main)
    media_type = _media_type(media_type, main)
    headers = _headers(main) if media_type == _MESSAGE else {}
    builder = TextBuilder()
    for name, value in headers.items():
        builder.add(BlockKind.MAIL_HEADER, f"{name}: {value}")
    body = markup.parse(str(main.get(_CONTENT) or "<html><body/></html>"))
    if media_type == PPTX:
        markup.add_slides(builder, body, shown_order(content))
    else:
        _add_text(builder, body, media_type)
    attachments, warnings = _inside(server, content, told[1:], media_type, until)
    text, blocks = builder.text, tuple(builder.blocks)
    guess = "" if media_type in _SHEETS else guess_title(text, blocks)  # "Sheet1" is no title
    return Document(
        text=text,
        title=headers.get("Subject") or _title(main) or guess or default_title(file_name),
        media_type=media_type,
        blocks=blocks,
        date=_date(headers.get("Date") or _first(main, "dcterms:created")),
        attachments=attachments,
        warnings=warnings,
        metadata=headers or _author(main),
        reader=reader,
    )


def _told(server: TikaServer, content: bytes, until: float) -> Sequence[Mapping[str, Any]]:
    """Returns what the server says of the file and of each file inside it, the file's own first."""
    status, body = put(server, "/rmeta/xml", "application/json", content, until)
    if status == 413:
        raise ExtractionError("too_large", "The Tika server takes no file of this size (status 413).")
    if status == 415:
        raise UnsupportedFormatError("The Tika server does not read the format either (status 415).")
    if status == 422:
        raise _refused(body[:2000].decode("utf-8", errors="replace"))
    try:
        found = json.loads(body) if status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise unreachable(server)
    return found


def _inside(
    server: TikaServer, content: bytes, told: Sequence[Mapping[str, Any]], media_type: str, until: float
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Returns the files inside the file with warnings on those that cannot be had."""
    counted = files_of_their_own(told, message=media_type == _MESSAGE)
    if not counted or media_type == _BOOK:  # a book's files are its chapters
        return (), ()
    status, archive = put(server, "/unpack", "application/zip", content, until)
    if status != 200:
        return (), ("The files inside the file could not be taken out.",)
    return attached(archive, counted) if media_type == _MESSAGE else (documents(archive), ())


def _check(main: Mapping[str, Any]) -> None:
    """Raises what kept Tika from reading the file, though it gave an answer."""
    problem = _first(main, _PROBLEM)
    if problem:
        raise _refused(problem)
    if "org.apache.tika.parser.EmptyParser" in _all(main, "X-TIKA:Parsed-By"):
        kind = _first(main, "Content-Type")
        raise UnsupportedFormatError(f"Tika does not read this format either ({kind}).")


def _refused(problem: str) -> ExtractionError:
    """Returns the failure for an exception of Java, whose first line says what happened."""
    if "EncryptedDocumentException" in problem:
        return ExtractionError(
            "encrypted", "The file is protected by a password: save it without one and try again."
        )
    if "ZeroByteFileException" in problem:
        return ExtractionError("empty", "The file is empty.")
    if "UnsupportedFormatException" in problem:
        return UnsupportedFormatError("Tika does not read this version of the format.")
    line = re.sub(r"\b(?:\w+\.)+(?=\w+(?:Exception|Error)\b)", "", problem.strip().partition("\n")[0]).strip()
    told = f" ({tidy(line)[:300]})" if line else ""
    return ExtractionError("damaged", f"The file is damaged or not what it claims to be{told}.")


def _media_type(media_type: str, main: Mapping[str, Any]) -> str:
    """Returns the media type that Tika found, which looks deeper into Office files than we do."""
    found = _first(main, "Content-Type").partition(";")[0].strip()
    return found if found in TIKA or found.startswith(media_type) else media_type


def _date(value: str) -> date | None:
    """Returns the day that a file states; 1601 and 1904 begin the calendars of programs that state none."""
    found = parse_date(value)
    return found if found is not None and found.year > 1904 else None


def _add_text(builder: TextBuilder, body: HtmlElement, media_type: str) -> None:
    if media_type == _MESSAGE:
        markup.add_message(builder, body)
    elif media_type in _SHEETS:
        markup.add_sheets(builder, body)
    else:
        markup.add_whole(builder, body)


def _title(main: Mapping[str, Any]) -> str:
    title = _first(main, "dc:title")
    return "" if _NO_TITLE.search(title) else title


def _author(main: Mapping[str, Any]) -> dict[str, str]:
    author = ", ".join(dict.fromkeys(tidy(each) for each in _all(main, "dc:creator")))
    return {"Author": author} if author else {}


def _headers(main: Mapping[str, Any]) -> dict[str, str]:
    """Returns the header of a message; From and To with addresses where the message carries them."""
    found = {
        name: next((value for key in keys if (value := _first(main, key))), "") for name, keys in _HEADERS
    }
    return {name: value for name, value in found.items() if value}


def _all(main: Mapping[str, Any], key: str) -> list[str]:
    value = main.get(key)
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []


def _first(main: Mapping[str, Any], key: str) -> str:
    found = _all(main, key)
    line = tidy(found[0]) if found else ""
    return line if key == _PROBLEM else " ".join(line.split())
