"""Reads a PDF: opens it, takes the text from each page, and says what may be wrong with it."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.documents import Attachment, Document
from indexer.errors import ExtractionError
from indexer.extract.assemble import default_title, guess_title, tidy
from indexer.extract.limits import MAX_PAGES
from indexer.extract.pdf.assembly import assemble
from indexer.extract.pdf.attachments import of_document, of_page, within_limits
from indexer.extract.pdf.characters import read_characters
from indexer.extract.pdf.columns import reading_order
from indexer.extract.pdf.furniture import without_furniture
from indexer.extract.pdf.lines import Line
from indexer.extract.pdf.paragraphs import beside, join_across, split_region, typography
from indexer.extract.pdf.segments import read_segments

_NO_TITLE = re.compile(r"untitled|microsoft word|\.(?:docx?|pdf|rtf|txt|wpd)$|^[\W\d_]*$", re.IGNORECASE)
_METADATA = {"Author": "Author", "Subject": "Subject", "CreationDate": "Created"}


@dataclass(frozen=True, slots=True)
class _PageText:
    """What one page gives before the document is looked at as a whole."""

    segments: list[Line]
    turned: list[Line]
    width: float
    height: float
    upright_height: float
    characters: int
    unreadable: int
    drawn: bool
    attachments: tuple[Attachment, ...] = ()


def read(content: bytes, file_name: str) -> Document:
    """Reads the text layer of a PDF.

    Raises:
        ExtractionError: Encrypted, damaged, empty, too large, or no text layer.
    """
    with _opened(content) as document:
        if len(document) > MAX_PAGES:
            raise ExtractionError(
                "too_large", f"The PDF has {len(document):,} pages; the limit is {MAX_PAGES:,}."
            )
        attached = list(of_document(document))
        pages = [_read_page(document, number) for number in range(1, len(document) + 1)]
        metadata = {key: tidy(value) for key, value in document.get_metadata_dict().items()}
    attachments = within_limits([*attached, *(item for page in pages for item in page.attachments)])
    if not any(page.characters for page in pages) and not attachments:
        raise _without_text(pages)
    return _document(pages, metadata, file_name, attachments)


@contextmanager
def _opened(content: bytes) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise _refused(error) from error
    with closing(document):
        document.init_forms()
        yield document


def _refused(error: pdfium.PdfiumError) -> ExtractionError:
    if getattr(error, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
        return ExtractionError(
            "encrypted", "The PDF is protected by a password: save it without one and try again."
        )
    return ExtractionError("damaged", "The PDF is damaged and cannot be opened.")


def _read_page(document: pdfium.PdfDocument, number: int) -> _PageText:
    try:
        page = _without_form(document, number - 1)
        text_page = page.get_textpage()
    except pdfium.PdfiumError:
        # One broken page does not cost the others; a warning names it.
        return _PageText([], [], 0.0, 0.0, 0.0, 0, 0, drawn=True)
    with closing(page), closing(text_page):
        characters = read_characters(page, text_page)
        segments, turned = read_segments(characters, text_page, number)
        visible = int((characters.codes > 32).sum())
        return _PageText(
            segments=segments,
            turned=turned,
            width=characters.width,
            height=characters.height,
            upright_height=characters.width if characters.quarters % 2 else characters.height,
            characters=visible,
            unreadable=characters.unreadable,
            drawn=visible > 0 or raw.FPDFPage_CountObjects(page.raw) > 0,
            attachments=tuple(of_page(page)),
        )


def _without_form(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """Returns a page with what was filled into its form fields made part of its text."""
    page = document[index]
    count = raw.FPDFPage_GetAnnotCount(page.raw)
    if any(_is_widget(page, position) for position in range(count)):
        raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
        page.close()
        page = document[index]
    return page


def _is_widget(page: pdfium.PdfPage, position: int) -> bool:
    annotation = raw.FPDFPage_GetAnnot(page.raw, position)
    try:
        return bool(raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _without_text(pages: list[_PageText]) -> ExtractionError:
    if any(page.drawn for page in pages):
        return ExtractionError("no_text_layer", "A scan without a text layer: run OCR first.")
    return ExtractionError("empty", "The PDF has only blank pages.")


def _document(
    pages: list[_PageText], metadata: dict[str, str], file_name: str, attachments: tuple[Attachment, ...]
) -> Document:
    usual = typography(line for page in pages for line in page.segments)
    bodies = without_furniture([page.segments for page in pages], [page.upright_height for page in pages])
    regions = [
        region
        for page, body in zip(pages, bodies, strict=True)
        for region in (
            *(split_region(lines, usual) for lines in reading_order(body)),
            [beside(line) for line in page.turned],
        )
    ]
    sizes = [(page.width, page.height) for page in pages]
    text, blocks, spans = assemble(join_across(regions), sizes, usual.words)
    title = metadata.get("Title", "").replace("\n", " ")
    if not title or _NO_TITLE.search(title):
        title = guess_title(text, blocks) or default_title(file_name)
    return Document(
        text=text,
        title=title,
        media_type="application/pdf",
        blocks=blocks,
        pages=spans,
        attachments=attachments,
        warnings=tuple(_warnings(pages)),
        metadata={name: metadata[key] for key, name in _METADATA.items() if metadata.get(key)},
    )


def _warnings(pages: list[_PageText]) -> Iterator[str]:
    silent = [number for number, page in enumerate(pages, start=1) if page.drawn and not page.characters]
    if silent:
        shown = ", ".join(map(str, silent[:10])) + (" and others" if len(silent) > 10 else "")
        yield f"No text on page{'s' * (len(silent) > 1)} {shown}: probably scanned, run OCR to search them."
    characters = sum(page.characters for page in pages)
    if sum(page.unreadable for page in pages) > 0.05 * max(1, characters):
        yield "The PDF does not say what many of its characters mean; the text may be wrong."
