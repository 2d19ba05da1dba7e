"""E-mails: the header, the body once, and what is attached."""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime

from indexer.documents import Attachment, BlockKind, Document
from indexer.errors import ExtractionError
from indexer.extract import html, plain
from indexer.extract.assemble import TextBuilder, default_title, tidy
from indexer.extract.decode import decode, wide_encoding
from indexer.extract.limits import MAX_ATTACHMENTS, MAX_DEPTH

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_SOFT_BREAK = re.compile(rb"[^=\s](?:=|=20)\r?\n")
_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")


@dataclass(slots=True)
class _Parts:
    """What walking a message collects."""

    bodies: list[Message] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def read(content: bytes, file_name: str) -> Document:
    """Reads a message; text/plain is preferred to HTML where it carries both."""
    wide = wide_encoding(content)
    if wide:
        content = content.decode(wide, errors="replace").removeprefix("\ufeff").encode()
    message = message_from_bytes(content.lstrip(b"\r\n\t \xef\xbb\xbf"), policy=policy.compat32)
    headers = {name: value for name in _SHOWN if (value := _header(message, name))}
    parts = _Parts()
    _collect(message, parts, 0)
    builder = TextBuilder()
    for name, value in headers.items():
        builder.add(BlockKind.MAIL_HEADER, f"{name}: {value}")
    for part in parts.bodies:
        _add_body(builder, part)
    return Document(
        text=builder.text,
        title=headers.get("Subject") or default_title(file_name),
        media_type="message/rfc822",
        blocks=tuple(builder.blocks),
        date=parse_date(headers.get("Date", "")),
        attachments=tuple(parts.attachments),
        metadata=headers,
    )


def parse_date(value: str) -> date | None:
    """Returns the day that a Date field states, in the sender's time zone; None if it states none."""
    for parser in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return parser(value.strip()).date()
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
    return None


def _header(message: Message, name: str) -> str:
    """Returns a field on one line, encoded words decoded; several fields of a name are joined."""
    values = [_decoded_words(str(value)) for value in message.get_all(name, [])]
    return " ".join(tidy(", ".join(values)).split())


def _decoded_words(value: str) -> str:
    value = value.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")
    if not _WORD.search(value):
        return value
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, UnicodeError, ValueError):
        return _WORD.sub(lambda word: _forgiving(word[0]), value)


def _forgiving(word: str) -> str:
    """Decodes one encoded word whose charset is unknown or wrong."""
    try:
        [(raw, charset), *_] = decode_header(word)
    except ValueError:
        return word
    return raw if isinstance(raw, str) else decode(raw, [charset])


def _collect(part: Message, parts: _Parts, depth: int) -> None:
    """Sorts the parts of a message into the bodies to show and the files attached."""
    if depth > MAX_DEPTH or len(parts.attachments) >= MAX_ATTACHMENTS:
        raise ExtractionError("too_large", "The message holds more parts than can be read.")
    kind = part.get_content_type()
    if kind == "message/rfc822" or (kind.startswith("message/") and part.is_multipart()):
        parts.attachments += _attached_messages(part)
    elif kind == "multipart/alternative":
        _collect_alternative(part, parts, depth)
    elif part.is_multipart():
        for child in _children(part):
            _collect(child, parts, depth + 1)
    elif _is_body(part):
        parts.bodies.append(part)
    elif not part.get("Content-ID") or part.get_content_disposition() == "attachment":
        _attach(part, parts)


def _collect_alternative(part: Message, parts: _Parts, depth: int) -> None:
    """Takes the first alternative in plain text that is not blank, else the last that gives a body."""
    chosen: _Parts | None = None
    for child in _children(part):
        found = _Parts()
        _collect(child, found, depth + 1)
        parts.attachments += found.attachments
        if any(_payload(body).strip() for body in found.bodies):
            plainer = chosen is not None and chosen.bodies[0].get_content_type() == "text/plain"
            chosen = chosen if plainer else found
    parts.bodies += chosen.bodies if chosen else []


def _children(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (child for child in payload if isinstance(child, Message))


def _is_body(part: Message) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return False
    return part.get_content_maintype() == "text" and part.get_content_subtype() in {"plain", "html"}


def _attached_messages(part: Message) -> list[Attachment]:
    messages = []
    for child in _children(part):
        name = _header(child, "Subject") or "message"
        content = child.as_bytes(policy=policy.compat32.clone(max_line_length=None))
        messages.append(Attachment(f"{name[:150]}.eml", content))
    return messages


def _attach(part: Message, parts: _Parts) -> None:
    content = _payload(part)
    if content.strip():
        name = _decoded_words(str(part.get_filename() or ""))
        default = f"attachment-{len(parts.attachments) + 1}"
        parts.attachments.append(Attachment(tidy(name).replace("\n", " ") or default, content))


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _add_body(builder: TextBuilder, part: Message) -> None:
    content = _payload(part)
    encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if encoding in {"7bit", "8bit"} and _SOFT_BREAK.search(content):
        # The field that names the encoding was lost on the way, as happens in exported mailboxes.
        content = quopri.decodestring(content)
    text = decode(content, [part.get_content_charset()])
    if part.get_content_subtype() == "html" and text.strip():
        html.add_page(builder, html.parse(text))
    else:
        text = tidy_body(text)
        builder.add_blocks(text, plain.find_blocks(text))


def tidy_body(text: str) -> str:
    """Returns a plain body with its line breaks, without control characters and doubled blanks."""
    lines = (tidy(line) for line in plain.normalise_line_ends(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
