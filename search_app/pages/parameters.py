"""A search as an address: reading it with every value checked, and building the addresses of links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from models.packs import Pack
from search_app.query.filters import MOST_VALUES, number
from search_app.query.parameters import LAST_OFFSET, request_from
from search_app.results import SearchRequest

PAGE_SIZE = 10
NAMES = (
    "q", "mode", "collection", "label", "unsure", "flagged", "min_probability", "severity", "type",
    "document", "year", "from", "to", "sort", "page",
)  # fmt: skip
DEFAULTS = {"mode": "hybrid", "sort": "relevance", "page": "1", "unsure": "0"}
Arguments: TypeAlias = "MultiDict[str, str]"


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a search as (name, value) pairs; the defaults and the empty are left out."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, arguments: Arguments) -> "Address":
        """Returns the canonical address of what was asked; unknown names are left out."""
        return cls(
            tuple(
                (name, value)
                for name in NAMES
                for value in dict.fromkeys(arguments.getlist(name)[:MOST_VALUES])
                if value.strip() and DEFAULTS.get(name) != value
            )
        )

    def values(self, name: str) -> tuple[str, ...]:
        """Returns the values of a name."""
        return tuple(value for key, value in self.pairs if key == name)

    def having(self, **values: str | int | None) -> str:
        """Returns the link with some names set, or left out where None; the page starts again.

        ``from_`` stands for ``from``, which Python keeps for itself.
        """
        changed = {key.rstrip("_"): value for key, value in values.items()}
        kept = [(key, value) for key, value in self.pairs if key not in changed and key != "page"]
        added = [
            (key, str(value))
            for key, value in changed.items()
            if value is not None and DEFAULTS.get(key) != str(value)
        ]
        return link(kept + added)

    def without(self, name: str, value: str) -> str:
        """Returns the link with one value of a name left out."""
        return link(pair for pair in self.pairs if pair != (name, value) and pair[0] != "page")


def link(pairs: Iterable[tuple[str, str]]) -> str:
    """Returns the address of a search page."""
    query = urlencode(list(pairs))
    return f"/?{query}" if query else "/"


def link_to(wanted: SearchRequest) -> str:
    """Returns the address of the first page of a search."""
    filters = wanted.filters
    pairs = [
        ("q", wanted.text),
        ("mode", wanted.mode.value),
        *(("collection", value) for value in sorted(filters.collections)),
        *(("label", value) for value in sorted(filters.labels | (filters.unsure or frozenset()))),
        ("unsure", "1" if filters.unsure is not None else ""),
        ("flagged", wanted.flagged.value if wanted.flagged else ""),
        ("min_probability", f"{filters.min_probability:g}" if filters.min_probability else ""),
        ("severity", filters.min_severity.name.lower() if filters.min_severity else ""),
        *(("type", value) for value in sorted(filters.document_types)),
        *(("document", value) for value in sorted(filters.documents)),
        ("from", filters.date_from.isoformat() if filters.date_from else ""),
        ("to", filters.date_to.isoformat() if filters.date_to else ""),
        ("sort", wanted.order.value),
    ]
    return link(pair for pair in pairs if pair[1].strip() and DEFAULTS.get(pair[0]) != pair[1])


def search_request(arguments: Arguments, packs: Mapping[str, Pack]) -> SearchRequest:
    """Returns the search of a page's address: grouped by document, with facets. Raises BadRequestError."""
    page = number("page", arguments.get("page", ""), 1, 1, LAST_OFFSET // PAGE_SIZE)
    wanted = request_from(arguments.get("q", ""), _parameters(arguments), packs)
    return replace(
        wanted,
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
        group=not wanted.filters.documents,
        facets=True,
    )


def api_request(arguments: Arguments, packs: Mapping[str, Pack]) -> SearchRequest:
    """Returns the search of an API call: the page's parameters, and limit, offset, group, facets.

    Raises BadRequestError.
    """
    given = {name: arguments.get(name, "") for name in ("limit", "offset")}
    wanted = request_from(arguments.get("q", ""), _parameters(arguments) | given, packs)
    page = number("page", arguments.get("page", ""), 1, 1, LAST_OFFSET)
    return replace(
        wanted,
        offset=wanted.offset or min((page - 1) * wanted.limit, LAST_OFFSET),
        group=number("group", arguments.get("group", ""), 0, 0, 1) == 1,
        facets=number("facets", arguments.get("facets", ""), 1, 0, 1) == 1,
    )


def whole_number(name: str, default: int, low: int, high: int) -> int:
    """Returns a number of the present request's address. Raises BadRequestError."""
    return number(name, request.args.get(name, ""), default, low, high)


def _parameters(arguments: Arguments) -> dict[str, object]:
    year = arguments.get("year", "")
    return {
        "mode": arguments.get("mode"),
        "order": arguments.get("sort"),
        "collections": arguments.getlist("collection"),
        "labels": arguments.getlist("label"),
        "types": arguments.getlist("type"),
        "documents": arguments.getlist("document"),
        "min_probability": arguments.get("min_probability"),
        "min_severity": arguments.get("severity"),
        "unsure": arguments.get("unsure"),
        "flagged": arguments.get("flagged"),
        "date_from": year or arguments.get("from"),
        "date_to": year or arguments.get("to"),
    }
