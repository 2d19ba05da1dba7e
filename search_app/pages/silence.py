"""Takes what people found in a passage on which nothing is claimed: that no label applies, or which do."""

import hashlib
import secrets
import time
from dataclasses import replace

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from indexer.decisions.silence import Check, Looked, Stratum, take_down
from indexer.errors import DecisionError
from indexer.records.database import writing
from models.packs import Pack
from search_app import clients
from search_app.errors import BadRequestError
from search_app.events import timestamp
from search_app.pages.decisions import (
    back,
    form_of_page,
    label_named,
    passage_key,
    refuse_programs,
    shown_passage,
)
from search_app.pages.site import Site, site

blueprint = Blueprint("silence", __name__)
NOTHING, NAMED = "nothing", "named"


@blueprint.post("/review/silence")
def receive() -> Response:
    """Takes the answer to one random check of silence, and goes back to the review."""
    refuse_programs()
    here = site()
    pack = here.parts.packs[shown_passage(here, passage_key()).collection]
    return redirect(back(_take_down(here, _looked(pack)).act), 303)


def said(check: Check, titles: dict[str, str]) -> str:
    """Returns what was answered as a sentence."""
    if check.missed is None:
        return "Taken back: the check of a passage."
    if not check.missed:
        return "No label applies to that passage."
    named = ", ".join(titles.get(line.label, line.label) for line in check.lines)
    return f"Named: {named}. It counts as missed, and no model learns from it, so that it can be measured on."


def _looked(pack: Pack) -> Looked:
    verb, _, kind = request.form.get("do", "").partition(":")
    if verb not in (NOTHING, NAMED) or kind not in list(Stratum):
        raise BadRequestError(f"do={verb!r:.40}: expected nothing or named, with silent or doubted")
    typed = [text.strip() for text in request.form.getlist("other") if text.strip()]
    labels = tuple(label_named(pack, text) for text in typed) if verb == NAMED else ()
    if verb == NAMED and not labels:
        raise DecisionError("Say which label applies, or that none does")
    key = passage_key()
    act = hashlib.sha256(f"{form_of_page()}{key}{verb}{labels}".encode()).hexdigest()[:32]
    return Looked(act, key, Stratum(kind), labels, clients.client_id(), timestamp(time.time()))


def _take_down(here: Site, looked: Looked) -> Check:
    with writing(here.parts.engine) as connection:
        check = take_down(connection, looked, here.parts.packs)
        if check.missed is None:  # said anew, from a page that stood open meanwhile
            check = take_down(connection, replace(looked, act=secrets.token_hex(16)), here.parts.packs)
        return check
