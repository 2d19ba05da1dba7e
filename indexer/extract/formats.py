"""The one table of formats: to read another, add its module and one row here."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType

from indexer.documents import Document
from indexer.errors import NeedsTikaError, UnsupportedFormatError
from indexer.extract.tika import TikaServer

Reader = Callable[[bytes, str], Document]
"""Reads content under a file name; may raise ExtractionError, everything else counts as damaged."""

_OOXML = "application/vnd.openxmlformats-officedocument"

READERS: Mapping[str, str] = MappingProxyType(
    {
        "application/pdf": "indexer.extract.pdf:read",
        f"{_OOXML}.wordprocessingml.document": "indexer.extract.docx:read",
        "message/rfc822": "indexer.extract.mail:read",
        "text/html": "indexer.extract.html:read",
        "text/markdown": "indexer.extract.markdown:read",
        "text/csv": "indexer.extract.plain:read_csv",
        "text/plain": "indexer.extract.plain:read",
        "application/json": "indexer.extract.json_text:read",
    }
)
"""Media type to the function that reads it, imported only when a file needs it."""

UNREAD: Mapping[str, str] = MappingProxyType(
    {
        "application/msword": "Word document (DOC)",
        "application/vnd.ms-word.flat": "Word document as XML",
        "application/vnd.ms-excel": "Excel workbook (XLS)",
        f"{_OOXML}.spreadsheetml.sheet": "Excel workbook (XLSX)",
        "application/vnd.ms-powerpoint": "PowerPoint presentation (PPT)",
        f"{_OOXML}.presentationml.presentation": "PowerPoint presentation (PPTX)",
        "application/vnd.ms-outlook": "Outlook message (MSG)",
        "application/x-ole-storage": "Office file of an unknown kind",
        "application/vnd.visio": "Visio drawing (VSD)",
        "application/x-mspublisher": "Publisher document (PUB)",
        "application/vnd.wordperfect": "WordPerfect document (WPD)",
        "application/rtf": "Rich text (RTF)",
        "application/vnd.oasis.opendocument": "OpenDocument file (ODT)",
        "application/vnd.sun.xml": "OpenOffice 1 document (SXW)",
        "application/epub+zip": "Electronic book (EPUB)",
        "application/zip": "Archive (ZIP)",
        "application/x-7z-compressed": "Archive (7z)",
        "application/vnd.rar": "Archive (RAR)",
        "application/gzip": "Archive (GZIP)",
        "application/mbox": "Mailbox (MBOX)",
        "image/png": "Image (PNG)",
        "image/jpeg": "Image (JPEG)",
        "image/gif": "Image (GIF)",
        "image/tiff": "Image (TIFF)",
        "image/bmp": "Image (BMP)",
        "image/webp": "Image (WebP)",
        "image/svg+xml": "Drawing (SVG)",
        "application/xml": "XML data",
        "audio/mpeg": "Sound (MP3)",
        "application/octet-stream": "Binary data of an unknown kind",
    }
)
"""Formats that are recognised, so that the reason can name them, but not read by us."""

TIKA: frozenset[str] = frozenset(
    {
        "application/msword",
        "application/vnd.ms-word.flat",
        "application/vnd.ms-excel",
        f"{_OOXML}.spreadsheetml.sheet",
        "application/vnd.ms-powerpoint",
        f"{_OOXML}.presentationml.presentation",
        "application/vnd.ms-outlook",
        "application/x-ole-storage",
        "application/vnd.visio",
        "application/x-mspublisher",
        "application/vnd.wordperfect",
        "application/rtf",
        "application/vnd.oasis.opendocument",
        "application/vnd.sun.xml",
        "application/epub+zip",
    }
)
"""Those of them that a Tika server reads, where one is set."""

_SHORT = re.compile(r"\((\w+)\)")


def tika_formats() -> tuple[str, ...]:
    """Returns short names of the formats that only a Tika server reads: "DOC", "EPUB"."""
    names = (UNREAD[media_type] for media_type in TIKA)
    return tuple(sorted(short[1] if (short := _SHORT.search(name)) else name for name in names))


def reader_for(media_type: str, tika: TikaServer | None = None) -> Reader:
    """Returns the function that reads a media type, through a Tika server where only that does.

    Raises:
        UnsupportedFormatError: None does; the reason names the format.
        NeedsTikaError: A Tika server would, and none is given.
    """
    if media_type in TIKA and tika is not None:
        from indexer.extract.tika.reader import read  # noqa: PLC0415 - most workers never meet such a file

        return partial(read, media_type=media_type, server=tika)
    if media_type not in READERS:
        name = UNREAD.get(media_type, media_type)
        if media_type in TIKA:
            hint = "A Tika server would read it: clausewatch doctor says how to set one up."
            raise NeedsTikaError(f"{name}: not read by this installation. {hint}")
        raise UnsupportedFormatError(f"{name}: not read by this installation.")
    module, function = READERS[media_type].split(":")
    reader: Reader = getattr(import_module(module), function)
    return reader
