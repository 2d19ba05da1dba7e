"""Exact numbers and facets of all matches, from tantivy's columns."""

from typing import Any

import tantivy

from indexer.index.embedded.filters import Clause, keys_query, within
from indexer.index.protocol import Counts, Detail, FacetName
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
    *,
    chunks: int,
    by_words: int,
    detail: Detail,
) -> Counts:
    """Counts documents, and facets where asked, of what matches the words or is in ``also``.

    Args:
        searcher: The state to count in.
        lexical: The words; None for everything.
        restrictions: The filters.
        also: Keys that count as well; none of them matches the words.
        chunks: How many there are.
        by_words: How many of these match the words.
        detail: What to count beside the chunks.
    """
    every = within(lexical or tantivy.Query.all_query(), restrictions)
    if also and lexical is not None:
        extra = within(keys_query(also), restrictions)
        every = tantivy.Query.boolean_query([(tantivy.Occur.Should, every), (tantivy.Occur.Should, extra)])
    answer = searcher.aggregate(every, _request(detail))
    return Counts(
        chunks=chunks,
        documents=len(answer["documents"]["buckets"]),
        by_words=by_words,
        facets={name: _values(name, answer[name.value]) for name in FacetName}
        if detail is Detail.FACETS
        else {},
    )


def _request(detail: Detail) -> dict[str, Any]:
    request: dict[str, Any] = {
        "documents": {"terms": {"field": "document_number", "size": EVERY_VALUE}},
    }
    if detail is Detail.FACETS:
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
