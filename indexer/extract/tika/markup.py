"""Makes blocks of the XHTML that Tika gives for a document."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree
from lxml.html import HtmlElement, XHTMLParser

from indexer.errors import ExtractionError
from indexer.extract import html
from indexer.extract.assemble import TextBuilder

_NAMESPACE = "{http://www.w3.org/1999/xhtml}"
_PAGES = frozenset({"page", "slide-content", "slide"})
_INSIDE = frozenset({"package-entry", "embedded"})  # what stands for a file inside the file


def parse(xhtml: str) -> HtmlElement:
    """Returns the body of a document, without the marks of the files inside it.

    Raises:
        ExtractionError: Empty, where there is no body.
    """
    parser = XHTMLParser(recover=True, huge_tree=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(xhtml.encode("utf-8", errors="replace"), parser)
    if root is None:
        raise ExtractionError("empty", "The file holds no text.")
    for element in root.iter(etree.Element):
        element.tag = str(element.tag).removeprefix(_NAMESPACE)
    body: HtmlElement | None = root.find("body")
    if body is None:
        raise ExtractionError("empty", "The file holds no text.")
    _drop([div for div in body.iter("div") if div.get("class") in _INSIDE])
    return body


def add_whole(builder: TextBuilder, body: HtmlElement) -> None:
    """Appends a body as blocks; where Tika marks pages or slides, blocks know theirs."""
    _add_parts(builder, list(_parts(body)))


def add_slides(builder: TextBuilder, body: HtmlElement, order: Sequence[int]) -> None:
    """Appends slides in the order shown, given by their places; unless each has one, none has a number."""
    before, *slides = _parts(body)
    if len(order) == len(slides):
        _add_parts(builder, [before, *(slides[place] for place in order)])
    else:
        for part in (before, *slides):
            html.add_page(builder, part)


def _add_parts(builder: TextBuilder, parts: Sequence[HtmlElement]) -> None:
    for number, part in enumerate(parts):
        before = len(builder.blocks)
        html.add_page(builder, part)
        if number:
            builder.blocks[before:] = [replace(block, page=number) for block in builder.blocks[before:]]


def add_sheets(builder: TextBuilder, body: HtmlElement) -> None:
    """Appends a workbook as blocks, each sheet under its name; empty sheets are left out."""
    sheets = [div for div in body.iter("div") if div.get("class") in {"sheet", "page"}]
    _drop([sheet for sheet in sheets if not any(html.visible(cell).strip() for cell in sheet.iter("td"))])
    html.add_page(builder, body)


def add_message(builder: TextBuilder, body: HtmlElement) -> None:
    """Appends a message as blocks, without the header that Tika puts above it."""
    _drop([found for tag in ("h1", "dl") if (found := body.find(tag)) is not None])
    html.add_page(builder, body)


def _parts(body: HtmlElement) -> Iterator[HtmlElement]:
    """Yields what stands before the first page, then each page with what follows up to the next one."""
    nodes = list(_laid_flat(body))
    part = HtmlElement()
    part.tag, part.text = "div", body.text
    for node in nodes:
        if node.get("class") in _PAGES:
            yield part
            part = HtmlElement()
            part.tag = "div"
        part.append(node)
    yield part


def _laid_flat(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yields the children of an element; a container of pages gives way to its own."""
    for child in list(element):
        holds_pages = any(inner.get("class") in _PAGES for inner in child.iterdescendants("div"))
        if holds_pages and child.get("class") not in _PAGES:
            yield from _laid_flat(child)
        else:
            yield child


def _drop(elements: list[HtmlElement]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()
