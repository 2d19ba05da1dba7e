"""An export from what a person typed: every value checked, and the pseudonyms of this home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexer.export import FORMATS, KINDS, Format, Kind, Personal, Pseudonyms, Request, Selection, formats_of
from indexer.records.codec import time_to_text
from search_app.errors import BadRequestError
from search_app.security import secret_key
from search_app.settings import Settings

OPTIONS = {Personal.QUERIES: "--with-queries", Personal.TEXT: "--with-text"}
_SHOWN = 40
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ExportTexts:
    """An export as text; what is empty does not restrict.

    Attributes:
        since: A day, or a time in UTC where it names no other zone.
        after: Number of the event to go on behind.
    """

    kind: str
    format: str = "ndjson"
    since: str = ""
    after: str = ""
    collection: str = ""
    with_queries: bool = False
    with_text: bool = False


def read_export(texts: ExportTexts, collections: Sequence[str]) -> Request:
    """Returns what is to be exported.

    Args:
        texts: What was typed.
        collections: Names of those there are.

    Raises:
        BadRequestError: Names the parameter, its value, and what was expected.
    """
    kind = _kind(texts.kind)
    selection = Selection(
        since=_since(texts.since.strip()),
        collection=_collection(texts.collection.strip(), collections),
        with_queries=texts.with_queries,
        with_text=texts.with_text,
    )
    return Request(kind, _format(texts.format, kind, selection), selection, _after(texts.after.strip(), kind))


def pseudonyms(settings: Settings) -> Pseudonyms:
    """Returns what stands in for ids in all exports of this home."""
    return Pseudonyms(secret_key(settings.home))


def file_name(request: Request) -> str:
    """Returns the name of a file for an export."""
    return f"clausewatch-{request.kind.name}{request.format.suffix}"


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise BadRequestError(f"kind={_cut(name)}: expected one of {', '.join(KINDS)}")
    return KINDS[name]


def _format(name: str, kind: Kind, selection: Selection) -> Format:
    fitting = ", ".join(each.name for each in formats_of(kind))
    found = FORMATS.get(name)
    if found is None:
        raise BadRequestError(f"format={_cut(name)}: expected one of {', '.join(FORMATS)}")
    if not found.fits(kind):
        raise BadRequestError(f"format={name!r} does not fit {kind.name}: expected one of {fitting}")
    missing = [OPTIONS[need] for need in found.needs if not getattr(selection, need.value)]
    if missing:
        raise BadRequestError(
            f"format={name!r} holds what people typed and what documents say: add {' and '.join(missing)} to "
            f"allow that, or choose one of {fitting}"
        )
    return found


def _since(text: str) -> str:
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
        return time_to_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise BadRequestError(
            f"since={_cut(text)}: expected a date like 2026-01-31 or a time in UTC like 2026-01-31T09:00"
        ) from None


def _collection(name: str, known: Sequence[str]) -> str:
    if name and name not in known:
        raise BadRequestError(f"collection={_cut(name)}: expected one of {', '.join(known) or 'none yet'}")
    return name


def _after(text: str, kind: Kind) -> tuple[int, ...]:
    if not text:
        return ()
    if not kind.recorded:
        raise BadRequestError(
            f"after={_cut(text)}: {kind.name} are made anew each time, so that none go on behind others; "
            "leave it out"
        )
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise BadRequestError(f"after={_cut(text)}: expected the number that an earlier export ended with")
    return (int(text),)


def _cut(text: str) -> str:
    return repr(text[:_SHOWN] + ("…" if len(text) > _SHOWN else ""))
