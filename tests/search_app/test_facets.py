"""Facet values: titles, order, alternatives, and what is selected."""

from datetime import date

from indexer.index.protocol import Counts, FacetName, Filters
from models.labels import Severity
from search_app.facets import facets, lifted, selected
from tests.search_app.library import PACK

PACKS = {"contracts": PACK}


def counts(**found: dict[str, int]) -> Counts:
    return Counts(9, 3, 9, {FacetName(name): values for name, values in found.items()})


def never(filters: Filters) -> Counts:
    raise AssertionError(f"nothing is selected, yet {filters} was counted")


def test_values_are_ordered_by_count_then_title() -> None:
    found = facets(
        counts(label={"Governing Law": 2, "Audit Rights": 2, "Cap On Liability": 5}), Filters(), PACKS, never
    )
    assert [(value.title, value.count) for value in found[FacetName.LABEL]] == [
        ("Cap on liability", 5),
        ("Audit rights", 2),
        ("Governing law", 2),
    ]


def test_severities_stand_gravest_first_and_years_newest_first() -> None:
    given = counts(severity={"low": 9, "high": 1}, year={"2021": 9, "2023": 1})
    found = facets(given, Filters(), PACKS, never)
    assert [value.title for value in found[FacetName.SEVERITY]] == ["High", "Low"]
    assert [value.value for value in found[FacetName.YEAR]] == ["2023", "2021"]


def test_an_unknown_label_is_its_own_title() -> None:
    found = facets(counts(label={"Unheard Of": 1}), Filters(), PACKS, never)
    assert found[FacetName.LABEL][0].title == "Unheard Of"


def test_a_facet_with_a_selection_shows_the_alternatives() -> None:
    filters = Filters(
        labels=frozenset({"Audit Rights", "Governing Law"}), collections=frozenset({"contracts"})
    )
    asked: list[Filters] = []

    def count(other: Filters) -> Counts:
        asked.append(other)
        return counts(
            label={"Audit Rights": 3, "Cap On Liability": 7}, collection={"contracts": 3, "mail": 4}
        )

    found = facets(counts(label={"Audit Rights": 3}), filters, PACKS, count)
    assert [(value.value, value.count) for value in found[FacetName.LABEL]] == [
        ("Cap On Liability", 7),
        ("Audit Rights", 3),
        ("Governing Law", 0),
    ]
    assert [(value.value, value.count) for value in found[FacetName.COLLECTION]] == [
        ("mail", 4),
        ("contracts", 3),
    ]
    assert asked == [
        Filters(collections=frozenset({"contracts"})),
        Filters(labels=frozenset({"Audit Rights", "Governing Law"})),
    ]


def test_selections_are_read_from_filters_and_can_be_lifted() -> None:
    filters = Filters(
        min_severity=Severity.MEDIUM,
        date_from=date(2023, 1, 1),
        date_to=date(2023, 12, 31),
        min_probability=0.5,
    )
    assert selected(filters, FacetName.SEVERITY) == {"medium", "high"}
    assert selected(filters, FacetName.YEAR) == {"2023"}
    assert selected(Filters(date_from=date(2023, 1, 1)), FacetName.YEAR) == frozenset()
    assert lifted(lifted(filters, FacetName.SEVERITY), FacetName.YEAR) == Filters(min_probability=0.5)
