"""Finds every place where a numbered clause may begin; which of them do is decided by the outline."""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from indexer.chunk.numerals import Numeral, readings, roman_value

_DIVISIONS = r"ARTICLE|ARTICOLO|ARTIKEL|CHAPTER|CHAPITRE|TITRE|TITLE|KAPITEL|PART|TEIL|ITEM"
_CLAUSES = r"SECTION|SEC\.|CLAUSE|ABSCHNITT|PARAGRAPH|ART\."
_SCHEDULES = r"SCHEDULE|EXHIBIT|ANNEX|ANNEXE|APPENDIX|ATTACHMENT|ADDENDUM|ANLAGE|ANHANG"
_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,4}"

MARKER = re.compile(
    rf"""(?<![^\s])(?:
    (?P<word>(?i:{_DIVISIONS}|{_CLAUSES}|{_SCHEDULES}))\s+(?P<of>{_NUMBER}(?:[-–][A-Z0-9]+)?|[A-Z]{{1,5}}(?:-\d+)?)\b[.:)]?
    |(?P<sign>§§?\s?(?P<of_sign>\d{{1,3}}[a-z]?))\b[.:)]?
    |\((?P<bracketed>[0-9]{{1,2}}|[A-Za-z]{{1,5}})\)
    |(?P<half>[0-9]{{1,2}}|[A-Za-z]{{1,5}})\)
    |(?P<spaced>\d{{1,2}}\.\s\d{{1,2}})\.(?=\s)
    |(?P<dotted>{_NUMBER}|[A-Za-z]|[IVXivx]{{1,5}})\.(?=\s|["“A-Z(])
    |(?P<plain>{_NUMBER})(?=\s)
    )""",
    re.VERBOSE,
)
_PUNCTUATION = {"bracketed": "()", "half": ")", "spaced": ".", "dotted": ".", "plain": "."}
# Whole names only: "5. Maintenance" and "8. Marks" are headings, "5. Mai" and "8. March" are dates.
_MONTH = (
    r"(?:jan(?:uary|uar|v|vier)?|feb(?:ruary|ruar)?|févr(?:ier)?|mar(?:ch|s)?|märz?|apr(?:il)?|avr(?:il)?|ma[iy]"
    r"|jun[ei]?|juin|jul[yi]?|juil(?:let)?|aug(?:ust)?|août|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?"
    r"|nov(?:ember|embre)?|de[cz](?:ember|embre)?|déc(?:embre)?)\b"
)
_NOT_A_HEADING = re.compile(
    rf"\s*(?:(?i:{_MONTH})|%|[Pp]er\s?cent\b|(?i:million|billion|thousand|hundred)\b|(?:days?|months?|years?"
    r"|hours?|and|or|of|to|above|below|hereof|hereto|herein|through|thereof|shall|is|are|OF|AND|OR)\b|Source:|[,;)\]])"
)
_LEADERS = re.compile(r"[^\n]{0,160}?(?:\.{4,}|(?:\.\s){4,}|…{2,}|_{3,}\s*\d)")
_INITIAL = re.compile(r"(?:^|[\s.])[A-Z]\.$")
_REFERRING = re.compile(
    r"(?:\b(?:sections?|secs?\.?|articles?|clauses?|paragraphs?|items?|schedules?|exhibits?|annex(?:es)?|nos?\.?"
    r"|appendi(?:x|ces)|and|or|to|in|of|by|under|with|see|the|this|than|through|till|bis|und|nach|gemäß|à|et|ou)"
    r"|§|,|&|\$|€|£)\s*$",
    re.IGNORECASE,
)


class Lead(IntEnum):
    """What stands before a marker, the weakest first."""

    NONE = 0
    WORD = 1
    GAP = 2
    SENTENCE = 3
    LINE = 4
    PARAGRAPH = 5


class Family(IntEnum):
    """What a marker numbers, the outermost first."""

    SCHEDULE = 0
    DIVISION = 1
    CLAUSE = 2


@dataclass(frozen=True, slots=True)
class Marker:
    """A place where a clause may begin.

    Attributes:
        start: Offset of the first character of its number or keyword.
        end: Offset after the number and its punctuation.
        family: What it numbers.
        label: For display, without the final dot: "ARTICLE IV", "3.2", "(a)".
        numerals: Its readings, the likelier first; empty for a schedule.
        lead: What stands before it.
        keyword: Whether a word such as ARTICLE introduces it.
    """

    start: int
    end: int
    family: Family
    label: str
    numerals: tuple[Numeral, ...]
    lead: Lead
    keyword: bool


def find_markers(text: str, start: int, end: int) -> Iterator[Marker]:
    """Yields the candidates of ``text[start:end]`` in order, tables of contents left out."""
    for match in MARKER.finditer(text, start, end):
        lead = lead_before(text, start, match.start())
        if lead is Lead.NONE or _LEADERS.match(text, match.end(), end):
            continue
        marker = _marker(match, lead)
        if marker is not None and _plausible(text, marker, match, end):
            yield marker


