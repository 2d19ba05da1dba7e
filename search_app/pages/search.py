"""The search page and the passages similar to one."""

import logging
from dataclasses import dataclass, replace

from flask import Blueprint, Response, render_template, request

from indexer.errors import IndexUnavailableError, UnknownDocumentError
from indexer.index.protocol import Filters
from indexer.records.read import chunk_records, newest_documents, totals
from indexer.shadow.read import shadows
from search_app import clients
from search_app.events import impressions, query_event
from search_app.pages.facets import FLAGGED, chips, facets, severities, unsure, years
from search_app.pages.hits import shown_hits
from search_app.pages.parameters import PAGE_SIZE, Address, link_to, search_request
from search_app.pages.site import Site, site, visitor
from search_app.pages.trail import followed
from search_app.results import SearchPage, SearchRequest

blueprint = Blueprint("search", __name__)
SIMILAR = 20
# Documents that are listed while nothing can be searched, and seconds until another try is worth it.
NEWEST, RETRY_SECONDS = 20, 10
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Paging:
    """Links to the pages around the present one; None where there is none."""

    number: int
    last: int
    previous: str | None
    following: str | None


@blueprint.get("/")
def show() -> str | Response:
    """Answers a search; without words it lists the riskiest passages."""
    here = site()
    wanted = search_request(request.args, here.parts.packs)
    address = Address.of(request.args)
    with here.parts.engine.connect() as connection:
        counts = totals(connection)
        shadowed = bool(shadows(connection))
    if not any(count.documents for count in counts.values()):
        return render_template("welcome.html", address=address, collections=list(counts))
    person = clients.client_id() if clients.is_person() else ""
    try:
        page = here.searcher.search(replace(wanted, person=person))
    except IndexUnavailableError as error:
        return without_index(here, wanted, str(error))
    remember(here, page, wanted)
    return render_template(
        "search.html",
        address=address,
        wanted=wanted,
        page=page,
        hits=shown_hits(page, wanted.offset),
        facets=facets(page, address),
        severity_choices=severities(page, address),
        unsure=unsure(page, address),
        shadowed=shadowed,
        flagged_titles=FLAGGED,
        years=years(page, address),
        chips=chips(here.parts.packs, wanted, address),
        collections=list(counts),
        paging=paging(address, wanted, page.total),
        ways_out=[(way, link_to(way.request)) for way in page.suggestions],
    )


@blueprint.get("/similar/<int:key>")
def similar(key: int) -> str:
    """Lists the passages nearest in meaning to one, from the same collection."""
    here = site()
    with here.parts.engine.connect() as connection:
        passage = chunk_records(connection, [key]).get(key)
    if passage is None:
        raise UnknownDocumentError("This passage is no longer there; its document may have changed")
    filters = Filters(collections=frozenset({passage.collection}))
    page = here.searcher.similar(key, filters, SIMILAR)
    remember(here, page, SearchRequest("", filters=filters, limit=SIMILAR))
    followed("similar", passage.id)
    return render_template(
        "similar.html", passage=passage, page=page, hits=shown_hits(page, 0), address=Address(())
    )


def without_index(here: Site, wanted: SearchRequest, reason: str) -> Response:
    """Answers 503 with why nothing can be searched, and with what still can be read."""
    _log.error("A search could not be answered: %s", reason)
    with here.parts.engine.connect() as connection:
        newest = newest_documents(connection, NEWEST)
        counts = totals(connection)
    page = render_template(
        "no_index.html",
        address=Address.of(request.args),
        wanted=wanted,
        collections=list(counts),
        reason=reason,
        newest=newest,
    )
    return Response(page, 503, {"Retry-After": str(RETRY_SECONDS)})


def remember(here: Site, page: SearchPage, wanted: SearchRequest) -> None:
    """Records a search that a person was shown, with every hit's position."""
    if clients.is_person():
        who = visitor()
        here.recorder.searched(query_event(page, wanted, who), impressions(page, wanted, who))


def paging(address: Address, wanted: SearchRequest, total: int) -> Paging:
    """Returns the links to the previous and the next page."""
    number = wanted.offset // PAGE_SIZE + 1
    last = max(1, -(-total // PAGE_SIZE))
    return Paging(
        number,
        last,
        address.having(page=min(number, last + 1) - 1) if number > 1 else None,
        address.having(page=number + 1) if number < last else None,
    )
