"""Which logged searches are one query: the same words after the analyser, and the same filters."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from indexer.export.pseudonyms import plain_query
from indexer.export.recorded import as_object
from indexer.index.analysis import STEMMED, terms

_KEPT = 1 << 14
# Such a query is one with those that are written alike only: what it finds is not told by its words alone.
_OPERATORS = re.compile(r"[\"()*?~:+-]|\b(?:AND|OR|NOT|NEAR)\b")


class Asked(NamedTuple):
    """A query.

    Attributes:
        words: Its different terms in order of the alphabet.
        form: What searches for it find alike, e.g. the words, or the text where it has operators.
        filters: JSON object of the filters, as ``ubi_queries`` has them.
    """

    words: str
    form: str
    filters: str


def asked(text: str, attributes: str) -> Asked | None:
    """Returns the query that a search asked; None where its hits had no order that a ranker could learn."""
    about = as_object(orjson.loads(attributes))
    words, form = _words(text)
    if not words or about.get("mode") != "hybrid" or about.get("order", "relevance") != "relevance":
        return None
    return Asked(words, form, _filters(as_object(about.get("filters"))))


def offset(attributes: str) -> int:
    """Returns the place of the first hit that a search showed."""
    found = as_object(orjson.loads(attributes)).get("offset")
    return found if isinstance(found, int) else 0


@lru_cache(_KEPT)
def _words(text: str) -> tuple[str, str]:
    words = " ".join(sorted({term for _, term in terms(text, STEMMED)}))
    return words, plain_query(text) if _OPERATORS.search(text) else words


def _filters(filters: Mapping[str, Any]) -> str:
    """Returns those that restrict."""
    return orjson.dumps(
        {name: value for name, value in filters.items() if value}, option=orjson.OPT_SORT_KEYS
    ).decode()
