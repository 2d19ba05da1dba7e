"""HTML: what a reader would see of a page, in order; nothing is fetched and nothing runs."""

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from indexer.documents import BlockKind, Document
from indexer.errors import ExtractionError
from indexer.extract.assemble import TextBuilder, default_title, guess_title, tidy
from indexer.extract.decode import decode
from indexer.extract.headings import is_marker

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSEEN = frozenset(
    re.findall(
        r"\w+",
        "script style noscript template head title nav svg math iframe object applet embed canvas audio "
        "video map select datalist button input",
    )
)
_INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby "
        "s samp small span strike strong sub sup time tt u var wbr img textarea output meter progress",
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LONG_CELL = 1_000


def read(content: bytes, file_name: str) -> Document:
    """Reads an HTML page; a declared encoding counts only where the bytes agree with it."""
    declared = _CHARSET.search(content[:4096])
    root = parse(decode(content, [declared[1].decode("ascii")] if declared else ()))
    builder = TextBuilder()
    add_page(builder, root)
    text, blocks = builder.text, tuple(builder.blocks)
    title = tidy(root.findtext(".//title") or "").replace("\n", " ")
    return Document(
        text=text,
        title=title or guess_title(text, blocks) or default_title(file_name),
        media_type="text/html",
        blocks=blocks,
    )


def parse(markup: str) -> HtmlElement:
    """Returns the tree of a page, however bad its markup.

    Raises:
        ExtractionError: Empty, where there is no element at all.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(markup.encode("utf-8", errors="replace"), parser)
    if root is None:
        raise ExtractionError("empty", "The page holds no text.")
    return root


def add_page(builder: TextBuilder, root: HtmlElement) -> None:
    """Appends the visible text of a page as blocks."""
    _Flow(builder).walk(root)


class _Flow:
    """Walks elements in document order and cuts the text where a browser would start a new line."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._inline: list[str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._lists: list[tuple[str, int]] = []

    def walk(self, root: HtmlElement) -> None:
        self._element(root)
        self._flush()

    def _element(self, element: HtmlElement) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or is_hidden(element):
            pass
        elif tag == "table" and not _is_layout(element):
            self._flush()
            self._table(element)
        elif tag == "br":
            self._break()
        elif tag == "pre":
            self._flush()
            self._builder.add(BlockKind.PARAGRAPH, visible(element))
        elif tag in _INLINE:
            self._children(element)
        else:
            self._block(element, tag)
        self._inline.append(_blanks(element.tail))

    def _children(self, element: HtmlElement) -> None:
        self._inline.append(_blanks(element.text))
        for child in element:
            self._element(child)

    def _break(self) -> None:
        """One line break stays within the paragraph, a second one ends it, as authors mean it."""
        kept = "".join(self._inline).rstrip(" ")
        if kept.endswith("\n"):
            self._flush(keep=True)
        else:
            self._inline = [kept, "\n"]

    def _block(self, element: HtmlElement, tag: str) -> None:
        self._flush(keep=tag in {"p", "div", "span"})
        outer = self._kind, self._level
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
        elif tag == "li":
            self._kind, self._level = BlockKind.LIST_ITEM, max(1, len(self._lists))
            self._inline.append(self._marker(element))
        if tag in {"ul", "ol"}:
            self._lists.append((tag, int(start) if (start := element.get("start", "1")).isdecimal() else 1))
            self._children(element)
            self._lists.pop()
        else:
            self._children(element)
        self._flush()
        self._kind, self._level = outer

    def _marker(self, element: HtmlElement) -> str:
        if not self._lists:
            return ""
        kind, number = self._lists[-1]
        if kind == "ul":
            return "• "
        value = element.get("value", "")
        number = int(value) if value.isdecimal() else number
        self._lists[-1] = kind, number + 1
        return f"{number}. "

    def _flush(self, *, keep: bool = False) -> None:
        """Ends the block; ``keep`` lets a list marker wait for the paragraph that it belongs to."""
        text = "".join(self._inline)
        if keep and is_marker(text):
            return
        self._inline = []
        if not is_marker(text):
            self._builder.add(self._kind, text, self._level)

    def _table(self, table: HtmlElement) -> None:
        for row in rows(table):
            cells = [" ".join(visible(cell).split()) for cell in row if cell.tag in {"td", "th"}]
            filled = [cell for cell in cells if cell]
            if len(filled) > 1 and is_marker(filled[0]):
                filled[:2] = [f"{filled[0]} {filled[1]}"]
                cells = filled
            kind = BlockKind.TABLE_ROW if len(filled) > 1 else BlockKind.PARAGRAPH
            self._builder.add(kind, " | ".join(cells if len(filled) > 1 else filled))


def is_hidden(element: HtmlElement) -> bool:
    """Says whether an element is never shown as text of the page."""
    return (
        element.tag in _UNSEEN
        or element.get("hidden") is not None
        or _HIDDEN_STYLE.search(element.get("style") or "") is not None
    )


def rows(table: HtmlElement) -> Iterator[HtmlElement]:
    """Yields the rows of a table, its head and foot included, in the order of the source."""
    yield from (row for row in table.iter("tr") if not is_hidden(row))


def visible(element: HtmlElement) -> str:
    """Returns the visible text within an element, its blanks as in the source."""
    if not isinstance(element.tag, str) or is_hidden(element):
        return ""
    parts = [element.text or ""]
    for child in element:
        apart = child.tag not in _INLINE
        parts += ["\n" if apart else "", visible(child), "\n" if apart else "", child.tail or ""]
    return "".join(parts)


def _is_layout(table: HtmlElement) -> bool:
    """Says whether a table only arranges the page: tables within it, or cells of whole paragraphs."""
    if table.find(".//table") is not None:
        return True
    return any(len(visible(cell)) > _LONG_CELL for row in table.iter("tr") for cell in row)


def _blanks(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""
