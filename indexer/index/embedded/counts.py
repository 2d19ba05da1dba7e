"""Exact numbers and facets of all matches, from tantivy's columns."""

from typing import Any

import tantivy

from indexer.index.embedded.filters import Clause, keys_query, within
from indexer.index.embedded.lexical import number
from indexer.index.protocol import Counts, FacetName
from models.labels import Severity

# More than any index has; tantivy counts terms exactly as long as none is cut.
EVERY_VALUE = 10_000_000
# Values of a facet that are returned, the most frequent ones.
FACET_VALUES = 1_000

_FIELDS = {
    FacetName.LABEL: "label",
    FacetName.SEVERITY: "severity",
    FacetName.DOCUMENT_TYPE: "document_type",
    FacetName.COLLECTION: "collection",
    FacetName.YEAR: "year",
    FacetName.LABEL_SOURCE: "label_source",
}


def counted(
    searcher: tantivy.Searcher,
    lexical: tantivy.Query | None,
    restrictions: list[Clause],
    also: frozenset[int],
    facets: bool,
) -> Counts:
    """Counts what matches the words or is in ``also``, within the filters.

    Args:
        searcher: The state to count in.
        lexical: The words; None for everything.
        restrictions: The filters.
        also: Keys that count as well.
        facets: Whether to count by facet.
    """
    words = within(lexical or tantivy.Query.all_query(), restrictions)
    if also and lexical is not None:
        extra = within(keys_query(also), restrictions)
        both = tantivy.Query.boolean_query([(tantivy.Occur.Should, words), (tantivy.Occur.Should, extra)])
        common = tantivy.Query.boolean_query([(tantivy.Occur.Must, extra), (tantivy.Occur.Must, words)])
        only_extra = number(searcher, extra) - number(searcher, common)
    else:
        both, only_extra = words, 0
    answer = searcher.aggregate(both, _request(facets))
    chunks = int(answer["chunks"]["value"])
    return Counts(
        chunks=chunks,
        documents=len(answer["documents"]["buckets"]),
        by_words=chunks - only_extra,
        facets={name: _values(name, answer[name.value]) for name in FacetName} if facets else {},
    )


def _request(facets: bool) -> dict[str, Any]:
    request: dict[str, Any] = {
        "chunks": {"value_count": {"field": "key"}},
        "documents": {"terms": {"field": "document_number", "size": EVERY_VALUE}},
    }
    if facets:
        for name, field in _FIELDS.items():
            request[name.value] = {
                "terms": {"field": field, "size": FACET_VALUES, "segment_size": FACET_VALUES}
            }
    return request


def _values(name: FacetName, answer: dict[str, Any]) -> dict[str, int]:
    counts = {each["key"]: int(each["doc_count"]) for each in answer["buckets"]}
    if name is FacetName.SEVERITY:
        return {Severity(int(key)).name.lower(): count for key, count in counts.items()}
    if name is FacetName.YEAR:
        return {str(int(key)): count for key, count in counts.items()}
    return {str(key): count for key, count in counts.items()}
