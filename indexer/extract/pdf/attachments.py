"""Files inside a PDF: those attached to the document and those attached to a place on a page."""

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.documents import Attachment
from indexer.errors import ExtractionError
from indexer.extract.assemble import tidy
from indexer.extract.limits import MAX_ATTACHMENTS, MAX_UNPACKED_BYTES


def read_attachments(document: pdfium.PdfDocument) -> tuple[Attachment, ...]:
    """Returns the files inside a PDF, in its order; those that are damaged are left out.

    Raises:
        ExtractionError: Too large, when there are too many or they unpack to too much.
    """
    found: list[Attachment] = []
    total = 0
    for attachment in (*_of_document(document), *_of_pages(document)):
        total += len(attachment.content)
        if len(found) >= MAX_ATTACHMENTS or total > MAX_UNPACKED_BYTES:
            raise ExtractionError("too_large", "The PDF holds more attached files than can be read.")
        if attachment not in found:
            found.append(attachment)
    return tuple(found)


def _of_document(document: pdfium.PdfDocument) -> Iterator[Attachment]:
    for index in range(raw.FPDFDoc_GetAttachmentCount(document.raw)):
        yield from _content(raw.FPDFDoc_GetAttachment(document.raw, index))


def _of_pages(document: pdfium.PdfDocument) -> Iterator[Attachment]:
    for index in range(len(document)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            continue  # reported with the page's text
        for position in range(raw.FPDFPage_GetAnnotCount(page.raw)):
            annotation = raw.FPDFPage_GetAnnot(page.raw, position)
            if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT:
                yield from _content(raw.FPDFAnnot_GetFileAttachment(annotation))
            raw.FPDFPage_CloseAnnot(annotation)
        page.close()


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
