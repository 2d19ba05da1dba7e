"""Filters as clauses: each a key for caches and a query of tantivy that decides it exactly."""

from collections.abc import Iterable
from dataclasses import dataclass

import tantivy

from indexer.index.embedded.schema import schema
from indexer.index.encoding import MILLION, STRIDE, label_code, millionths
from indexer.index.protocol import Filters
from models.labels import Severity

# A list of candidates; more keys are an evaluation's.
FEW_KEYS = 500


@dataclass(frozen=True, slots=True)
class Clause:
    """One restriction; all clauses of some filters must hold.

    Attributes:
        part: The filters with this restriction alone; hashable, names the clause.
        query: Matches exactly the chunks that fulfil it.
    """

    part: Filters
    query: tantivy.Query


def clauses(filters: Filters) -> list[Clause]:
    """Returns the clauses of some filters; empty where nothing is restricted."""
    found = [
        Clause(part, tantivy.Query.term_set_query(schema(), field, sorted(values)))
        for field, values, part in (
            ("collection", filters.collections, Filters(collections=filters.collections)),
            ("document_type", filters.document_types, Filters(document_types=filters.document_types)),
            ("document", filters.documents, Filters(documents=filters.documents)),
        )
        if values
    ]
    found.extend(_label_clauses(filters))
    if filters.date_from or filters.date_to:
        part = Filters(date_from=filters.date_from, date_to=filters.date_to)
        found.append(Clause(part, _days(filters)))
    if filters.keys is not None:
        query = keys_query(filters.keys)
        found.append(Clause(Filters(keys=filters.keys), query))
    return found


def keys_query(keys: Iterable[int]) -> tantivy.Query:
    """Matches some chunks by their keys."""
    wanted = sorted(keys)
    if not wanted:
        return tantivy.Query.empty_query()
    if len(wanted) > FEW_KEYS:
        return tantivy.Query.term_set_query(schema(), "key", wanted)
    # Looking each one up takes a fifth of the time of a set.
    terms = [tantivy.Query.term_query(schema(), "key", key) for key in wanted]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])


def documents_query(documents: Iterable[str]) -> tantivy.Query:
    """Matches the chunks of some documents."""
    return tantivy.Query.term_set_query(schema(), "document", sorted(documents))


def integers(field: str, low: int, high: int) -> tantivy.Query:
    """Matches where any value of a numeric field lies within [low, high]."""
    return tantivy.Query.range_query(schema(), field, tantivy.FieldType.Integer, low, high)


def any_of(queries: list[tantivy.Query]) -> tantivy.Query:
    """Matches where one of the queries does; nothing where there is none."""
    if len(queries) == 1:
        return queries[0]
    if not queries:
        return tantivy.Query.empty_query()
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in queries])


def within(query: tantivy.Query, restrictions: list[Clause]) -> tantivy.Query:
    """Restricts a query without changing its scores."""
    if not restrictions:
        return query
    must = [(tantivy.Occur.Must, query)]
    must += [(tantivy.Occur.Must, tantivy.Query.const_score_query(each.query, 0.0)) for each in restrictions]
    return tantivy.Query.boolean_query(must)


def _label_clauses(filters: Filters) -> list[Clause]:
    lowest = millionths(filters.min_probability)
    found = []
    if filters.labels:
        ranges = [_probable("label_probability", label_code(each), lowest) for each in sorted(filters.labels)]
        part = Filters(labels=filters.labels, min_probability=filters.min_probability)
        found.append(Clause(part, any_of(ranges)))
    elif lowest > 0 and filters.min_severity is None:
        query = integers("probability", lowest, MILLION)
        found.append(Clause(Filters(min_probability=filters.min_probability), query))
    if filters.min_severity is not None:
        ranges = [
            _probable("severity_probability", int(each), lowest)
            for each in Severity
            if each >= filters.min_severity
        ]
        part = Filters(min_severity=filters.min_severity, min_probability=filters.min_probability)
        found.append(Clause(part, any_of(ranges)))
    return found


def _probable(field: str, code: int, lowest: int) -> tantivy.Query:
    return integers(field, code * STRIDE + lowest, code * STRIDE + MILLION)


def _days(filters: Filters) -> tantivy.Query:
    first = filters.date_from.toordinal() if filters.date_from else 1
    last = filters.date_to.toordinal() if filters.date_to else 10_000_000
    return integers("day", first, last)
