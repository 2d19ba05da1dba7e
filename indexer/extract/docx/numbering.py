"""Automatic paragraph numbers: what Word computes when it shows a document, written out."""

import re
from dataclasses import dataclass, field, replace

from lxml import etree

from indexer.extract.docx.numerals import numeral
from indexer.extract.docx.package import W
from indexer.extract.docx.styles import Style, Styles, is_on, value

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_BULLET = "•"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list.

    Attributes:
        start: Its first number; 0 where the list does not say, as the standard has it.
        number_format: As in w:numFmt.
        text: With %1 to %9 for the numbers of the levels.
        restart: 0 never restarts; k restarts after a paragraph of a level above the k-th; None after
            any higher level.
        legal: Whether all numbers are shown in digits.
        style: Paragraph style that this level belongs to.
    """

    start: int = 1
    number_format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass(slots=True)
class _List:
    """A w:num: an abstract list with its overrides."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts paragraphs as they come; the order of calls is the order of the document."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            self._load(root)

    def label(self, paragraph: etree._Element, style: Style, style_name: str) -> tuple[str, int] | None:
        """Counts a paragraph and returns its number as text and its 0-based level; None without one.

        The text is empty where the list numbers the paragraph but shows nothing.
        """
        place = self._place(paragraph, style, style_name)
        if place is None:
            return None
        number, level = place
        numbered = self._lists.get(number)
        if numbered is None or level not in numbered.levels:
            return None
        counters = self._count(number, numbered, level)
        return _text(numbered, level, counters), level

    def _place(self, paragraph: etree._Element, style: Style, style_name: str) -> tuple[str, int] | None:
        direct = paragraph.find(f"{W}pPr/{W}numPr")
        number = value(direct.find(f"{W}numId")) if direct is not None else None
        level = value(direct.find(f"{W}ilvl")) if direct is not None else None
        inherited = number is None
        number = style.number if inherited else number
        if number is None or number == "0" or number not in self._lists:
            return None
        if level is not None and level.isdecimal():
            return number, int(level)
        of_style = [key for key, item in self._lists[number].levels.items() if item.style == style_name]
        if inherited and of_style:
            return number, of_style[0]
        return number, (style.level or 0) if inherited else 0

    def _count(self, number: str, numbered: _List, level: int) -> dict[int, int]:
        """Advances the counter of a level, and sets back those below it."""
        counters = self._counters.setdefault(numbered.abstract, {})
        if (number, level) not in self._started:
            self._started.add((number, level))
            if level in numbered.starts:
                counters[level] = numbered.starts[level] - 1
        counters[level] = counters.get(level, numbered.levels[level].start - 1) + 1
        for higher in range(level):
            # A level that was skipped shows its first number.
            counters.setdefault(higher, numbered.levels.get(higher, Level()).start)
        for deeper in [key for key in counters if key > level]:
            restart = numbered.levels.get(deeper, Level()).restart
            if restart is None or (restart > 0 and level < restart):
                del counters[deeper]
        return counters

    def _load(self, root: etree._Element) -> None:
        abstracts = {
            element.get(f"{W}abstractNumId", ""): element for element in root.findall(f"{W}abstractNum")
        }
        by_style = {
            name: key
            for key, element in abstracts.items()
            if (name := value(element.find(f"{W}styleLink"))) is not None
        }
        for element in root.findall(f"{W}num"):
            abstract = value(element.find(f"{W}abstractNumId")) or ""
            if abstract not in abstracts:
                continue
            link = value(abstracts[abstract].find(f"{W}numStyleLink"))
            abstract = by_style.get(link or "", abstract)
            levels = {
                key: level for item in abstracts[abstract].findall(f"{W}lvl") for key, level in _level(item)
            }
            numbered = _List(abstract, levels)
            _override(numbered, element)
            self._lists[element.get(f"{W}numId", "")] = numbered


def _override(numbered: _List, element: etree._Element) -> None:
    for item in element.findall(f"{W}lvlOverride"):
        key = item.get(f"{W}ilvl", "")
        if not key.isdecimal():
            continue
        own = item.find(f"{W}lvl")
        if own is not None:
            numbered.levels.update(_level(own))
        start = value(item.find(f"{W}startOverride"))
        if start is not None and start.isdecimal():
            numbered.starts[int(key)] = int(start)
            known = numbered.levels.get(int(key), Level())
            numbered.levels[int(key)] = replace(known, start=int(start))


def _level(element: etree._Element) -> list[tuple[int, Level]]:
    key = element.get(f"{W}ilvl", "")
    if not key.isdecimal() or int(key) >= _LEVELS:
        return []
    start = value(element.find(f"{W}start")) or "0"
    restart = value(element.find(f"{W}lvlRestart"))
    level = Level(
        start=int(start) if start.isdecimal() else 0,
        number_format=value(element.find(f"{W}numFmt")) or "decimal",
        text=value(element.find(f"{W}lvlText")) or "",
        restart=int(restart) if restart is not None and restart.isdecimal() else None,
        legal=is_on(element.find(f"{W}isLgl")),
        style=value(element.find(f"{W}pStyle")),
    )
    return [(int(key), level)]


def _text(numbered: _List, level: int, counters: dict[int, int]) -> str:
    own = numbered.levels[level]
    if own.number_format == "bullet":
        return _BULLET if own.text.strip() else ""

    def shown(place: re.Match[str]) -> str:
        which = int(place[1]) - 1
        number_format = numbered.levels.get(which, Level()).number_format
        if own.legal and number_format != "none":
            number_format = "decimal"
        return numeral(counters.get(which, 1), number_format)

    return _PLACE.sub(shown, own.text).strip()
