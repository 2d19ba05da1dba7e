"""The rules of the house: written, tried on what is there, put to work and retired; works without scripts."""

import time
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from indexer.decisions.people import names
from indexer.errors import HouseRuleError
from indexer.house import HouseRule, NewRule, Retired, add_rule, house_rules, retire_rule
from indexer.house.claims import Claims, Judged, claims, judged_claims
from indexer.house.finding import Found
from indexer.house.preview import Preview, check, preview
from indexer.house.report import last_report, state_of
from indexer.records.database import writing
from indexer.records.read import ChunkRecord, chunk_records, collection_names
from models.errors import RuleTextError
from models.labels import Severity
from models.packs import Pack
from models.written import Written, in_words, problems
from search_app import clients
from search_app.events import timestamp
from search_app.grounds import person
from search_app.pages.passages import Span, excerpt, marked
from search_app.pages.site import Site, first_collection, site

blueprint = Blueprint("rules", __name__)
_PROGRAM = "Rules are written by people here; programs write them with clausewatch rules."
_LONGEST_KEY = 19
LISTS = ("any", "all", "near", "exclude", "heading")


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it stands in the form.

    Attributes:
        label: The title of the label, as typed.
        lists: The text of each field of words, one word or phrase a line.
    """

    label: str
    lists: dict[str, str]
    within: str
    ordered: bool
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Example:
    """A passage that the rule would label, with the words marked."""

    found: Found
    title: str
    text: Markup


@dataclass(frozen=True, slots=True)
class Row:
    """A rule, ready to print."""

    rule: HouseRule
    title: str
    severity: Severity
    words: str
    by: str
    retired_by: str
    claims: Claims
    judged: Judged


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying a rule: what it matches, or what is wrong with it, by field."""

    preview: Preview | None = None
    examples: tuple[Example, ...] = ()
    problems: dict[str, str] | None = None


@blueprint.get("/rules")
def show() -> str:
    """Shows the rules of a collection, and a form for a new one, filled in as the address says."""
    return _page(site(), _draft(request.args.to_dict()))


@blueprint.get("/rules/report")
def show_report() -> str:
    """Shows what each rule of a collection, of the pack and of the house, was last found to do."""
    here = site()
    with here.parts.engine.connect() as connection:
        collections = collection_names(connection)
        name = _collection(collections)
        found = last_report(connection, name)
        state = state_of(connection, name, here.parts.packs[name])
    labels = here.parts.packs[name].labels
    return render_template(
        "rules_report.html",
        collection=name,
        collections=collections,
        report=found,
        old=found is not None and found.state != state,
        titles={label: each.title for label, each in labels.items()},
    )


@blueprint.post("/rules")
def receive() -> Response | tuple[str, int]:
    """Tries a rule, or puts it to work."""
    _people_only()
    here = site()
    draft = _draft(request.form.to_dict())
    try:
        asked = _asked(here, draft)
        with here.parts.engine.connect() as connection:
            found = preview(connection, asked)
            check(found)
            examples = _examples(connection, found)
        if request.form.get("do") != "save":
            return _page(here, draft, Tried(found, examples)), 200
        with writing(here.parts.engine) as connection:
            rule = add_rule(connection, asked, here.parts.packs[asked.collection])
    except (HouseRuleError, RuleTextError) as error:
        return _page(here, draft, Tried(problems=error.problems)), 422
    return redirect(url_for("rules.show", collection=rule.collection, saved=rule.id) + "#working", 303)


@blueprint.post("/rules/<rule>/retire")
def retire(rule: str) -> Response:
    """Takes a rule out of service."""
    _people_only()
    by = Retired(clients.client_id(), timestamp(time.time()), request.form.get("reason", ""))
    with writing(site().parts.engine) as connection:
        gone = retire_rule(connection, rule, by)
    return redirect(url_for("rules.show", collection=gone.collection) + "#retired", 303)


