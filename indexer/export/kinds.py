"""The kinds of rows that can be exported; a new one is a module with a KIND, and a name here."""

from collections.abc import Mapping
from types import MappingProxyType

from indexer.export import clicks, datasets, decisions, impressions, judgements, lineage, predictions
from indexer.export.columns import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            clicks.KIND,
            impressions.KIND,
            judgements.KIND,
            predictions.KIND,
            decisions.KIND,
            datasets.KIND,
            lineage.KIND,
        )
    }
)
