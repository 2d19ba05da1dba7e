"""Finds the date of an agreement in its first lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.packs.terms import fold

_HEAD_CHARACTERS = 3000
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_NAMES = (
    ("january", "jan", "januar", "jänner", "janvier"),
    ("february", "feb", "febr", "februar", "février", "fevrier"),
    ("march", "mar", "märz", "maerz", "mars"),
    ("april", "apr", "avril"),
    ("may", "mai"),
    ("june", "jun", "juni", "juin"),
    ("july", "jul", "juli", "juillet"),
    ("august", "aug", "août", "aout"),
    ("september", "sept", "sep", "septembre"),
    ("october", "oct", "oktober", "okt", "octobre"),
    ("november", "nov", "novembre"),
    ("december", "dec", "dezember", "dez", "décembre", "decembre"),
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_UNITS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
          "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
          "eighteenth", "nineteenth", "twentieth")  # fmt: skip
_ORDINALS = {word: number for number, word in enumerate(_UNITS, 1)}
_ORDINALS |= {f"twenty-{word}": 20 + number for number, word in enumerate(_UNITS[:9], 1)}
_ORDINALS |= {"thirtieth": 30, "thirty-first": 31}
_ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_DAY = rf"(?P<day>\d{{1,2}})\s?(?:st|nd|rd|th|er|\.)?|(?P<word>{_ORDINAL})"
_YEAR = r"(?P<year>\d{4})"

_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\b(?P<month>{_MONTH})\.?\s+(?:the\s+)?(?:{_DAY})\s*,?\s*(?:in\s+the\s+year\s+)?(?:of\s+)?{_YEAR}\b",
        rf"\b(?:{_DAY})\s*(?:day\s+)?(?:of\s+|de\s+)?(?P<month>{_MONTH})\.?\s*,?\s*(?:in\s+the\s+year\s+)?(?:of\s+)?{_YEAR}\b",
        rf"\b{_YEAR}-(?P<number>\d{{2}})-(?P<day>\d{{2}})\b",
        r"\b(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|(?<=/)\d{2})\b",
    )
)
# What commonly stands before the date of the agreement, in the order of how surely.
_CUE = re.compile(
    r"\b(?:dated(?:\s+as)?(?:\s+of)?|as\s+of|effective(?:\s+as\s+of|\s+on|\s+date)?|made(?:\s+and\s+entered\s+into)?"
    r"(?:\s+as\s+of|\s+on|\s+this|\s+effective)?|entered\s+into(?:\s+(?:as\s+of|on|this))?|executed(?:\s+(?:on|as\s+of))?"
    r"|this|date:?|geschlossen\s+am|vom|abgeschlossen\s+am|convenu\s+.{0,20}le|conclu\s+le|fait\s+.{0,20}le)"
    r"[\s(\"':,]*(?:the\s+|of\s+|on\s+|is\s+)*$",
    re.DOTALL,
)
_CUE_REACH = 60
# Dates of other papers, of filings, and of things yet to happen.
_OTHER = re.compile(
    r"(?:\b10-[kq]|\b8-k|\bs-1|\bs-4|\bf-1|/a|\bsb-2|filed|expire\w*|until|end(?:s|ed|ing)|prior\s+to|terminat\w*"
    r"|act\s+of|amended|incorporated|organi[sz]ed)[\s,(]*(?:on\s+|in\s+)?$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    date: date
    cued: bool


def agreement_date(text: str) -> date | None:
    """Returns the date of an agreement, from the first 3,000 characters of its text.

    A date behind words such as "dated as of" or "made this" wins over one that stands alone; of several
    the first counts. English, German and French forms are read, and figures with slashes in the American
    order unless that is impossible; with dots the day comes first.

    Args:
        text: The text; only its head is read.

    Returns:
        The date, or None where there is none between the years 1900 and 2100.
    """
    head = fold(text[:_HEAD_CHARACTERS])
    found = sorted(_dates(head), key=lambda one: (not one.cued, one.start))
    return found[0].date if found else None


def _dates(head: str) -> Iterator[_Found]:
    for form in _FORMS:
        for match in form.finditer(head):
            day = _read(match)
            before = head[max(0, match.start() - _CUE_REACH) : match.start()]
            if day and not _OTHER.search(before):
                yield _Found(match.start(), day, bool(_CUE.search(before)))


def _read(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if year < 100:
        year += 2000 if year < 50 else 1900
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        european = parts["mark"] == "." or first > 12
        month, day = (second, first) if european else (first, second)
    else:
        month = int(parts["number"]) if "number" in parts else _MONTHS[parts["month"]]
        day = int(parts["day"]) if parts["day"] else _ORDINALS[_joined(parts["word"])]
    return _date(year, month, day)


def _joined(ordinal: str) -> str:
    return "-".join(re.split(r"[\s-]+", ordinal))


def _date(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