def _people_only() -> None:
    if clients.is_robot(request.headers.get("User-Agent", "")):
        abort(403, _PROGRAM)


def _page(here: Site, draft: Draft, tried: Tried | None = None) -> str:
    with here.parts.engine.connect() as connection:
        collections = collection_names(connection)
        name = _collection(collections)
        pack = here.parts.packs[name]
        rows = _rows(connection, name, pack)
        passage = _passage(connection)
    return render_template(
        "rules.html",
        collection=name,
        collections=collections,
        draft=draft,
        passage=passage,
        tried=tried,
        problems=(tried.problems if tried else None) or {},
        working=[row for row in rows if row.rule.retired is None],
        retired=[row for row in rows if row.rule.retired is not None],
        saved=request.args.get("saved", ""),
    )


def _passage(connection: Connection) -> ChunkRecord | None:
    """Returns the passage that the address names, whose words are to make a rule."""
    key = request.args.get("passage", "")
    if not key.isdecimal() or len(key) > _LONGEST_KEY or int(key) >= 1 << 63:
        return None
    return chunk_records(connection, [int(key)]).get(int(key))


def _rows(connection: Connection, collection: str, pack: Pack) -> list[Row]:
    rules = house_rules(connection, collection)
    people, said, seen = names(connection), claims(connection, rules), judged_claims(connection, rules)
    return [
        Row(
            rule,
            pack.labels[rule.label].title if rule.label in pack.labels else rule.label,
            pack.labels[rule.label].severity if rule.label in pack.labels else Severity.LOW,
            in_words(rule.written),
            person(rule.by, people),
            person(rule.retired.by, people) if rule.retired else "",
            said[rule.id],
            seen[rule.id],
        )
        for rule in rules
    ]


def _asked(here: Site, draft: Draft) -> NewRule:
    """Returns the rule that the form asks for. Raises HouseRuleError with what is wrong, by field."""
    with here.parts.engine.connect() as connection:
        collection = _collection(collection_names(connection))
    written, found = _written(draft)
    label = here.parts.packs[collection].named(draft.label)
    if label is None:
        wrong = f"There is no label “{draft.label[:80]}” here; choose one from the list."
        found["label"] = wrong if draft.label else "Choose the label that the rule gives."
    if found or label is None:
        raise HouseRuleError(found)
    now = timestamp(time.time())
    return NewRule(collection, label, written, clients.client_id(), now, draft.name, draft.reason)


def _written(draft: Draft) -> tuple[Written, dict[str, str]]:
    lists = {
        name: tuple(filter(None, map(str.strip, text.splitlines()))) for name, text in draft.lists.items()
    }
    within = int(draft.within) if draft.within.isdecimal() and len(draft.within) < 5 else 0
    written = Written(**lists, within=within, ordered=draft.ordered)
    return written, problems(written)


def _draft(values: dict[str, str]) -> Draft:
    return Draft(
        label=values.get("label", "").strip(),
        lists={name: values.get(name, "") for name in LISTS},
        within=values.get("within", "10").strip(),
        ordered=bool(values.get("ordered")),
        name=values.get("name", ""),
        reason=values.get("reason", ""),
    )


def _examples(connection: Connection, found: Preview) -> tuple[Example, ...]:
    records = chunk_records(connection, [each.key for each in found.examples])
    return tuple(
        Example(each, records[each.key].title, _excerpt(each))
        for each in found.examples
        if each.key in records
    )


def _excerpt(found: Found) -> Markup:
    spans = [Span(trigger.start, trigger.end) for trigger in found.triggers]
    start, end = excerpt(found.text, spans)
    shown = marked(found.text, start, end, spans)
    return Markup("{}{}{}").format("… " if start else "", shown, " …" if end < len(found.text) else "")


def _collection(collections: list[str]) -> str:
    wanted = request.values.get("collection", "")
    return wanted if wanted in collections else first_collection(collections)
