"""Builds DOCX files with automatic numbers, tables, footnotes and tracked changes."""

import io
import re
import zipfile
from datetime import UTC, datetime, time

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from samples.source import Kind, Source

_NUMBERING_ID = 77
_LEVELS = {Kind.HEADING: 0, Kind.CLAUSE: 1, Kind.ITEM: 2}
_INLINE = re.compile(r"(\{\+\+.*?\+\+\}|\{--.*?--\}|\[\^\d+\])")
_AUTHOR = "Counsel"
_FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_TABLE_STYLES = ("TableGrid", "TableNormal")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def document(source: Source) -> bytes:
    """Builds the file; its numbers are not text but Word's own numbering."""
    file = docx.Document()
    _slim(file)
    _properties(file, source)
    _define_numbering(file)
    _add_footnotes(file, source.footnotes)
    for block in source.blocks:
        if block.kind is Kind.TABLE:
            _add_table(file, block.rows)
            continue
        style = {Kind.TITLE: "Title", Kind.HEADING: "Heading 1"}.get(block.kind, "Normal")
        paragraph = file.add_paragraph(style=style)
        _write(paragraph, block.text, source)
        if block.kind in _LEVELS:
            _number(paragraph, _LEVELS[block.kind])
    buffer = io.BytesIO()
    file.save(buffer)
    return _fixed_zip(buffer.getvalue())


def _slim(file: Document) -> None:
    """Drops what the library's template brings and no sample needs, nine tenths of its size."""
    for owner in (file.part, file.part.package):
        for key, relation in list(owner.rels.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail", "/customXml")):
                del owner.rels[key]
    for style in list(file.styles.element):
        if style.get(qn("w:type")) == "table" and style.get(qn("w:styleId")) not in _TABLE_STYLES:
            file.styles.element.remove(style)


def _properties(file: Document, source: Source) -> None:
    moment = datetime.combine(source.date, time(9), UTC).replace(tzinfo=None)
    properties = file.core_properties
    properties.title, properties.author, properties.last_modified_by = source.title, _AUTHOR, _AUTHOR
    properties.created = properties.modified = moment
    properties.comments, properties.language = "", source.language


def _define_numbering(file: Document) -> None:
    levels = (("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"))
    body = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{567 + 283 * (depth == 2)}" w:hanging="567"/></w:pPr>'
        "</w:lvl>"
        for depth, (form, shown) in enumerate(levels)
    )
    numbering = file.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_NUMBERING_ID}">'
        f'<w:multiLevelType w:val="multilevel"/>{body}</w:abstractNum>'
    )
    # The schema wants every abstract definition before the first instance.
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{_NUMBERING_ID}">'
            f'<w:abstractNumId w:val="{_NUMBERING_ID}"/></w:num>'
        )
    )


def _number(paragraph: Paragraph, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = _NUMBERING_ID


def _add_footnotes(file: Document, notes: dict[str, str]) -> None:
    if not notes:
        return
    separators = (
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0">'
        "<w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>"
    )
    bodies = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:footnoteRef/></w:r>'
        f'<w:r><w:t xml:space="preserve"> {text}</w:t></w:r></w:p></w:footnote>'
        for number, text in notes.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f"<w:footnotes {nsdecls('w')}>{separators}{bodies}</w:footnotes>"
    )
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES_TYPE, content.encode(), file.part.package)
    file.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _add_table(file: Document, rows: tuple[tuple[str, ...], ...]) -> None:
    table = file.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.text = text


def _write(paragraph: Paragraph, text: str, source: Source) -> None:
    stamp = f"{source.date.isoformat()}T09:00:00Z"
    for order, piece in enumerate(_INLINE.split(text)):
        if piece.startswith("[^"):
            run = paragraph.add_run()
            run.font.superscript = True
            reference = OxmlElement("w:footnoteReference")
            reference.set(qn("w:id"), piece[2:-1])
            run._r.append(reference)
        elif piece.startswith("{"):
            change = OxmlElement("w:ins" if piece[1] == "+" else "w:del")
            for key, value in (("w:id", str(900 + order)), ("w:author", _AUTHOR), ("w:date", stamp)):
                change.set(qn(key), value)
            run = paragraph.add_run(piece[3:-3])
            if piece[1] == "-":
                run._r.t_lst[0].tag = qn("w:delText")
            change.append(run._r)
            paragraph._p.append(change)
        elif piece:
            paragraph.add_run(piece)


def _fixed_zip(content: bytes) -> bytes:
    """Rewrites an archive with a fixed time on every entry, stored, so that its bytes never change."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 0
            after.writestr(entry, before.read(name))
    return buffer.getvalue()
