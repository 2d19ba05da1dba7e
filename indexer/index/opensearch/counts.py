"""Exact numbers and facets of all matches."""

from typing import Any

from indexer.index.facets import FACET_FIELDS, FACET_VALUES, facet_values
from indexer.index.opensearch.asking import Answer, Body
from indexer.index.opensearch.filters import any_of, clauses, values_query
from indexer.index.opensearch.translate import Query, translate
from indexer.index.protocol import Counts, Detail, FacetName, Filters
from indexer.index.query import Node

# Documents that are counted in one pass.
PAGE = 10_000
# Values of a facet that each shard tells, more than are returned.
SHARD_VALUES = 10_000
WORDS, DOCUMENTS = "words", "documents"


def count_body(node: Node | None, filters: Filters, also: frozenset[int], detail: Detail) -> Body:
    """Returns the search that counts: no hits, all numbers."""
    restrictions = clauses(filters)
    wanted = list(restrictions)
    numbers: dict[str, Any] = {}
    if node is not None:
        words = translate(node)
        wanted.append(any_of([words, values_query("key", sorted(also))]) if also else words)
        numbers[WORDS] = {"filter": words}
    if detail >= Detail.DOCUMENTS:
        numbers[DOCUMENTS] = _page(None)
    if detail is Detail.FACETS:
        numbers |= {name.value: _values_of(field) for name, field in FACET_FIELDS.items()}
    return _counting(wanted, numbers)


def next_page(body: Body, answer: Answer) -> Body | None:
    """Returns the search that counts further documents; None where all are counted."""
    documents = answer.get("aggregations", {}).get(DOCUMENTS)
    if documents is None or len(documents["buckets"]) < PAGE:
        return None
    return {**body, "aggs": {DOCUMENTS: _page(documents["after_key"])}}


def counts(answer: Answer, pages: list[Answer], detail: Detail) -> Counts:
    """Returns the numbers of an answer and of the further pages of its documents."""
    chunks = answer["hits"]["total"]["value"]
    numbers = answer.get("aggregations", {})
    documents = None
    if detail >= Detail.DOCUMENTS:
        documents = sum(len(each["aggregations"][DOCUMENTS]["buckets"]) for each in (answer, *pages))
    facets = (
        {name: facet_values(name, numbers[name.value]["buckets"]) for name in FacetName}
        if detail is Detail.FACETS
        else {}
    )
    return Counts(
        chunks=chunks,
        documents=documents,
        by_words=numbers[WORDS]["doc_count"] if WORDS in numbers else chunks,
        facets=facets,
    )


def _counting(wanted: list[Query], numbers: dict[str, Any]) -> Body:
    query: Query = {"bool": {"filter": wanted}} if wanted else {"match_all": {}}
    body: Body = {"query": query, "size": 0, "track_total_hits": True}
    return {**body, "aggs": numbers} if numbers else body


def _page(after: dict[str, Any] | None) -> dict[str, Any]:
    composite: dict[str, Any] = {"size": PAGE, "sources": [{"document": {"terms": {"field": "document"}}}]}
    return {"composite": {**composite, "after": after} if after else composite}


def _values_of(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": FACET_VALUES, "shard_size": SHARD_VALUES}}
