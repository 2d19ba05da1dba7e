"""Takes what people decide about labels: confirm, dismiss, correct, add, and undo. Works without scripts."""

import hashlib
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Flask, Response, abort, get_template_attribute, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from indexer.decisions import Action, Asked, Decision, Origin, decide, own_acts, take_back
from indexer.decisions.silence import take_back_check
from indexer.errors import DecisionError, UnknownDocumentError
from indexer.records.database import writing
from indexer.records.read import ChunkRecord, chunk_records
from models.packs import Pack
from search_app import clients
from search_app.errors import BadRequestError
from search_app.events import timestamp
from search_app.labels import LabelMaker
from search_app.pages.site import Site, site
from search_app.pages.trail import decided
from search_app.results import HitLabel

blueprint = Blueprint("decisions", __name__)
_FORM = re.compile(r"[0-9a-f]{8,32}")
_KEY = re.compile(r"[0-9]{1,19}")
_LOCAL = re.compile(r"/(?![/\\])[^\\\s]*")
_VERBS = {Action.CONFIRM: "Confirmed", Action.DISMISS: "Dismissed", Action.ADD: "Added"}
_NONE = frozenset[str]()
_ORIGINS = tuple(sorted(set(Origin) - {Origin.IMPORT}))
_PROGRAM = (
    "This was sent by a program, as its User-Agent says. What is decided about labels is learned from as the "
    "word of a person, so that only people decide. Nothing was changed; labels that were "
    "made elsewhere are taken over by clausewatch import labels."
)


class Labelled(Protocol):
    """What carries the labels of a passage as shown."""

    @property
    def labels(self) -> tuple[HitLabel, ...]:
        """What is claimed."""
        ...

    @property
    def unsure(self) -> tuple[HitLabel, ...]:
        """What is not sure."""
        ...

    @property
    def denied(self) -> tuple[HitLabel, ...]:
        """What people deny."""
        ...


def register(app: Flask) -> None:
    """Gives the templates what the forms of decisions need."""
    app.jinja_env.globals.update(
        form_id=lambda: secrets.token_hex(8), own_acts=_own_acts, label_titles=_label_titles
    )


@blueprint.post("/decisions")
def receive() -> AnyResponse:
    """Takes one decision; answers with the labels as they are now, or goes back to the page."""
    refuse_programs()
    here = site()
    verb, _, subject = request.form.get("do", "").partition(":")
    lines = _undo(here, subject) if verb == Action.UNDO.value else _decide(here, verb, subject)
    if not lines:  # a check of silence was taken back in which nothing was found
        return redirect(back(subject), 303)
    decided(lines[-1].action.value, lines[0].chunk, lines[-1].act)
    if request.accept_mimetypes.best == "application/json":
        return _fragments(here, passage_key(), lines)
    return redirect(back(lines[-1].act), 303)


def refuse_programs() -> None:
    """Answers 403 where no person asks."""
    if clients.is_robot(request.headers.get("User-Agent", "")):
        abort(403, _PROGRAM)


def _decide(here: Site, verb: str, subject: str) -> list[Decision]:
    key, form = passage_key(), form_of_page()
    passage = shown_passage(here, key)
    pack = here.parts.packs[passage.collection]
    action, label, other = _wanted(pack, verb, subject)
    asked = Asked(
        act=hashlib.sha256(f"{form}{key}{verb}{label}{other}".encode()).hexdigest()[:32],
        action=action,
        key=key,
        label=label,
        other=other,
        reason=request.form.get("reason", "").strip(),
        by=clients.client_id(),
        at=timestamp(time.time()),
        origin=_origin(),
    )
    with writing(here.parts.engine) as connection:
        lines = decide(connection, asked, here.parts.packs)
        if lines[-1].action is Action.UNDO:  # said anew, from a page that stood open meanwhile
            lines = decide(connection, replace(asked, act=secrets.token_hex(16)), here.parts.packs)
        return lines


def _undo(here: Site, act: str) -> list[Decision]:
    at = timestamp(time.time())
    by, packs = clients.client_id(), here.parts.packs
    with writing(here.parts.engine) as connection:
        check = take_back_check(connection, act, by, at, packs)
        return list(check.lines) if check else take_back(connection, act, by, at, packs)


