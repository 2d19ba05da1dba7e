"""Counts by label, severity, type, collection and year, with the titles that people read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from indexer.index.protocol import Counts, FacetName, Filters
from models.labels import LabelSource, Severity, Standing
from models.packs import LabelDefinition, Pack
from search_app.results import FacetValue

Count = Callable[[Filters], Counts]
_SOURCES = {
    LabelSource.HUMAN: "Person",
    LabelSource.MODEL: "Model",
    LabelSource.HOUSE: "Rule of the house",
    LabelSource.RULE: "Rule",
}


def facets(
    counts: Counts, filters: Filters, packs: Mapping[str, Pack], count: Count
) -> dict[FacetName, tuple[FacetValue, ...]]:
    """Returns the values of every facet; what is selected is listed even with no passage.

    A facet in which something is selected is counted as if nothing were: its values are alternatives,
    and each says how many passages it would bring.

    Args:
        counts: What the search found, facets included.
        filters: What is selected.
        packs: By collection; for the titles.
        count: Counts the same search under other filters, facets included.
    """
    result = {}
    for name in FacetName:
        chosen = selected(filters, name)
        values = dict((count(lifted(filters, name)) if chosen else counts).facets.get(name, {}))
        values.update(dict.fromkeys(chosen - values.keys(), 0))
        found = [
            FacetValue(value, title(name, value, packs), number)
            for value, number in values.items()
            if number or value in chosen
        ]
        result[name] = tuple(_sorted(name, found))
    return result


def selected(filters: Filters, name: FacetName) -> frozenset[str]:
    """Returns the values of a facet that the filters name."""
    if name is FacetName.LABEL:
        return filters.labels
    if name is FacetName.UNSURE:
        return filters.unsure or frozenset()
    if name is FacetName.STANDING:
        return frozenset({Standing.UNSURE.value}) if filters.unsure is not None else frozenset()
    if name is FacetName.DOCUMENT_TYPE:
        return filters.document_types
    if name is FacetName.COLLECTION:
        return filters.collections
    if name is FacetName.SEVERITY and filters.min_severity is not None:
        return frozenset(item.name.lower() for item in Severity if item >= filters.min_severity)
    if name is FacetName.YEAR and filters.date_from and filters.date_to:
        first, last = filters.date_from, filters.date_to
        if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
            return frozenset({f"{first.year:04}"})
    return frozenset()


def lifted(filters: Filters, name: FacetName) -> Filters:
    """Returns the filters without what restricts one facet."""
    if name is FacetName.LABEL:
        return replace(filters, labels=frozenset())
    if name in {FacetName.UNSURE, FacetName.STANDING}:
        return _without_unsure(filters, name)
    if name is FacetName.DOCUMENT_TYPE:
        return replace(filters, document_types=frozenset())
    if name is FacetName.COLLECTION:
        return replace(filters, collections=frozenset())
    if name is FacetName.SEVERITY:
        return replace(filters, min_severity=None)
    if name is FacetName.YEAR:
        return replace(filters, date_from=None, date_to=None)
    return filters


def _without_unsure(filters: Filters, name: FacetName) -> Filters:
    """Any label may be unsure instead of those that are named; or none need be."""
    if name is FacetName.STANDING:
        return replace(filters, unsure=None)
    return replace(filters, unsure=frozenset() if filters.unsure is not None else None)


def title(name: FacetName, value: str, packs: Mapping[str, Pack]) -> str:
    """Returns what people read for a value; one that no pack knows is its own title."""
    if name in {FacetName.LABEL, FacetName.UNSURE}:
        definition = label_definition(value, packs.values())
        return definition.title if definition else value
    if name is FacetName.LABEL_SOURCE:
        return next((shown for source, shown in _SOURCES.items() if source == value), value)
    if name in {FacetName.SEVERITY, FacetName.COLLECTION, FacetName.STANDING}:
        return value[:1].upper() + value[1:]
    return value


def label_definition(name: str, packs: Iterable[Pack]) -> LabelDefinition | None:
    """Returns the first definition of a label; None where no pack has it."""
    return next((pack.labels[name] for pack in packs if name in pack.labels), None)


def _sorted(name: FacetName, values: list[FacetValue]) -> list[FacetValue]:
    """Severities the gravest first, years the newest first, the rest by count, then title."""
    if name is FacetName.SEVERITY:
        ranks = {item.name.lower(): -item for item in Severity}
        return sorted(values, key=lambda value: (ranks.get(value.value, 0), value.value))
    if name is FacetName.YEAR:
        return sorted(values, key=lambda value: value.value, reverse=True)
    return sorted(values, key=lambda value: (-value.count, value.title.casefold(), value.value))
