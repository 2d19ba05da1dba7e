"""Facets and filter chips: what can be narrowed, by how much, and what is narrowed already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from indexer.index.protocol import FacetName
from models.labels import Severity, Standing
from models.packs import Pack
from search_app.pages.parameters import Address
from search_app.pages.words import day
from search_app.results import FacetValue, SearchPage, SearchRequest

FIRST = 8
UNSURE = "Not sure: needs your eye"
FLAGGED = {"new": "Flagged by the new version alone", "old": "Flagged by the one in use alone"}
BAR_HEIGHT = 28


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to tick; ``severity`` where its bars are shown beside it."""

    value: str
    title: str
    count: int
    checked: bool
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """A list of values to tick: the first ones, and the rest behind "more"."""

    name: str
    title: str
    first: tuple[Choice, ...]
    rest: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """One bar of the date histogram; ``height`` in pixels."""

    year: str
    count: int
    height: int
    link: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: what it says, and the address without it."""

    text: str
    link: str


_TICKED = (
    (FacetName.LABEL, "label", "Risk"),
    (FacetName.DOCUMENT_TYPE, "type", "Document type"),
)


def facets(page: SearchPage, address: Address) -> list[Facet]:
    """Returns the facets worth showing: those with a choice, or with one that is in force."""
    lists = []
    doubts = bool(address.values("unsure"))
    for facet, parameter, title in _TICKED:
        # While only unsure passages are listed, risks are those that a model is not sure of.
        name = FacetName.UNSURE if doubts and facet is FacetName.LABEL else facet
        chosen = address.values(parameter)
        choices = _choices(page.facets.get(name, ()), chosen)
        if choices:
            lists.append(Facet(parameter, title, tuple(choices[:FIRST]), tuple(choices[FIRST:])))
    return lists


def severities(page: SearchPage, address: Address) -> tuple[Choice, ...]:
    """Returns the three severities, gravest first, with the passages that carry each."""
    counts = {value.value: value.count for value in page.facets.get(FacetName.SEVERITY, ())}
    chosen = address.values("severity")
    return tuple(
        Choice(word, word, counts.get(word, 0), word in chosen, severity)
        for severity in sorted(Severity, reverse=True)
        for word in (severity.name.lower(),)
    )


def unsure(page: SearchPage, address: Address) -> Choice:
    """Returns the choice to list only what a model is not sure of, with its passages."""
    standings = {value.value: value.count for value in page.facets.get(FacetName.STANDING, ())}
    number = standings.get(Standing.UNSURE.value, 0)
    return Choice("1", UNSURE, number, bool(address.values("unsure")))


def years(page: SearchPage, address: Address) -> tuple[Year, ...]:
    """Returns the bars of the years, oldest first, as high as their counts."""
    counts = sorted(page.facets.get(FacetName.YEAR, ()), key=lambda value: value.value)
    highest = max((value.count for value in counts), default=1)
    chosen = address.values("year")
    return tuple(
        Year(
            value.value,
            value.count,
            max(2, round(BAR_HEIGHT * value.count / highest)),
            address.having(year=value.value, from_=None, to=None),
            value.value in chosen,
        )
        for value in counts
    )


def chips(packs: Mapping[str, Pack], wanted: SearchRequest, address: Address) -> list[Chip]:
    """Returns a chip for every filter in force, in the order of the address."""
    return [
        Chip(text, address.without(name, value))
        for name, value in address.pairs
        for text in _chip(packs, wanted, name, value)
    ]


def label_title(packs: Mapping[str, Pack], collection: str, label: str) -> str:
    """Returns a label's title in a collection, its name where the pack does not know it."""
    definition = packs[collection].labels.get(label)
    return definition.title if definition else label


def _choices(values: tuple[FacetValue, ...], chosen: tuple[str, ...]) -> list[Choice]:
    found = [Choice(value.value, value.title, value.count, value.value in chosen) for value in values]
    known = {choice.value for choice in found}
    missing = [Choice(value, value, 0, True) for value in chosen if value not in known]
    return sorted(found + missing, key=lambda choice: not choice.checked)


def _chip(packs: Mapping[str, Pack], wanted: SearchRequest, name: str, value: str) -> Iterator[str]:
    collection = next(iter(sorted(wanted.filters.collections)), "contracts")
    if name == "label":
        yield f"Risk: {label_title(packs, collection, value)}"
    elif name == "severity":
        yield "Severity: high" if value == "high" else f"Severity: {value} or higher"
    elif name in _CHIPS:
        yield f"{_CHIPS[name]}: {value}"
    elif name in ("from", "to"):
        limit = wanted.filters.date_from if name == "from" else wanted.filters.date_to
        if limit:
            yield f"{name.capitalize()}: {day(limit)}"
    elif name == "document":
        yield "Only in this document"
    elif name == "unsure":
        yield UNSURE
    elif name == "flagged" and value in FLAGGED:
        yield FLAGGED[value]


_CHIPS = {
    "min_probability": "Sure to at least",
    "type": "Document type",
    "year": "Year",
    "collection": "Collection",
}
