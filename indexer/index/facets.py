"""Which field each facet counts, and its values as people see them: the same for every backend."""

from collections.abc import Iterable, Mapping
from typing import Any

from indexer.index.protocol import FacetName
from models.labels import Severity

# Values of a facet that are returned, the most frequent ones.
FACET_VALUES = 1_000

FACET_FIELDS: Mapping[FacetName, str] = {
    FacetName.LABEL: "label",
    FacetName.SEVERITY: "severity",
    FacetName.DOCUMENT_TYPE: "document_type",
    FacetName.COLLECTION: "collection",
    FacetName.YEAR: "year",
    FacetName.LABEL_SOURCE: "label_source",
    FacetName.UNSURE: "unsure",
    FacetName.STANDING: "standing",
}


def facet_values(name: FacetName, buckets: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Returns how many chunks have each value, from an engine's buckets of ``key`` and ``doc_count``."""
    counts = {each["key"]: int(each["doc_count"]) for each in buckets}
    if name is FacetName.SEVERITY:
        return {Severity(int(key)).name.lower(): count for key, count in counts.items()}
    if name is FacetName.YEAR:
        return {str(int(key)): count for key, count in counts.items()}
    return {str(key): count for key, count in counts.items()}
