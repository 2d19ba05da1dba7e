"""Exact numbers and facets of all matches, from tantivy's columns."""

from typing import Any

import tantivy

from indexer.index.embedded.filters import Clause, keys_query, within
from indexer.index.facets import FACET_FIELDS, FACET_VALUES, facet_values
from indexer.index.protocol import Counts, Detail, FacetName

# More than any index has; tantivy counts terms exactly as long as none is cut.
EVERY_VALUE = 10_000_000


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
        facets={name: facet_values(name, answer[name.value]["buckets"]) for name in FacetName}
        if detail is Detail.FACETS
        else {},
    )


def _request(detail: Detail) -> dict[str, Any]:
    request: dict[str, Any] = {
        "documents": {"terms": {"field": "document_number", "size": EVERY_VALUE}},
    }
    if detail is Detail.FACETS:
        for name, field in FACET_FIELDS.items():
            request[name.value] = {
                "terms": {"field": field, "size": FACET_VALUES, "segment_size": FACET_VALUES}
            }
    return request