def _wanted(pack: Pack, verb: str, subject: str) -> tuple[Action, str, str]:
    """Returns the action, its label, and that of a correction."""
    if verb in (Action.CONFIRM.value, Action.DISMISS.value):
        return Action(verb), subject, ""
    if verb != Action.CORRECT.value:
        raise BadRequestError(f"do={verb!r:.40}: expected confirm, dismiss, correct or undo")
    wrong, typed = request.form.get("label", ""), request.form.get("other", "").strip()
    other = label_named(pack, typed) if typed else ""
    if wrong and other:
        return Action.CORRECT, wrong, other
    if wrong:
        return Action.DISMISS, wrong, ""
    if other:
        return Action.ADD, other, ""
    raise DecisionError("Say which label is wrong, which one applies, or both")


def label_named(pack: Pack, typed: str) -> str:
    """Returns the label of a title or name as people type it. Raises DecisionError."""
    found = pack.named(typed)
    if found is not None:
        return found
    raise DecisionError(f"There is no label “{typed[:80]}” here; choose one from the list")


def form_of_page() -> str:
    """Returns the id of the form that was sent. Raises BadRequestError."""
    form = request.form.get("form", "")
    if not _FORM.fullmatch(form):
        raise BadRequestError(f"form={form!r:.40}: expected the id of the form that was shown")
    return form


def passage_key() -> int:
    """Returns the key of the passage that was sent. Raises BadRequestError."""
    text = request.form.get("passage", "")
    if not _KEY.fullmatch(text) or int(text) >= 1 << 63:
        raise BadRequestError(f"passage={text!r:.40}: expected the key of a passage")
    return int(text)


def shown_passage(here: Site, key: int) -> ChunkRecord:
    """Returns a passage. Raises UnknownDocumentError where it is no longer there."""
    with here.parts.engine.connect() as connection:
        found = chunk_records(connection, [key]).get(key)
    if found is None:
        raise UnknownDocumentError("This passage is no longer there; its document may have changed")
    return found


def _origin() -> Origin:
    text = request.form.get("origin", "")
    if text in _ORIGINS:
        return Origin(text)
    raise BadRequestError(f"origin={text!r:.40}: expected one of {', '.join(_ORIGINS)}")


def back(act: str) -> str:
    """Returns the page to go back to, at the passage; only one of ours; the review shows the act."""
    path = request.form.get("next", "")
    target = (path if _LOCAL.fullmatch(path) else "/").partition("#")[0].rstrip("?")
    if target.startswith("/review"):
        address, _, query = target.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query) if name != "last"]
        return f"{address}?{urlencode([*kept, ('last', act)])}"
    position = request.form.get("pos", "")
    anchor = f"h{position}" if position.isdigit() else f"p{passage_key()}"
    return f"{target}#{anchor}"


def _fragments(here: Site, key: int, lines: list[Decision]) -> Response:
    """Returns the labels of a passage as they are now, as parts of the page, and a sentence on it."""
    passage = shown_passage(here, key)
    pack = here.parts.packs[passage.collection]
    shown = LabelMaker(pack, here.parts.grounds).of(passage)
    form = request.form
    place = (form.get("q", ""), form.get("pos", ""), form.get("next", ""))
    judged, correct = (get_template_attribute("decide.html", name) for name in ("judged", "correct"))
    return jsonify(
        act=lines[-1].act,
        judged=judged(key, shown, _origin().value, *place),
        correct=correct(key, shown, passage.collection, _origin().value, *place),
        denied=[label.label for label in shown.denied],
        said=_said(pack, lines),
    )


def _said(pack: Pack, lines: list[Decision]) -> str:
    last = lines[-1]
    titles = [pack.labels[line.label].title if line.label in pack.labels else line.label for line in lines]
    if last.action is Action.UNDO:
        return f"Taken back: {titles[0]}."
    if last.action is Action.CORRECT:
        return f"Corrected: not {titles[0]}, but {titles[-1]}. Undo with u."
    return f"{_VERBS[last.action]}: {titles[-1]}. Undo with u."


def _own_acts(shown: Labelled) -> set[str] | frozenset[str]:
    """Returns the decisions behind shown labels that the visitor may take back."""
    acts = {label.act for label in _all(shown) if label.act}
    if not acts:
        return _NONE
    with site().parts.engine.connect() as connection:
        return own_acts(connection, clients.client_id(), acts)


def _all(shown: Labelled) -> Iterable[HitLabel]:
    return (*shown.labels, *shown.unsure, *shown.denied)


def _label_titles(collection: str) -> list[str]:
    return sorted(each.title for each in site().parts.packs[collection].labels.values())
