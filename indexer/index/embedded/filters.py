"""Filters as clauses: each a key for caches and a query of tantivy that decides it exactly."""

from collections.abc import Iterable
from dataclasses import dataclass

import tantivy

from indexer.index.embedded.schema import schema
from indexer.index.protocol import Filters
from indexer.index.restrictions import Restriction, restrictions

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
    return [Clause(each.part, _query(each)) for each in restrictions(filters)]


def _query(restriction: Restriction) -> tantivy.Query:
    if restriction.ranges:
        return any_of([integers(restriction.field, low, high) for low, high in restriction.ranges])
    if restriction.field == "key":
        return keys_query(int(each) for each in restriction.values)
    return tantivy.Query.term_set_query(schema(), restriction.field, list(restriction.values))


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
