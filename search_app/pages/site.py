"""What every page may use: the parts of the process, the searcher, the recorder and the health."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from indexer.index.protocol import Filters
from search_app import clients
from search_app.events import Recorder, Visitor, timestamp
from search_app.results import SearchPage, SearchRequest

if TYPE_CHECKING:
    from search_app.compose import Parts
    from search_app.pages.health import Health

KEY = "clausewatch"
DEFAULT_COLLECTION = "contracts"


class Searching(Protocol):
    """What the pages need of a searcher."""

    def search(self, request: SearchRequest) -> SearchPage:
        """Returns one page of answers."""
        ...

    def similar(self, key: int, filters: Filters, limit: int) -> SearchPage:
        """Returns the passages nearest in meaning to a passage."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that the pages of one application share."""

    parts: "Parts"
    searcher: Searching
    recorder: Recorder
    health: "Health"


def site() -> Site:
    """Returns the parts of the application that answers the present request."""
    return cast(Site, current_app.extensions[KEY])


def first_collection(names: Sequence[str]) -> str:
    """Returns the collection that a page shows where the address names none."""
    return DEFAULT_COLLECTION if DEFAULT_COLLECTION in names or not names else names[0]


def visitor() -> Visitor:
    """Returns who asks, and the time."""
    return Visitor(clients.client_id(), clients.session_id(), timestamp(time.time()))
