"""Filters and search parameters from text: what is accepted, and what the errors say."""

from dataclasses import replace
from datetime import date

import pytest

from indexer.index.protocol import Filters, Order
from models.labels import Severity
from models.packs import DocumentType, LabelDefinition, Pack
from search_app.errors import BadRequestError
from search_app.query.filters import FilterTexts, read_filters
from search_app.query.parameters import request_from
from search_app.results import Mode

LABELS = {"Cap On Liability": "Capped liability", "Governing Law": "Governing law", "Audit Rights": "Audit"}
PACKS = {
    "contracts": Pack(
        name="contracts",
        title="Contracts",
        version="0",
        labels={name: LabelDefinition(name, title, "", Severity.LOW, "") for name, title in LABELS.items()},
        document_types=(DocumentType("Supply Agreement", ()),),
    )
}


def test_no_text_means_no_filter() -> None:
    assert read_filters(FilterTexts(), PACKS) == Filters()
    blank = FilterTexts(collections=("",), labels=(" ",), min_probability=" ", date_from="  ")
    assert read_filters(blank, PACKS) == Filters()


@pytest.mark.parametrize(
    "text", ["Cap On Liability", "cap on liability", "CAPPED LIABILITY", " capped  liability "]
)
def test_a_label_is_known_by_name_or_title_whatever_its_case(text: str) -> None:
    assert read_filters(FilterTexts(labels=(text,)), PACKS).labels == {"Cap On Liability"}


def test_a_label_is_known_by_the_name_that_it_had_before() -> None:
    packs = {
        name: replace(pack, renamed={"Liability Cap": "Cap On Liability"}) for name, pack in PACKS.items()
    }
    assert read_filters(FilterTexts(labels=("liability cap",)), packs).labels == {"Cap On Liability"}


def test_every_filter_is_read() -> None:
    texts = FilterTexts(
        collections=("contracts", "mail"),
        labels=("audit",),
        min_probability="0.8",
        min_severity="High",
        document_types=("supply agreement", "other"),
        documents=("0f",),
        date_from="2021-03-04",
        date_to="2023-05",
    )
    assert read_filters(texts, PACKS) == Filters(
        collections=frozenset({"contracts", "mail"}),
        labels=frozenset({"Audit Rights"}),
        min_probability=0.8,
        min_severity=Severity.HIGH,
        document_types=frozenset({"Supply Agreement", "Other"}),
        documents=frozenset({"0f"}),
        date_from=date(2021, 3, 4),
        date_to=date(2023, 5, 31),
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_month_or_a_year_begins_and_ends(text: str, first: date, last: date) -> None:
    filters = read_filters(FilterTexts(date_from=text, date_to=text), PACKS)
    assert (filters.date_from, filters.date_to) == (first, last)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            FilterTexts(labels=("governing lew",)),
            "label='governing lew' is unknown; did you mean Governing Law?",
        ),
        (
            FilterTexts(labels=("zzz",)),
            "label='zzz' is unknown; known are Audit Rights, Cap On Liability, Governing Law",
        ),
        (FilterTexts(document_types=("suply agreement",)), "did you mean Supply Agreement?"),
        (FilterTexts(min_probability="2"), "min_probability='2': expected a number from 0 to 1"),
        (FilterTexts(min_probability="nan"), "min_probability='nan': expected a number from 0 to 1"),
        (FilterTexts(min_severity="grave"), "severity='grave': expected one of low, medium, high"),
        (FilterTexts(date_from="31.1.2024"), "from='31.1.2024': expected a date like 2026-01-31"),
        (FilterTexts(date_to="2023-02-30"), "to='2023-02-30': expected a date"),
        (FilterTexts(date_to="9999-13"), "to='9999-13': expected a date"),
        (FilterTexts(date_from="2024", date_to="2023"), "from=2024-01-01 comes after to=2023-12-31"),
        (FilterTexts(documents=("x",) * 201), "document: given 201 times, expected at most 200"),
        (FilterTexts(labels=("y" * 5000,)), "label='" + "y" * 40 + "…' is unknown"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(texts: FilterTexts, message: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_filters(texts, PACKS)
    assert message in str(caught.value)


def test_a_search_is_read_from_parameters() -> None:
    parameters = {
        "mode": "keyword",
        "order": "newest",
        "limit": "100",
        "offset": "10000",
        "labels": ("audit",),
    }
    request = request_from("cap", parameters, PACKS)
    assert (request.text, request.mode, request.order) == ("cap", Mode.KEYWORD, Order.NEWEST)
    assert (request.limit, request.offset) == (100, 10_000)
    assert request.filters == Filters(labels=frozenset({"Audit Rights"}))


def test_missing_parameters_have_defaults() -> None:
    request = request_from("", {}, PACKS)
    assert (request.mode, request.order, request.limit, request.offset) == (
        Mode.HYBRID,
        Order.RELEVANCE,
        10,
        0,
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("limit", "0", "a whole number from 1 to 100"),
        ("limit", "101", "a whole number from 1 to 100"),
        ("limit", "²", "a whole number from 1 to 100"),
        ("offset", "-1", "a whole number from 0 to 10000"),
        ("offset", "10001", "a whole number from 0 to 10000"),
        ("mode", "magic", "one of hybrid, keyword, semantic"),
        ("order", "oldest", "one of relevance, risk, newest"),
    ],
)
def test_numbers_and_choices_are_bounded(name: str, value: str, expected: str) -> None:
    with pytest.raises(BadRequestError, match=f"{name}='{value}': expected {expected}"):
        request_from("", {name: value}, PACKS)


def test_labels_beside_unsure_are_those_that_a_model_is_not_sure_of() -> None:
    texts = FilterTexts(labels=("governing law",), unsure=True)
    assert read_filters(texts, PACKS) == Filters(unsure=frozenset({"Governing Law"}))
    assert read_filters(FilterTexts(unsure=True), PACKS) == Filters(unsure=frozenset())


@pytest.mark.parametrize(
    ("value", "unsure"), [("1", frozenset()), (True, frozenset()), ("0", None), (None, None)]
)
def test_unsure_is_a_flag(value: object, unsure: frozenset[str] | None) -> None:
    assert request_from("", {"unsure": value}, PACKS).filters.unsure == unsure


def test_another_value_for_unsure_is_refused() -> None:
    with pytest.raises(BadRequestError, match="unsure='maybe': expected a whole number from 0 to 1"):
        request_from("", {"unsure": "maybe"}, PACKS)
