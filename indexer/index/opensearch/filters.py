"""Filters as clauses of OpenSearch, each deciding exactly."""

from collections.abc import Sequence

from indexer.index.opensearch.translate import NOTHING, Query
from indexer.index.protocol import Filters
from indexer.index.restrictions import restrictions

# A server takes 65,536 values in one clause.
MOST_VALUES = 50_000
NEVER: Query = {"term": {"document": ""}}


def clauses(filters: Filters) -> list[Query]:
    """Returns the clauses of some filters, all of which must hold; empty where nothing is restricted."""
    return [
        any_of([_between(each.field, low, high) for low, high in each.ranges])
        if each.ranges
        else values_query(each.field, each.values)
        for each in restrictions(filters)
    ]


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


def _between(field: str, low: int, high: int) -> Query:
    return {"range": {field: {"gte": low, "lte": high}}}
