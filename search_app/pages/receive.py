"""Takes what the page's script saw: reading time, copying, following. Beacons may repeat or come late."""

import re
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from indexer.records.events import Event
from search_app import clients
from search_app.errors import BadRequestError
from search_app.events import Visitor, action, timestamp
from search_app.pages.site import Site, site
from search_app.pages.trail import followed_id

blueprint = Blueprint("events", __name__)
# What the server records too, when the page that was followed is asked for: whichever comes first counts.
FOLLOWED = frozenset({"click", "similar"})
ACTIONS = frozenset({"dwell", "copy"}) | FOLLOWED
MAX_EVENTS = 50
MAX_BODY = 64_000
MAX_DWELL_MS = 3_600_000
MAX_AGE_MS = 7 * 24 * 3_600_000
_ID = re.compile(r"[A-Za-z0-9_-]{8,100}")
_QUERY = re.compile(r"[A-Za-z0-9_-]{1,100}")
_OBJECT = re.compile(r"[A-Za-z0-9_.:-]{1,256}")


@blueprint.post("/events")
def receive() -> Response:
    """Records events and says how many were taken; one of a search not shown here is left out."""
    if (request.content_length or 0) > MAX_BODY:
        raise BadRequestError(f"events: {request.content_length} bytes, expected at most {MAX_BODY}")
    items = _body()
    if not isinstance(items, list) or len(items) > MAX_EVENTS:
        raise BadRequestError(f"events: expected a JSON list of at most {MAX_EVENTS} events")
    here = site()
    found = [_event(here, item) for item in items]
    events = [event for event in found if event] if clients.is_person() else []
    here.recorder.acted(events)
    return jsonify(accepted=len(events))


def _body() -> object:
    try:
        return request.get_json(force=True, silent=True)
    except RecursionError:  # brackets nested by the thousand
        return None


def _event(here: Site, item: object) -> Event | None:
    if not isinstance(item, dict):
        raise BadRequestError("events: expected each event to be a JSON object")
    event_id, query = _text(item, "id", _ID), _text(item, "query_id", _QUERY)
    chunk, name = _text(item, "object_id", _OBJECT), item.get("action")
    if name not in ACTIONS:
        raise BadRequestError(f"action={name!r:.40}: expected one of {', '.join(sorted(ACTIONS))}")
    position = _number(item, "position", 100_000)
    extra = {"dwell_ms": _number(item, "dwell_ms", MAX_DWELL_MS)} if name == "dwell" else {}
    at = timestamp(time.time() - _number(item, "age_ms", MAX_AGE_MS) / 1000)
    who = Visitor(clients.client_id(), clients.session_id(), at)
    shown = here.recorder.shown(query, position, who.client)
    if not shown or shown.chunk != chunk:
        return None
    return action(
        followed_id(name, query, position) if name in FOLLOWED else event_id, name, who, shown, extra
    )


def _text(item: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise BadRequestError(f"{name}={value!r:.40}: expected text of the form {form.pattern}")
    return value


def _number(item: Mapping[str, Any], name: str, most: int) -> int:
    value = item.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise BadRequestError(f"{name}={value!r:.40}: expected a whole number from 0 to {most}")
    return value
