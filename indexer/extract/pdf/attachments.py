"""Files inside a PDF: those attached to the document and those attached to a place on a page."""

import ctypes
from collections.abc import Callable, Iterable, Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.documents import Attachment
from indexer.errors import ExtractionError
from indexer.extract.assemble import tidy
from indexer.extract.limits import MAX_ATTACHMENTS, MAX_UNPACKED_BYTES


def of_document(document: pdfium.PdfDocument) -> Iterator[Attachment]:
    """Yields the files attached to a PDF as a whole; those that are damaged are left out.

    Raises:
        ExtractionError: Too large, when one unpacks to too much.
    """
    for index in range(raw.FPDFDoc_GetAttachmentCount(document.raw)):
        yield from _content(raw.FPDFDoc_GetAttachment(document.raw, index))


def of_page(page: pdfium.PdfPage) -> Iterator[Attachment]:
    """Yields the files attached to places on a page, as ``of_document``."""
    for position in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, position)
        try:
            if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT:
                yield from _content(raw.FPDFAnnot_GetFileAttachment(annotation))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def within_limits(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Returns attachments, each once.

    Raises:
        ExtractionError: Too large, when there are too many or they unpack to too much.
    """
    found = tuple(dict.fromkeys(attachments))
    if len(found) > MAX_ATTACHMENTS or sum(len(item.content) for item in found) > MAX_UNPACKED_BYTES:
        raise ExtractionError("too_large", "The PDF holds more attached files than can be read.")
    return found


def _content(handle: object) -> Iterator[Attachment]:
    """Yields the file behind a handle, nothing where its stream is missing."""
    if not handle:
        return
    length = ctypes.c_ulong()
    if not raw.FPDFAttachment_GetFile(handle, None, 0, ctypes.byref(length)) or not length.value:
        return
    if length.value > MAX_UNPACKED_BYTES:
        raise ExtractionError("too_large", "A file attached to the PDF unpacks to more than can be read.")
    buffer = ctypes.create_string_buffer(length.value)
    if raw.FPDFAttachment_GetFile(handle, buffer, length.value, ctypes.byref(length)):
        yield Attachment(_name(handle) or "attachment", buffer.raw[: length.value])


def _name(handle: object) -> str:
    read: Callable[..., int] = raw.FPDFAttachment_GetName
    length = read(handle, None, 0)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    read(handle, buffer, length)
    return tidy(bytes(buffer)[: max(0, length - 2)].decode("utf-16-le", errors="replace")).replace("\n", " ")
