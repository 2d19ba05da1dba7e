"""Paragraph and character styles: what a paragraph inherits from its style."""

import re
from dataclasses import dataclass, replace

from lxml import etree

from indexer.extract.docx.package import W

_HEADING_NAME = re.compile(r"heading\s*(\d)", re.IGNORECASE)
_MAX_CHAIN = 50


@dataclass(frozen=True, slots=True)
class Style:
    """What matters of a style, with what it inherits.

    Attributes:
        outline: Depth of a heading, 1 the outermost; 0 for text.
        number: Id of its numbering; None where it has none.
        level: 0-based level within that numbering; None where the style leaves it to the numbering.
        hidden: Whether its text is hidden.
    """

    outline: int = 0
    number: str | None = None
    level: int | None = None
    hidden: bool = False


class Styles:
    """The styles of a document by id."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._known: dict[str, Style] = {}
        self.default = ""
        for element in root.iter(f"{W}style") if root is not None else ():
            name = element.get(f"{W}styleId", "")
            self._elements[name] = element
            if element.get(f"{W}default") in {"1", "true"} and element.get(f"{W}type") == "paragraph":
                self.default = name

    def get(self, name: str | None) -> Style:
        """Returns a style by its id; an unknown one is plain text."""
        name = name or self.default
        if name not in self._known:
            self._known[name] = self._resolve(name, 0)
        return self._known[name]

    def _resolve(self, name: str, depth: int) -> Style:
        element = self._elements.get(name)
        if element is None or depth > _MAX_CHAIN:
            return Style()
        based = value(element.find(f"{W}basedOn"))
        style = self._resolve(based, depth + 1) if based else Style()
        heading = _HEADING_NAME.fullmatch(value(element.find(f"{W}name")) or "")
        if heading:
            style = replace(style, outline=int(heading[1]))
        elif (value(element.find(f"{W}name")) or "").lower() == "title":
            style = replace(style, outline=1)
        return _with_properties(style, element)


def _with_properties(style: Style, element: etree._Element) -> Style:
    outline = value(element.find(f"{W}pPr/{W}outlineLvl"))
    number = value(element.find(f"{W}pPr/{W}numPr/{W}numId"))
    level = value(element.find(f"{W}pPr/{W}numPr/{W}ilvl"))
    return replace(
        style,
        outline=outline_depth(outline) if outline is not None else style.outline,
        number=number if number is not None else style.number,
        level=int(level) if level is not None and level.isdecimal() else style.level,
        hidden=is_on(element.find(f"{W}rPr/{W}vanish"), default=style.hidden),
    )


def outline_depth(outline: str) -> int:
    """Returns the depth of an outline level as written ("0" to "8" for headings, "9" for text)."""
    return int(outline) + 1 if outline.isdecimal() and int(outline) < 9 else 0


def value(element: etree._Element | None) -> str | None:
    """Returns an element's w:val."""
    return None if element is None else element.get(f"{W}val")


def is_on(element: etree._Element | None, *, default: bool = False) -> bool:
    """Returns what a switch such as w:vanish says; ``default`` where it is absent."""
    return default if element is None else element.get(f"{W}val") not in {"0", "false", "off"}


def is_bold(paragraph: etree._Element) -> bool:
    """Says whether all words of a paragraph are set in bold by themselves."""
    runs = [run for run in paragraph.iter(f"{W}r") if (run.findtext(f"{W}t") or "").strip()]
    return bool(runs) and all(is_on(run.find(f"{W}rPr/{W}b")) for run in runs)
