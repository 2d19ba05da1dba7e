"""What to try where a search found nothing: one filter less, looser words, another mode."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from indexer.index.protocol import FacetName, Filters
from models.packs import Pack
from search_app.facets import lifted, selected, title
from search_app.results import Mode, SearchRequest, Suggestion

_DIMENSIONS = (FacetName.LABEL, FacetName.SEVERITY, FacetName.DOCUMENT_TYPE, FacetName.COLLECTION)


def suggestions(
    request: SearchRequest, packs: Mapping[str, Pack], count: Callable[[SearchRequest], int]
) -> tuple[Suggestion, ...]:
    """Returns the changes that would find something, the most useful first.

    Args:
        request: The search that found nothing.
        packs: By collection; for the titles.
        count: Returns how many passages a search finds.
    """
    found = []
    for text, other in relaxations(replace(request, offset=0), packs):
        number = count(other)
        if number:
            found.append(Suggestion(text, number, other))
    return tuple(found)


def relaxations(request: SearchRequest, packs: Mapping[str, Pack]) -> Iterator[tuple[str, SearchRequest]]:
    """Yields every single change: its text and the changed search."""
    filters = request.filters
    singles = [
        (f"without the filter {_named(filters, name, packs)}", lifted(filters, name))
        for name in _DIMENSIONS
        if selected(filters, name)
    ]
    if filters.min_probability:
        singles.append(("without a least probability", replace(filters, min_probability=0.0)))
    if filters.unsure is not None:
        singles.append(("without the filter Not sure", lifted(filters, FacetName.STANDING)))
    if filters.date_from or filters.date_to:
        singles.append(("without the filter on the date", lifted(filters, FacetName.YEAR)))
    if filters.documents:
        singles.append(("in all documents", replace(filters, documents=frozenset())))
    for text, other in singles:
        yield text, replace(request, filters=other)
    if len(singles) > 1:
        yield "without any filter", replace(request, filters=Filters(keys=filters.keys))
    if request.mode is not Mode.HYBRID:
        yield "by words and by meaning", replace(request, mode=Mode.HYBRID)


def _named(filters: Filters, name: FacetName, packs: Mapping[str, Pack]) -> str:
    if name is FacetName.SEVERITY and filters.min_severity is not None:
        return f"Risk ≥ {filters.min_severity.name.lower()}"
    return " or ".join(sorted(title(name, value, packs) for value in selected(filters, name)))
