"""The document page: the text with its risks, or a page's image; the original; the page images."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request, send_file
from sqlalchemy import Connection

from indexer.documents import Page
from indexer.errors import UnknownDocumentError
from indexer.records.read import (
    ChunkRecord,
    DocumentRecord,
    document_chunks,
    document_page,
    document_record,
    document_text,
)
from search_app.labels import LabelMaker, ShownLabels
from search_app.pages import outline, paper, reading
from search_app.pages.originals import PDF, download, original
from search_app.pages.parameters import whole_number
from search_app.pages.passages import Span
from search_app.pages.site import Site, site
from search_app.pages.trail import followed, opened
from search_app.results import HitLabel

blueprint = Blueprint("documents", __name__, url_prefix="/documents")
MAX_PAGES = 100_000
DAY = 24 * 3600
FIND_CHARACTERS = 200
# Share of unfamiliar passages from which a reader is told.
UNFAMILIAR = 0.1


@dataclass(frozen=True, slots=True)
class View:
    """A document with what both of its views share.

    Attributes:
        opened: The passage that the address names; None where it names none of this document.
        related: The mail it was attached to, or what was attached to it.
    """

    record: DocumentRecord
    chunks: list[ChunkRecord]
    labels: LabelMaker
    risks: list[outline.Risk]
    opened: ChunkRecord | None
    related: tuple[DocumentRecord, ...]

    @property
    def newest(self) -> str | None:
        """The id of the version that stands where this one stood; None where this is it."""
        last = self.record.versions[-1].document if self.record.versions else self.record.id
        return last if last != self.record.id else None

    @property
    def questions(self) -> int:
        """How many passages a model is not sure of."""
        return sum(bool(chunk.unsure) for chunk in self.chunks)

    @property
    def unfamiliar(self) -> str:
        """What to say of passages whose words the classifier does not know; nothing of a table or two."""
        count, total = self.record.unfamiliar, len(self.chunks)
        if count < UNFAMILIAR * total or not count:
            return ""
        return (
            f"The classifier did not learn from most words of {count:,} of {total:,} passages: they may be "
            "in another language. Keyword rules label these; the classifier claims nothing there, and marks "
            "what it suspects as unsure."
        )

    @property
    def is_pdf(self) -> bool:
        """Whether its pages can be shown as images."""
        return self.record.media_type == PDF and self.record.pages > 0


@dataclass(frozen=True, slots=True)
class Found:
    """What "find in document" found: the places, the one shown, and the links around it."""

    wanted: str
    places: list[Span]
    shown: int
    key: int


@dataclass(frozen=True, slots=True)
class Highlight:
    """A passage on a page: its boxes, those of the words behind its labels, and its labels."""

    chunk: ChunkRecord
    labels: tuple[HitLabel, ...]
    unsure: tuple[HitLabel, ...]
    outvoted: tuple[HitLabel, ...]
    denied: tuple[HitLabel, ...]
    boxes: list[paper.Rectangle]
    triggers: list[paper.Rectangle]


@blueprint.get("/<document>")
def show(document: str) -> str:
    """Shows a document; ``passage`` opens it there, ``view=pages`` shows the page as printed."""
    here = site()
    with here.parts.engine.connect() as connection:
        view = _view(here, connection, document)
        if view.is_pdf and request.args.get("view") == "pages":
            page = _page(connection, view)
        else:
            page = _text(connection, view)
    if view.opened and request.args.get("q"):
        followed("click", view.opened.id)
    else:
        opened("open", document)
    return page


@blueprint.get("/<document>/original")
def original_file(document: str) -> Response:
    """Sends the original as an attachment."""
    here = site()
    with here.parts.engine.connect() as connection:
        record = document_record(connection, document)
    path = original(here.parts.blobs, record)
    opened("download", document)
    return download(path, record)


@blueprint.get("/<document>/pages/<int:page>.png")
def page_image(document: str, page: int) -> Response:
    """Sends a page of a PDF as an image, drawn once and kept by the hash of the file."""
    here = site()
    settings = here.parts.settings
    with here.parts.engine.connect() as connection:
        record = document_record(connection, document)
    if record.media_type != PDF or not 1 <= page <= record.pages:
        raise UnknownDocumentError(f"There is no image of page {page} of this document")
    pdf = original(here.parts.blobs, record).resolve()
    image = paper.page_image(
        pdf, record.digest, page, (settings.home / "pages").resolve(), settings.extract_memory_mb
    )
    response = send_file(image, mimetype="image/png", max_age=DAY)
    response.cache_control.private = True
    return response


def _view(here: Site, connection: Connection, document: str) -> View:
    record = document_record(connection, document)
    chunks = document_chunks(connection, document)
    pack = here.parts.packs[record.collection]
    key = request.args.get("passage", "")
    related = [record.parent, *record.children] if record.parent else list(record.children)
    return View(
        record=record,
        chunks=chunks,
        labels=LabelMaker(pack, here.parts.grounds),
        risks=outline.risks(chunks, pack),
        opened=next((chunk for chunk in chunks if str(chunk.key) == key), None),
        related=tuple(document_record(connection, other) for other in related[:50]),
    )


def _text(connection: Connection, view: View) -> str:
    text, blocks = document_text(connection, view.record.id)
    pieces = reading.stretches(text, view.chunks)
    divided = reading.parts(pieces)
    found = _find(text, pieces)
    start = _start(view, found, divided)
    part = divided[start]
    spans = found.places if found else []
    shown = {piece.chunk.key for piece in part if piece.chunk}
    order = [risk.key for risk in view.risks]
    inside = [index for index, key in enumerate(order) if key in shown]
    return render_template(
        "document.html",
        view=view,
        record=view.record,
        passages=reading.read_passages(text, blocks, part, view.labels, spans),
        part=start + 1,
        parts_total=len(divided),
        window=_window(part, len(text)),
        outline=outline.outline(view.chunks, view.risks),
        ticks=outline.ticks(view.chunks, view.risks, len(text)),
        before=view.risks[inside[0] - 1] if inside and inside[0] > 0 else None,
        after=view.risks[inside[-1] + 1] if inside and inside[-1] + 1 < len(order) else None,
        found=found,
    )


def _find(text: str, pieces: list[reading.Stretch]) -> Found | None:
    wanted = request.args.get("find", "")[:FIND_CHARACTERS].strip()
    if not wanted:
        return None
    places = reading.find(text, wanted)
    shown = min(whole_number("hit", 1, 1, reading.MAX_FOUND), max(1, len(places)))
    key = 0
    if places:
        at = places[shown - 1].start
        key = next((p.chunk.key for p in pieces if p.chunk and p.start <= at < p.end), 0)
    return Found(wanted, places, shown, key)


def _start(view: View, found: Found | None, divided: list[Sequence[reading.Stretch]]) -> int:
    """Returns the index of the part to show: the found place's, the opened passage's, or the named."""
    key = found.key if found and found.key else view.opened.key if view.opened else 0
    for index, part in enumerate(divided):
        if key and any(piece.chunk and piece.chunk.key == key for piece in part):
            return index
    return min(whole_number("part", 1, 1, MAX_PAGES), len(divided)) - 1


def _window(part: Sequence[reading.Stretch], characters: int) -> tuple[int, int]:
    """Returns where on the bar of 1,000 the shown part begins, and how long it is."""
    if not part:
        return 0, outline.BAR
    top = outline.BAR * part[0].start // max(1, characters)
    return top, max(1, outline.BAR * part[-1].end // max(1, characters) - top)


def _page(connection: Connection, view: View) -> str:
    first = view.opened.page if view.opened and view.opened.page else 1
    page_number = min(whole_number("page", first, 1, MAX_PAGES), view.record.pages)
    page = document_page(connection, view.record.id, page_number)
    on_page = [chunk for chunk in view.chunks if chunk.start < page.end and chunk.end > page.start]
    highlights = [_highlight(chunk, view.labels.of(chunk), page) for chunk in on_page]
    keys = {chunk.key for chunk in on_page}
    pages = {chunk.key: chunk.page or 1 for chunk in view.chunks}
    return render_template(
        "document_pages.html",
        view=view,
        record=view.record,
        page=page,
        highlights=[
            one
            for one in highlights
            if one.labels or one.unsure or one.denied or (view.opened and one.chunk.key == view.opened.key)
        ],
        outline=outline.outline(view.chunks, view.risks),
        ticks=outline.ticks(view.chunks, view.risks, view.record.characters),
        window=(
            outline.BAR * page.start // max(1, view.record.characters),
            max(1, outline.BAR * (page.end - page.start) // max(1, view.record.characters)),
        ),
        before=next((r for r in reversed(view.risks) if pages[r.key] < page.number), None),
        after=next((r for r in view.risks if pages[r.key] > page.number and r.key not in keys), None),
        found=None,
    )


def _highlight(chunk: ChunkRecord, shown: ShownLabels, page: Page) -> Highlight:

    def boxes(start: int, end: int) -> list[paper.Rectangle]:
        first, last = max(start, page.start) - page.start, min(end, page.end) - page.start
        return paper.rectangles(page.boxes[first : max(first, last)])

    spots = [
        box
        for label in shown.labels
        for trigger in label.triggers
        for box in boxes(chunk.start + trigger.start, chunk.start + trigger.end)
    ]
    passage = boxes(chunk.start, chunk.end)
    return Highlight(chunk, shown.labels, shown.unsure, shown.outvoted, shown.denied, passage, spots)
