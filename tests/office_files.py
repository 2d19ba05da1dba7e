"""Small files of the formats that only Tika reads, made by hand."""

import io
import zipfile
from collections.abc import Mapping, Sequence

_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"'
)
_MANIFEST = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
_ODT = "application/vnd.oasis.opendocument.text"
_OOXML = "http://schemas.openxmlformats.org"
_TYPES = "application/vnd.openxmlformats-officedocument"
_REL = f"{_OOXML}/officeDocument/2006/relationships"
_BODY = (
    "<office:body><office:text>"
    '<text:h text:outline-level="1">Article 1 Termination</text:h>'
    "<text:p>Either party may terminate this Agreement upon thirty days written notice.</text:p>"
    '<text:h text:outline-level="1">Article 2 Fees</text:h>'
    '<text:h text:outline-level="2">2.1 Schedule of Fees</text:h>'
    "<table:table><table:table-row><table:table-cell><text:p>Service</text:p></table:table-cell>"
    "<table:table-cell><text:p>Price</text:p></table:table-cell></table:table-row>"
    "<table:table-row><table:table-cell><text:p>Hosting</text:p></table:table-cell>"
    "<table:table-cell><text:p>1,200</text:p></table:table-cell></table:table-row></table:table>"
    "</office:text></office:body>"
)
_META = (
    "<office:meta><dc:title>Hosting Agreement</dc:title>"
    "<meta:initial-creator>Ann Archer</meta:initial-creator>"
    "<meta:creation-date>2021-03-04T10:00:00</meta:creation-date></office:meta>"
)


def rtf(*paragraphs: str) -> bytes:
    text = "\\par\n".join(paragraphs)
    return (
        "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times;}}{\\info{\\title Loan Agreement}}\\f0 " + text + "\\par}"
    ).encode("ascii")


def odt(*, encrypted: bool = False, content: str = "") -> bytes:
    secret = (
        '<manifest:encryption-data><manifest:algorithm manifest:algorithm-name="aes256-cbc" '
        'manifest:initialisation-vector="AAAA"/></manifest:encryption-data>'
        if encrypted
        else ""
    )
    return _zip(
        {
            "mimetype": _ODT,
            "META-INF/manifest.xml": f"<manifest:manifest {_MANIFEST}><manifest:file-entry "
            f'manifest:full-path="/" manifest:media-type="{_ODT}"/><manifest:file-entry '
            f'manifest:full-path="content.xml" manifest:media-type="text/xml">{secret}</manifest:file-entry>'
            "</manifest:manifest>",
            "meta.xml": f"<office:document-meta {_ODF}>{_META}</office:document-meta>",
            "content.xml": content or f"<office:document-content {_ODF}>{_BODY}</office:document-content>",
        }
    )


def fodt() -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {_ODF} office:mimetype="{_ODT}">'
        f"{_META}{_BODY}</office:document>"
    ).encode()


def xlsx(sheets: Mapping[str, Sequence[Sequence[str]]], *, broken: bool = False) -> bytes:
    parts = {
        f"xl/worksheets/sheet{number}.xml": f'<worksheet xmlns="{_OOXML}/spreadsheetml/2006/main"><sheetData>'
        + "".join(
            "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
            for row in rows
        )
        + "</sheetData></worksheet>"
        for number, rows in enumerate(sheets.values(), start=1)
    }
    named = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    namespaces = f'xmlns="{_OOXML}/spreadsheetml/2006/main" xmlns:r="{_REL}"'
    book = f"<workbook {namespaces}><sheets>{named}</sheets></workbook>"
    return _package(
        "xl/workbook.xml",
        book[:60] if broken else book,
        f"{_TYPES}.spreadsheetml.sheet.main+xml",
        {
            name: (content, f"{_TYPES}.spreadsheetml.worksheet+xml", "worksheet")
            for name, content in parts.items()
        },
    )


def pptx(*slides: str) -> bytes:
    parts = {
        f"ppt/slides/slide{number}.xml": f'<p:sld xmlns:p="{_OOXML}/presentationml/2006/main" '
        f'xmlns:a="{_OOXML}/drawingml/2006/main"><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/>'
        "<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr>"
        '<p:cNvPr id="2" name="Text"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p>'
        f"<a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        for number, text in enumerate(slides, start=1)
    }
    named = "".join(
        f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in range(1, len(slides) + 1)
    )
    show = (
        f'<p:presentation xmlns:p="{_OOXML}/presentationml/2006/main" xmlns:r="{_REL}"><p:sldIdLst>{named}'
        "</p:sldIdLst></p:presentation>"
    )
    return _package(
        "ppt/presentation.xml",
        show,
        f"{_TYPES}.presentationml.presentation.main+xml",
        {name: (content, f"{_TYPES}.presentationml.slide+xml", "slide") for name, content in parts.items()},
    )


def epub() -> bytes:
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>%s</body></html>'
    return _zip(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
            'full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
            "book.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Handbook of Leases</dc:title></metadata>'
            '<manifest><item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="one"/></spine></package>',
            "one.xhtml": page % "<h1>Chapter One</h1><p>The tenant pays the rent in advance.</p>",
        }
    )


def _package(main: str, content: str, kind: str, parts: Mapping[str, tuple[str, str, str]]) -> bytes:
    folder, _, name = main.rpartition("/")
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{type_}"/>'
        for part, type_ in [(main, kind), *((part, found[1]) for part, found in parts.items())]
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_REL}/{found[2]}" Target="/{part}"/>'
        for number, (part, found) in enumerate(parts.items(), start=1)
    )
    own = f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="{main}"/>'
    wrap = f'<Relationships xmlns="{_OOXML}/package/2006/relationships">%s</Relationships>'
    return _zip(
        {
            "[Content_Types].xml": f'<Types xmlns="{_OOXML}/package/2006/content-types"><Default '
            'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f"{overrides}</Types>",
            "_rels/.rels": wrap % own,
            main: content,
            f"{folder}/_rels/{name}.rels": wrap % relations,
            **{part: found[0] for part, found in parts.items()},
        }
    )


def _zip(parts: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, text, stored)
    return content.getvalue()
