"""Filters as clauses of OpenSearch, each deciding exactly."""

from collections.abc import Sequence

from indexer.index.encoding import MILLION, STRIDE, label_code, millionths
from indexer.index.opensearch.translate import NOTHING, Query
from indexer.index.protocol import Filters
from models.labels import Severity

# A server takes 65,536 values in one clause.
MOST_VALUES = 50_000
NEVER: Query = {"term": {"document": ""}}


def clauses(filters: Filters) -> list[Query]:
    """Returns the clauses of some filters, all of which must hold; empty where nothing is restricted."""
    found = [
        values_query(field, sorted(values))
        for field, values in (
            ("collection", filters.collections),
            ("document_type", filters.document_types),
            ("document", filters.documents),
        )
        if values
    ]
    found += _label_clauses(filters)
    if filters.date_from or filters.date_to:
        first = filters.date_from.toordinal() if filters.date_from else 1
        last = filters.date_to.toordinal() if filters.date_to else 10_000_000
        found.append(_between("day", first, last))
    if filters.keys is not None:
        found.append(values_query("key", sorted(filters.keys)))
    return found


def values_query(field: str, values: Sequence[str] | Sequence[int]) -> Query:
    """Matches where any value of a field is among these; nothing where there are none."""
    parts = [values[start : start + MOST_VALUES] for start in range(0, len(values), MOST_VALUES)]
    return any_of([{"terms": {field: list(each)}} for each in parts])


def any_of(queries: list[Query]) -> Query:
    """Matches where one of the queries does; nothing where there is none."""
    if not queries:
        return NOTHING
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}


def within(query: Query, restrictions: list[Query]) -> Query:
    """Restricts a query without changing its scores.

    A shard that can see that no chunk of it passes would leave the words out of the counts for BM25; it
    cannot see it of ``NEVER``, which matches nothing either.
    """
    if not restrictions:
        return query
    return {"bool": {"must": [query], "filter": [any_of([{"bool": {"filter": restrictions}}, NEVER])]}}


def _label_clauses(filters: Filters) -> list[Query]:
    lowest = millionths(filters.min_probability)
    found = []
    if filters.labels:
        codes = [label_code(each) for each in sorted(filters.labels)]
        found.append(any_of([_probable("label_probability", code, lowest) for code in codes]))
    elif lowest > 0 and filters.min_severity is None:
        found.append(_between("probability", lowest, MILLION))
    if filters.min_severity is not None:
        codes = [int(each) for each in Severity if each >= filters.min_severity]
        found.append(any_of([_probable("severity_probability", code, lowest) for code in codes]))
    return found


def _probable(field: str, code: int, lowest: int) -> Query:
    return _between(field, code * STRIDE + lowest, code * STRIDE + MILLION)


def _between(field: str, low: int, high: int) -> Query:
    return {"range": {field: {"gte": low, "lte": high}}}