def lead_before(text: str, start: int, position: int) -> Lead:
    """Returns what stands before a position, looking no further back than ``start``."""
    before = position
    while before > start and (text[before - 1].isspace() or text[before - 1] == "#"):  # Markdown's marks
        before -= 1
    blank = text[before:position]
    lines = blank.count("\n")
    if before == start or lines > 1:
        return Lead.PARAGRAPH
    if lines:
        return Lead.NONE if _REFERRING.search(text, max(start, before - 14), before) else Lead.LINE
    last = text[before - 1]
    if _INITIAL.search(text, max(start, before - 4), before):
        return Lead.NONE
    if last in ".;:!?" or (last in "\"”’')]" and text[before - 2] in ".;:!?"):
        return Lead.SENTENCE
    if len(blank) > 1:
        return Lead.GAP
    return Lead.NONE if _REFERRING.search(text, max(start, before - 14), before) else Lead.WORD


def _marker(match: re.Match[str], lead: Lead) -> Marker | None:
    label = re.sub(r"\s+", " ", match.group()).rstrip(".:")
    word = match["word"]
    if word:
        return _keyword_marker(match, lead, label, word)
    if match["sign"]:
        value = int(re.sub(r"\D", "", match["of_sign"]))
        return Marker(*match.span(), Family.DIVISION, label, (Numeral("§", (value,)),), lead, True)
    for group, punctuation in _PUNCTUATION.items():
        core = match[group]
        if core:
            core = re.sub(r"\s", "", core)
            numerals = readings(core, punctuation)
            if core.isalpha() and punctuation == ".":
                label += "."
            return Marker(*match.span(), Family.CLAUSE, label, numerals, lead, False) if numerals else None
    return None


def _keyword_marker(match: re.Match[str], lead: Lead, label: str, word: str) -> Marker | None:
    core = match["of"]
    label = label.rstrip(")")
    if re.fullmatch(_SCHEDULES, word, re.IGNORECASE):
        return Marker(*match.span(), Family.SCHEDULE, label, (), lead, True)
    if core[0].isdigit():
        values = tuple(int(part) for part in re.split(r"[.]", re.sub(r"[-–].*", "", core)))
    else:
        value = roman_value(core) or (ord(core) - 64 if len(core) == 1 else None)
        if value is None:
            return None
        values = (value,)
    if len(values) == 2 and values[1] == 0:
        values = values[:1]
    if re.fullmatch(_DIVISIONS, word, re.IGNORECASE) and len(values) == 1:
        return Marker(*match.span(), Family.DIVISION, label, (Numeral(word.upper(), values),), lead, True)
    return Marker(*match.span(), Family.CLAUSE, label, (Numeral("1", values),), lead, True)


def _plausible(text: str, marker: Marker, match: re.Match[str], end: int) -> bool:
    if _NOT_A_HEADING.match(text, marker.end, end):
        return bool(match["bracketed"]) and text[marker.end : marker.end + 1] not in {",", ";", ")"}
    after = text[marker.end : marker.end + 24].lstrip()[:1]
    if marker.keyword:
        return _heads_itself(text, marker, match, after)
    if match["bracketed"] or match["half"]:
        return marker.lead >= Lead.LINE or after.isupper()
    opens = not after.islower() and after not in {"", "$", "€", "£", "%", "-", "/", "+", "=", "|"}
    if match["plain"] and "." not in match["plain"]:
        gap = text[marker.end : marker.end + 24]
        same_line = "\n" not in gap[: len(gap) - len(gap.lstrip())]
        return marker.lead >= Lead.LINE and after.isalpha() and opens and same_line
    return opens or (
        after.islower() and (marker.lead is Lead.PARAGRAPH or len(marker.numerals[0].values) > 1)
    )


def _heads_itself(text: str, marker: Marker, match: re.Match[str], after: str) -> bool:
    """Says whether a keyword heads a clause; "as set out in Section 3.2 of" only refers to one."""
    capital = marker.label.split()[0].isupper() or not (match["word"] or "§").isalpha()
    line_ends = "\n" in text[marker.end : marker.end + 3] or marker.end >= len(text)
    if after.islower():
        return False
    if marker.lead >= Lead.PARAGRAPH:
        return (match["word"] or "§")[0].isupper() or not match["word"]
    if marker.lead is Lead.LINE:
        return capital or line_ends or text[marker.end - 1] in ".:" or marker.family is not Family.SCHEDULE
    if marker.family is Family.SCHEDULE:
        return marker.lead >= Lead.GAP and (capital or text[marker.end - 1] in ".:")
    return (match["word"] or "§")[0] in "§" + string.ascii_uppercase
