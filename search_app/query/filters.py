"""Filters from what a person typed: every value checked, names matched whatever their case."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from indexer.index.protocol import Filters
from models.labels import Severity
from models.packs import Pack
from models.packs.definition import UNKNOWN_TYPE
from search_app.errors import BadRequestError

MOST_VALUES = 200
_SHOWN = 40
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class FilterTexts:
    """Filters as text; an empty one does not restrict.

    Attributes:
        collections: Names, any of them.
        labels: Names or titles of labels, any of them.
        min_probability: A number from 0 to 1.
        min_severity: low, medium or high.
        document_types: Names, any of them.
        documents: Ids, any of them.
        date_from: A day, month or year: 2026-01-31, 2026-01 or 2026; from its first day.
        date_to: The same; to its last day.
        unsure: Passages that need a person's eye; ``labels`` then name what a model is not sure of.
    """

    collections: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    min_probability: str = ""
    min_severity: str = ""
    document_types: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    date_from: str = ""
    date_to: str = ""
    unsure: bool = False


def read_filters(texts: FilterTexts, packs: Mapping[str, Pack]) -> Filters:
    """Returns the filters. Raises BadRequestError naming the parameter, the value and what was expected."""
    first, last = day("from", texts.date_from), day("to", texts.date_to, last=True)
    if first and last and first > last:
        raise BadRequestError(f"from={first} comes after to={last}: no date lies between them")
    labels = frozenset(label(text, packs.values()) for text in _several("label", texts.labels))
    return Filters(
        collections=frozenset(_several("collection", texts.collections)),
        labels=frozenset() if texts.unsure else labels,
        unsure=labels if texts.unsure else None,
        min_probability=fraction("min_probability", texts.min_probability),
        min_severity=severity(texts.min_severity),
        document_types=frozenset(
            _document_type(text, packs.values()) for text in _several("type", texts.document_types)
        ),
        documents=frozenset(_several("document", texts.documents)),
        date_from=first,
        date_to=last,
    )


def label(text: str, packs: Iterable[Pack]) -> str:
    """Returns the name of the label that a name, one that it had before, or a title means.

    Raises:
        BadRequestError: No pack has such a label.
    """
    packs = tuple(packs)
    known = {former.casefold(): present for pack in packs for former, present in pack.renamed.items()}
    for pack in packs:
        for item in pack.labels.values():
            known[item.title.casefold()] = item.name
            known[item.name.casefold()] = item.name
    return _known("label", text, known)


def severity(text: str) -> Severity | None:
    """Returns the severity of a word, None where there is none. Raises BadRequestError."""
    words = {item.name.lower(): item for item in Severity}
    word = text.strip().lower()
    if not word:
        return None
    if word not in words:
        raise BadRequestError(f"severity={_cut(text)}: expected one of {', '.join(words)}")
    return words[word]


def choice(name: str, text: str, kind: type[_Choice], default: _Choice) -> _Choice:
    """Returns the member of an enumeration that a word means. Raises BadRequestError."""
    word = text.strip().lower()
    if not word:
        return default
    if word not in {item.value for item in kind}:
        raise BadRequestError(
            f"{name}={_cut(text)}: expected one of {', '.join(item.value for item in kind)}"
        )
    return kind(word)


def number(name: str, text: str, default: int, low: int, high: int) -> int:
    """Returns a whole number from ``low`` to ``high``. Raises BadRequestError."""
    stripped = text.strip()
    if not stripped:
        return default
    if not (
        stripped.isascii() and stripped.isdigit() and len(stripped) < 10 and low <= int(stripped) <= high
    ):
        raise BadRequestError(f"{name}={_cut(text)}: expected a whole number from {low} to {high}")
    return int(stripped)


def fraction(name: str, text: str) -> float:
    """Returns a number from 0 to 1, 0 where there is none. Raises BadRequestError."""
    try:
        value = float(text.strip() or "0")
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise BadRequestError(f"{name}={_cut(text)}: expected a number from 0 to 1")
    return value


def day(name: str, text: str, *, last: bool = False) -> date | None:
    """Returns the first (or ``last``) day of a day, month or year; None where there is none.

    Raises:
        BadRequestError: It is no ISO date.
    """
    stripped = text.strip()
    if not stripped:
        return None
    try:
        return _day(stripped, last)
    except (ValueError, OverflowError):
        raise BadRequestError(
            f"{name}={_cut(text)}: expected a date like 2026-01-31, 2026-01 or 2026"
        ) from None


def _day(text: str, last: bool) -> date:
    parts = [int(part) for part in text.split("-")] if text.replace("-", "").isdigit() else []
    if len(parts) == 1 and len(text) == 4:
        return date(parts[0], 12, 31) if last else date(parts[0], 1, 1)
    if len(parts) == 2 and len(text) == 7:
        year, month = parts
        following = date(year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=1) if last else date(year, month, 1)
    return date.fromisoformat(text)


def _document_type(text: str, packs: Iterable[Pack]) -> str:
    names = {item.name for pack in packs for item in pack.document_types} | {UNKNOWN_TYPE}
    return _known("type", text, {name.casefold(): name for name in names})


def _known(name: str, text: str, known: Mapping[str, str]) -> str:
    """Looks a name up; one that nobody knows is answered with those that are spelt alike."""
    wanted = " ".join(text.split()).casefold()
    if wanted in known:
        return known[wanted]
    close = dict.fromkeys(known[item] for item in difflib.get_close_matches(wanted, known, n=5, cutoff=0.5))
    part = dict.fromkeys(value for item, value in sorted(known.items()) if len(wanted) > 2 and wanted in item)
    meant = list(close | part)[:5]
    hint = f"did you mean {', '.join(meant)}?" if meant else _listed(sorted(set(known.values())))
    raise BadRequestError(f"{name}={_cut(text)} is unknown; {hint}")


def _listed(names: list[str]) -> str:
    return f"known are {', '.join(names)}" if names else "none is known"


def _several(name: str, texts: tuple[str, ...]) -> list[str]:
    if len(texts) > MOST_VALUES:
        raise BadRequestError(f"{name}: given {len(texts)} times, expected at most {MOST_VALUES}")
    return [text for text in texts if text.strip()]


def _cut(text: str) -> str:
    return repr(text[:_SHOWN] + ("…" if len(text) > _SHOWN else ""))
