"""The text of a paragraph: runs, fields, notes and text boxes, tracked changes taken as accepted."""

from dataclasses import dataclass, field

from lxml import etree

from indexer.extract.docx.package import W
from indexer.extract.docx.styles import Styles, is_on, value

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DROPPED = frozenset(
    f"{W}{name}"
    for name in (
        "del",
        "moveFrom",
        "pPr",
        "rPr",
        "rt",
        "delText",
        "instrText",
        "delInstrText",
        "commentReference",
    )
)
_TEXT = frozenset({f"{W}t", f"{_M}t"})
_LITERAL = {
    f"{W}tab": " ",
    f"{W}ptab": " ",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_SYMBOLS = {
    "F0B7": "•",
    "F0A7": "•",
    "F0D8": "•",
    "F0FC": "✓",
    "F0FE": "☒",
    "F0A8": "☐",
    "F06F": "☐",
    "F0A3": "☐",
}


@dataclass(slots=True)
class Inline:
    """What a paragraph holds.

    Attributes:
        parts: Pieces of its text.
        notes: (kind, id) of the notes that it refers to: "footnote" or "endnote".
        boxes: Contents of the text boxes anchored in it, each a w:txbxContent.
    """

    parts: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


class RunReader:
    """Reads paragraphs in order; a field may reach over several of them, so it keeps count."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._fields: list[bool] = []

    def read(self, paragraph: etree._Element) -> Inline:
        """Returns what a paragraph shows."""
        inline = Inline()
        for child in paragraph:
            self._node(child, inline)
        return inline

    def _node(self, node: etree._Element, inline: Inline) -> None:
        tag = node.tag
        if not isinstance(tag, str) or tag in _DROPPED:
            return
        if tag == f"{W}r" and self._is_hidden(node):
            return
        if tag == f"{W}fldChar":
            self._field(node.get(f"{W}fldCharType"))
        elif tag == f"{W}txbxContent":
            inline.boxes.append(node)
        elif tag == f"{_MC}AlternateContent":
            self._alternative(node, inline)
        elif len(node) and tag not in _TEXT:
            for child in node:
                self._node(child, inline)
        elif all(self._fields):
            self._leaf(node, tag, inline)

    def _leaf(self, node: etree._Element, tag: str, inline: Inline) -> None:
        if tag in _TEXT:
            inline.parts.append(node.text or "")
        elif tag in _LITERAL:
            inline.parts.append(" " if node.get(f"{W}type") in {"page", "column"} else _LITERAL[tag])
        elif tag == f"{W}sym":
            inline.parts.append(_SYMBOLS.get(node.get(f"{W}char", "").upper(), ""))
        elif tag in {f"{W}footnoteReference", f"{W}endnoteReference"}:
            inline.notes.append((tag.removeprefix(W).removesuffix("Reference"), node.get(f"{W}id", "")))
            inline.parts.append(f"[{NOTE_MARK}{len(inline.notes) - 1}]")

    def _alternative(self, node: etree._Element, inline: Inline) -> None:
        """Reads the first choice that holds something; the fallback repeats it for old programs."""
        for choice in (*node.findall(f"{_MC}Choice"), *node.findall(f"{_MC}Fallback")):
            before = len(inline.parts) + len(inline.boxes)
            for child in choice:
                self._node(child, inline)
            if len(inline.parts) + len(inline.boxes) > before:
                return

    def _field(self, kind: str | None) -> None:
        """Between "begin" and "separate" stands a field's code, after it what the field shows."""
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _is_hidden(self, run: etree._Element) -> bool:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return False
        style = value(properties.find(f"{W}rStyle"))
        inherited = self._styles.get(style).hidden if style else False
        return is_on(properties.find(f"{W}vanish"), default=inherited)


NOTE_MARK = "\x00"
"""Stands before the index of a note within its paragraph until the note's number is known."""
