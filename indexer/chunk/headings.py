"""Finds headings without a number in plain text, and the lines that belong to the page, not the text."""

import re
from collections import Counter
from dataclasses import dataclass

from indexer.chunk.titles import is_capitals, is_title

_LINE = re.compile(r"[^\n]+")
_LONGEST = 90
_REPEATED = 3
_SHORTEST_TEXT = 60
_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|ARTICLE|SECTION", re.IGNORECASE)
_NEUTRAL = re.compile(
    r"^(?:recitals?|background|w\s?i\s?t\s?n\s?e\s?s\s?s\s?e\s?t\s?h"
    r"|preamble|whereas|präambel|préambule|parties|contents"
    r"|table of contents|inhaltsverzeichnis|now,? therefore|title|agreed terms)\b"
    r"|\b(?:agreement|contract|lease|deed|amendment|vertrag|contrat)$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?:page|.*\bas follows|.*\bhereby agreed?|in witness.*|exhibit.*"
    r"|(?:(?:by )?and )?(?:between|among)|and|b\s?e\s?t\s?w\s?e\s?e\s?n)\W*",
    re.IGNORECASE,
)
_PAGE_LINE = re.compile(
    r"\s*(?:[-–—\s]*\d{1,4}[-–—\s]*|(?:page|seite)[\s-]+\d+(?:\s*(?:of|/|von|sur)\s*\d+)?|[ivxl]{1,6}|source:.*"
    r"|[-–—_=*.\s#]+)\s*",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"\b(?:by|name|title|date|signed|attn|attention|tel|fax|e-?mail|phone|its)\s*:|/s/|@|_{3,}|www\.", re.I
)
_CITY = re.compile(
    r",\s+[A-Z][\w.]+(?:\s\w+)?\s+\d{4,}|\b(?:street|avenue|suite|floor|p\.?o\.? box)\b", re.IGNORECASE
)
_RECITALS = re.compile(
    r"(?:recitals?|background|witnesseth|preamble|whereas|präambel|préambule)\b\W*", re.IGNORECASE
)
_ENTITY = re.compile(
    r"\b(?:inc|llc|ltd|corp|gmbh|l\.?p|plc|n\.?a|co|company|corporation|limited|s\.?a)\.?,?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading without a number.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        rank: 0 for capitals, 1 for capitalised words; used where ``level`` is 0.
        level: The format's own level, 1 the outermost; 0 where it gives none.
        neutral: For a title page, recitals and the like, under which no numbered section stands.
    """

    start: int
    end: int
    rank: int
    level: int = 0
    neutral: bool = False


def is_page_line(line: str) -> bool:
    """Says whether a line is a page number, a rule or a filing's source line."""
    return len(line) < 200 and bool(_PAGE_LINE.fullmatch(line))


def find_headings(text: str, start: int, end: int) -> list[Heading]:
    """Returns the unnumbered headings of ``text[start:end]``: lines of their own that read as titles.

    Lines that recur are running headers; names of parties and signature lines are left out.
    """
    lines = [match.span() for match in _LINE.finditer(text, start, end) if not match.group().isspace()]
    short = Counter(_recurring(text[first:last]) for first, last in lines if last - first <= _LONGEST + 40)
    found = []
    for index, (first, last) in enumerate(lines):
        line = text[first:last]
        stripped = line.strip()
        if (
            len(stripped) > _LONGEST
            or short[_recurring(stripped)] >= _REPEATED
            or not _reads_as_heading(stripped)
        ):
            continue
        following = text[lines[index + 1][0] : lines[index + 1][1]].strip() if index + 1 < len(lines) else ""
        apart = _apart(text, start, first, last, end)
        if apart and (is_neutral(stripped) or len(following) >= _SHORTEST_TEXT or _NUMBERED.match(following)):
            lead = first + len(line) - len(line.lstrip())
            rank = 0 if is_capitals(stripped) else 1
            found.append(Heading(lead, lead + len(stripped), rank, neutral=is_neutral(stripped)))
    return found


def _recurring(line: str) -> str:
    """Returns what a running header has in common on every page."""
    return re.sub(r"\d+", "#", line.strip().casefold())


def is_neutral(title: str) -> bool:
    """Says whether a heading names the document or its opening, not a part that has numbered sections."""
    return bool(_NEUTRAL.search(title))


def _reads_as_heading(line: str) -> bool:
    if _RECITALS.fullmatch(line):
        return True
    if _BETWEEN.fullmatch(line) or is_page_line(line) or _CITY.search(line):
        return False
    if (
        len(line) < 4
        or line[-1] in ".,;"
        or not line[0].isalpha()
        or _SIGNATURE.search(line)
        or _ENTITY.search(line)
    ):
        return False
    if sum(character.isdigit() for character in line) * 5 > len(line):
        return False
    return is_title(line) and (is_capitals(line) or len(line) <= 70)


def _apart(text: str, start: int, first: int, last: int, end: int) -> bool:
    """Says whether a line stands apart: nothing or a blank line before it, and the line ends."""
    before = text[max(start, first - 3) : first]
    return (first == start or before.count("\n") > 1 or not before.strip()) and (
        last == end or text[last] == "\n"
    )
