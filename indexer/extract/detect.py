"""Finds a file's media type from its content; the name decides only between kinds of text."""

import io
import re
import zipfile
from pathlib import PurePath

from indexer.extract.decode import bom_encoding, decode, wide_encoding

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAGIC = (
    (b"{\\rtf", "application/rtf"),
    (b"\xffWPC", "application/vnd.wordperfect"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("EncryptedPackage", "application/x-encrypted-office"),
    ("__nameid_version1.0", "application/vnd.ms-outlook"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("WordDocument", "application/msword"),
    ("WORDDOCUMENT", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("WORKBOOK", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("VisioDocument", "application/vnd.visio"),
    ("Quill", "application/x-mspublisher"),
)
_ZIP_FOLDERS = (
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("word/", _DOCX),
)
_BY_EXTENSION = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/csv",
    ".json": "application/json",
    ".mbox": "application/mbox",
}
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(?:[ \t]|$)")
_TRANSPORT = {"message-id", "received", "mime-version", "return-path", "delivered-to", "dkim-signature"}
_ADDRESSED = {"from", "to", "subject", "date", "cc", "reply-to", "sender", "content-type"}
_TAG = re.compile(r"<(?:html|head|body|div|p|table|h[1-6]|span|br|ul|pre|title|meta)\b[^<>]*>", re.IGNORECASE)
_SNIFFED = 16_384


def detect(content: bytes, file_name: str) -> str:
    """Returns the media type of a file.

    Args:
        content: The whole file.
        file_name: A hint between kinds of text; it never overrules what the bytes say.

    Returns:
        A key of ``formats.READERS`` or ``formats.UNREAD``, or "application/x-encrypted-office".
    """
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    if content.startswith(_OLE):
        return _ole_type(content)
    if content.startswith(b"PK\x03\x04"):
        return _zip_type(content, file_name)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"BM") and b"\0\0\0\0" in content[:16]:
        return "image/bmp"
    magic = next((name for start, name in _MAGIC if content.startswith(start)), None)
    return magic or _text_type(content, PurePath(file_name).suffix.lower())


def _ole_type(content: bytes) -> str:
    for stream, media_type in _OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            return media_type
    return "application/x-ole-storage"


def _zip_type(content: bytes, file_name: str) -> str:
    """Looks at the names inside an archive; a damaged one is what its name says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return _DOCX if file_name.lower().endswith(".docx") else "application/zip"
    if kind.startswith(b"application/epub"):
        return "application/epub+zip"
    if kind.startswith(b"application/vnd.oasis"):
        return "application/vnd.oasis.opendocument"
    if kind.startswith(b"application/vnd.sun.xml"):
        return "application/vnd.sun.xml"
    if "[Content_Types].xml" in names:
        for folder, media_type in _ZIP_FOLDERS:
            if any(name.startswith(folder) for name in names):
                return media_type
    return "application/zip"


def _text_type(content: bytes, extension: str) -> str:
    if _is_binary(content):
        return "application/octet-stream"
    head = decode(content[:_SNIFFED]).lstrip("\ufeff \t\r\n")
    if extension == ".mbox" or (head.startswith("From ") and head.count("\nFrom ") > 0):
        return "application/mbox"
    if _is_mail(head, extension):
        return "message/rfc822"
    if head.startswith("<?xml") and (office := _office_type(head)):
        return office
    if _is_html(head, extension):
        return "text/html"
    if head.startswith("<?xml"):
        return "image/svg+xml" if "<svg" in head else "application/xml"
    if extension == ".json" and head[:1] not in {"{", "["}:
        return "text/plain"
    return _BY_EXTENSION.get(extension, "text/plain")


def _is_binary(content: bytes) -> bool:
    """Says whether bytes are no text in any encoding: zeros, or many control characters."""
    if wide_encoding(content) or bom_encoding(content):
        return False
    sample = content[:65_536]
    controls = sum(sample.count(code) for code in range(1, 32) if code not in b"\t\n\f\r\x15\x1a\x1b\x25")
    return b"\0" in sample or controls > 0.02 * len(sample)


def _is_mail(head: str, extension: str) -> bool:
    """Says whether a text starts with the header of a message.

    A memo or a form also starts with "From:" and "To:"; so a file that calls itself plain text
    needs a field that only transport writes.
    """
    names = set()
    for number, line in enumerate(head.splitlines()[:200]):
        field = _FIELD.match(line)
        if field:
            names.add(field[1].lower())
        elif not line.strip() or not (line[0] in " \t" or (number == 0 and line.startswith("From "))):
            break
    known = len(names & _ADDRESSED)
    if extension == ".eml":
        return known + len(names & _TRANSPORT) > 0
    return bool(names & _TRANSPORT) and known > 0


def _is_html(head: str, extension: str) -> bool:
    start = re.sub(r"^(?:<\?xml[^>]*>|<!--.*?-->|\s+)*", "", head, flags=re.DOTALL).lower()
    if start.startswith(("<!doctype html", "<html", "<head", "<body")):
        return True
    if extension in {".html", ".htm", ".xhtml"}:
        return _TAG.search(head) is not None
    return start.startswith("<") and len(_TAG.findall(head)) > 5


def _office_type(head: str) -> str:
    """Returns the media type of an Office file that is one XML document; empty for other XML."""
    if 'progid="Word.Document"' in head or "schemas.microsoft.com/office/2006/xmlPackage" in head:
        return "application/vnd.ms-word.flat"
    if "<office:document" in head and "urn:oasis:names:tc:opendocument" in head:
        return "application/vnd.oasis.opendocument"
    return ""
