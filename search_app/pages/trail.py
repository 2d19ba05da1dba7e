"""Records what a person followed: a hit, a similar passage, a download. Works without scripts."""

import re

from flask import request

from search_app import clients
from search_app.events import action
from search_app.pages.site import site, visitor

_QUERY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_POSITION = re.compile(r"[0-9]{1,5}")


def followed(name: str, chunk: str) -> None:
    """Records that a hit was followed, if the address says from which search and position it came.

    The records decide: only a hit that this search showed this visitor at this position counts, and
    a reload counts once.
    """
    query, position = request.args.get("q", ""), request.args.get("pos", "")
    if _POSITION.fullmatch(position):
        _done(name, chunk, query, position, followed_id(name, query, int(position)))


def followed_id(name: str, query: str, position: int) -> str:
    """Returns the id of the event, by which a hit is followed once however often its address is asked for."""
    return f"{name}-{query}-{position}"


def decided(name: str, chunk: str, act: str) -> None:
    """Records that a person decided about a hit, if the form says from which search and position it came."""
    _done(name, chunk, request.form.get("q", ""), request.form.get("pos", ""), f"{name}-{act}")


def _done(name: str, chunk: str, query: str, position: str, event: str) -> None:
    if not (_QUERY.fullmatch(query) and _POSITION.fullmatch(position) and clients.is_person()):
        return
    who = visitor()
    recorder = site().recorder
    shown = recorder.shown(query, int(position), who.client)
    if shown and shown.chunk == chunk:
        recorder.acted([action(event, name, who, shown, {})])


def opened(name: str, document: str) -> None:
    """Records that a document was opened or downloaded, once a visit."""
    _taken(name, "document", document)


def exported(kind: str) -> None:
    """Records that data of a kind was exported, once a visit."""
    _taken("export", "export", kind)


def _taken(name: str, field: str, identifier: str) -> None:
    if clients.is_person():
        who = visitor()
        extra = {"object": {"object_id": identifier, "object_id_field": field}}
        site().recorder.acted([action(f"{name}-{who.session}-{identifier}", name, who, None, extra)])
