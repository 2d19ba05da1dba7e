"""A search from text parameters, as the command line and the address of a page give them."""

from collections.abc import Mapping, Sequence

from indexer.index.protocol import Order
from models.packs import Pack
from search_app.query.filters import FilterTexts, choice, number, read_filters
from search_app.results import Flagged, Mode, SearchRequest

MOST_HITS = 100
LAST_OFFSET = 10_000


def request_from(text: str, parameters: Mapping[str, object], packs: Mapping[str, Pack]) -> SearchRequest:
    """Returns the search that parameters ask for.

    Args:
        text: The text box; any text is a search.
        parameters: Texts under mode, order, flagged, limit, offset, min_probability, min_severity, date_from
            and date_to, sequences of texts under collections, labels, types and documents, True, 0 or 1
            under unsure; each may be missing or empty.
        packs: By collection; their labels and document types are known.

    Raises:
        BadRequestError: A value cannot be used; the message says which and what was expected.
    """
    filters = FilterTexts(
        collections=_texts(parameters, "collections"),
        labels=_texts(parameters, "labels"),
        min_probability=_text(parameters, "min_probability"),
        min_severity=_text(parameters, "min_severity"),
        document_types=_texts(parameters, "types"),
        documents=_texts(parameters, "documents"),
        date_from=_text(parameters, "date_from"),
        date_to=_text(parameters, "date_to"),
        unsure=number("unsure", _flag(parameters, "unsure"), 0, 0, 1) == 1,
    )
    flagged = _text(parameters, "flagged")
    return SearchRequest(
        text=text,
        mode=choice("mode", _text(parameters, "mode"), Mode, Mode.HYBRID),
        filters=read_filters(filters, packs),
        order=choice("order", _text(parameters, "order"), Order, Order.RELEVANCE),
        limit=number("limit", _text(parameters, "limit"), 10, 1, MOST_HITS),
        offset=number("offset", _text(parameters, "offset"), 0, 0, LAST_OFFSET),
        facets=False,
        flagged=choice("flagged", flagged, Flagged, Flagged.NEW) if flagged.strip() else None,
    )


def _text(parameters: Mapping[str, object], name: str) -> str:
    value = parameters.get(name)
    return "" if value is None else str(value)


def _flag(parameters: Mapping[str, object], name: str) -> str:
    value = parameters.get(name)
    return str(int(value)) if isinstance(value, bool) else _text(parameters, name)


def _texts(parameters: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = parameters.get(name)
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, Sequence) else ()
