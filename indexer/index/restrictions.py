"""Filters as restrictions on fields: the same for every backend, which turns each into a query."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.index.encoding import MILLION, STRIDE, label_code, millionths
from indexer.index.protocol import Filters
from models.labels import Severity, Standing

FIRST_DAY, LAST_DAY = 1, 10_000_000
_UNSURE = Standing.UNSURE.value


@dataclass(frozen=True, slots=True)
class Restriction:
    """A chunk passes where the field has one of the values, or a number within one of the ranges.

    Attributes:
        part: The filters with this restriction alone; names it in caches.
        field: Of the mapping.
        values: Ascending.
        ranges: Pairs of lowest and highest, both included.
    """

    part: Filters
    field: str
    values: tuple[str, ...] | tuple[int, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()


def restrictions(filters: Filters) -> Iterator[Restriction]:
    """Yields what must all hold of a chunk; nothing where nothing is restricted."""
    for field, named, part in (
        ("collection", filters.collections, Filters(collections=filters.collections)),
        ("document_type", filters.document_types, Filters(document_types=filters.document_types)),
        ("document", filters.documents, Filters(documents=filters.documents)),
    ):
        if named:
            yield Restriction(part, field, values=tuple(sorted(named)))
    yield from _of_labels(filters)
    if filters.unsure is not None:
        field, values = ("unsure", sorted(filters.unsure)) if filters.unsure else ("standing", [_UNSURE])
        yield Restriction(Filters(unsure=filters.unsure), field, values=tuple(values))
    if filters.date_from or filters.date_to:
        part = Filters(date_from=filters.date_from, date_to=filters.date_to)
        first = filters.date_from.toordinal() if filters.date_from else FIRST_DAY
        last = filters.date_to.toordinal() if filters.date_to else LAST_DAY
        yield Restriction(part, "day", ranges=((first, last),))
    if filters.keys is not None:
        yield Restriction(Filters(keys=filters.keys), "key", values=tuple(sorted(filters.keys)))


def _of_labels(filters: Filters) -> Iterator[Restriction]:
    lowest = millionths(filters.min_probability)
    if filters.labels:
        part = Filters(labels=filters.labels, min_probability=filters.min_probability)
        codes = [label_code(each) for each in sorted(filters.labels)]
        yield Restriction(part, "label_probability", ranges=_probable(codes, lowest))
    elif lowest > 0 and filters.min_severity is None:
        part = Filters(min_probability=filters.min_probability)
        yield Restriction(part, "probability", ranges=((lowest, MILLION),))
    if filters.min_severity is not None:
        part = Filters(min_severity=filters.min_severity, min_probability=filters.min_probability)
        codes = [int(each) for each in Severity if each >= filters.min_severity]
        yield Restriction(part, "severity_probability", ranges=_probable(codes, lowest))


def _probable(codes: list[int], lowest: int) -> tuple[tuple[int, int], ...]:
    return tuple((code * STRIDE + lowest, code * STRIDE + MILLION) for code in codes)
