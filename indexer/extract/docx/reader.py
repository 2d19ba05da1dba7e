"""Reads a Word document: blocks in document order, notes after the paragraph that refers to them."""

import posixpath
import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from indexer.documents import Attachment, BlockKind, Document
from indexer.errors import ExtractionError
from indexer.extract.assemble import TextBuilder, default_title, guess_title, tidy
from indexer.extract.docx.numbering import Numbering
from indexer.extract.docx.package import Package, Relationship, W
from indexer.extract.docx.runs import NOTE_MARK, RunReader
from indexer.extract.docx.styles import Style, Styles, is_bold, is_on, outline_depth, value
from indexer.extract.headings import heading_level
from indexer.extract.limits import MAX_ATTACHMENTS, MAX_DEPTH

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CORE = "docProps/core.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_NOTE = re.compile(rf"\[{NOTE_MARK}(\d+)\]")
_DROPPED = frozenset(
    {f"{W}del", f"{W}moveFrom", f"{W}sectPr", f"{W}tblPr", f"{W}tblGrid", f"{W}tcPr", f"{W}trPr"}
)
_LONG_CELL = 1_500
_ATTACHED = frozenset({"package", "oleObject", "aFChunk"})


def read(content: bytes, file_name: str) -> Document:
    """Reads a Word document.

    Raises:
        ExtractionError: Damaged, or too large when unpacked.
    """
    package = Package(content)
    main = package.main_part()
    root = package.xml(main)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise ExtractionError("damaged", "The Word document has no body.")
    links = package.relationships(main)
    builder = TextBuilder()
    _Body(package, links, builder).flow(body, 0)
    core = package.xml(_core_part(package))
    text, blocks = builder.text, tuple(builder.blocks)
    title = _property(core, f"{_DC}title")
    return Document(
        text=text,
        title=title or guess_title(text, blocks) or default_title(file_name),
        media_type=_MEDIA_TYPE,
        blocks=blocks,
        date=_date(_property(core, f"{_TERMS}created")),
        attachments=_attachments(package, links),
        metadata={"Author": author} if (author := _property(core, f"{_DC}creator")) else {},
    )


class _Body:
    """Walks the body and appends blocks."""

    def __init__(self, package: Package, links: dict[str, Relationship], builder: TextBuilder) -> None:
        parts = {link.kind: link.target for link in links.values()}
        self._builder = builder
        self._styles = Styles(package.xml(parts.get("styles", "word/styles.xml")))
        self._numbering = Numbering(package.xml(parts.get("numbering", "word/numbering.xml")), self._styles)
        self._runs = RunReader(self._styles)
        self._notes = {
            kind: _notes(package.xml(parts[f"{kind}s"]), kind)
            for kind in ("footnote", "endnote")
            if f"{kind}s" in parts
        }
        self._noted = 0
        self._pending = ""

    def flow(self, container: etree._Element, depth: int) -> None:
        """Appends the paragraphs and tables of a body, a cell, a text box or a content control."""
        if depth > MAX_DEPTH:
            raise ExtractionError("damaged", "The Word document is nested too deeply.")
        for child in container:
            if child.tag == f"{W}p":
                self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                self._table(child, depth)
            elif isinstance(child.tag, str) and child.tag not in _DROPPED:
                self.flow(child, depth + 1)

    def _paragraph(self, paragraph: etree._Element, depth: int) -> None:
        text, label, style, notes, boxes = self._read(paragraph)
        if _is_mark_deleted(paragraph):
            self._pending = text
        else:
            direct = value(paragraph.find(f"{W}pPr/{W}outlineLvl"))
            outline = outline_depth(direct) if direct is not None else style.outline
            if outline and text.strip():
                self._builder.add(BlockKind.HEADING, text, outline)
            elif (guessed := heading_level(text)) and (label is None or is_bold(paragraph)):
                self._builder.add(BlockKind.HEADING, text, guessed)
            elif label is not None:
                self._builder.add(BlockKind.LIST_ITEM, text, label + 1)
            else:
                self._builder.add(BlockKind.PARAGRAPH, text)
        for note in notes:
            self._builder.add(BlockKind.FOOTNOTE, note)
        for box in boxes:
            self.flow(box, depth + 1)

    def _read(
        self, paragraph: etree._Element
    ) -> tuple[str, int | None, Style, list[str], list[etree._Element]]:
        """Returns text with number, list level, style, notes and text boxes of a paragraph."""
        name = value(paragraph.find(f"{W}pPr/{W}pStyle")) or self._styles.default
        style = self._styles.get(name)
        inline = self._runs.read(paragraph)
        text = "" if style.hidden else "".join(inline.parts)
        notes = [self._note(kind, number) for kind, number in inline.notes]
        first = self._noted - len(notes) + 1
        text = self._pending + _NOTE.sub(lambda mark: f"[{first + int(mark[1])}]", text)
        self._pending = ""
        level: int | None = None
        if text.strip():
            numbered = self._numbering.label(paragraph, style, name)
            if numbered is not None:
                level = numbered[1]
                text = f"{numbered[0]} {text}"
        return text, level, style, notes, inline.boxes

    def _note(self, kind: str, number: str) -> str:
        self._noted += 1
        note = self._notes.get(kind, {}).get(number)
        text = " ".join(self._plain(note)) if note is not None else ""
        return f"[{self._noted}] {text}" if text.strip() else ""

    def _table(self, table: etree._Element, depth: int) -> None:
        """Appends a table row by row; one that only frames running text is read as such."""
        rows = [row for row in _within(table, f"{W}tr") if row.find(f"{W}trPr/{W}del") is None]
        for row in rows:
            cells = list(_within(row, f"{W}tc"))
            if len(cells) == 1 or any(_length(cell) > _LONG_CELL for cell in cells):
                for cell in cells:
                    self.flow(cell, depth + 1)
                continue
            texts = [" ".join(tidy(" ".join(self._plain(cell))).split()) for cell in cells]
            if any(texts):
                self._builder.add(BlockKind.TABLE_ROW, " | ".join(texts))

    def _plain(self, container: etree._Element) -> Iterator[str]:
        """Yields the text of each paragraph within a cell or a note, whatever encloses it."""
        for child in container:
            if child.tag == f"{W}p":
                text, _, _, notes, boxes = self._read(child)
                yield text
                yield from notes
                for box in boxes:
                    yield from self._plain(box)
            elif isinstance(child.tag, str) and child.tag not in _DROPPED:
                yield from self._plain(child)


def _within(container: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yields rows of a table or cells of a row, those inside content controls included."""
    for child in container:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag not in _DROPPED and child.tag != f"{W}tbl":
            yield from _within(child, tag)


def _length(cell: etree._Element) -> int:
    return sum(len(text.text or "") for text in cell.iter(f"{W}t"))


def _is_mark_deleted(paragraph: etree._Element) -> bool:
    """Says whether the end of a paragraph was deleted: accepted, it runs on into the next one."""
    return is_on(paragraph.find(f"{W}pPr/{W}rPr/{W}del"))


def _notes(root: etree._Element | None, kind: str) -> dict[str, etree._Element]:
    if root is None:
        return {}
    return {
        note.get(f"{W}id", ""): note
        for note in root.findall(f"{W}{kind}")
        if note.get(f"{W}type", "normal") == "normal"
    }


def _core_part(package: Package) -> str:
    links = package.relationships("").values()
    return next((link.target for link in links if link.kind == "core-properties"), _CORE)


def _property(core: etree._Element | None, tag: str) -> str:
    return tidy((core.findtext(f".//{tag}") or "") if core is not None else "").replace("\n", " ")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _attachments(package: Package, links: dict[str, Relationship]) -> tuple[Attachment, ...]:
    """Returns the files that the document embeds; a PDF is taken out of the object that wraps it."""
    found: list[Attachment] = []
    for link in links.values():
        content = package.read(link.target) if link.kind in _ATTACHED else None
        if content and len(found) < MAX_ATTACHMENTS:
            found.append(_unwrapped(posixpath.basename(link.target), content))
    return tuple(found)


def _unwrapped(name: str, content: bytes) -> Attachment:
    start, end = content.find(b"%PDF-"), content.rfind(b"%%EOF")
    if content.startswith(b"\xd0\xcf\x11\xe0") and 0 < start < end:
        return Attachment(f"{posixpath.splitext(name)[0]}.pdf", content[start : end + 5])
    return Attachment(name, content)
