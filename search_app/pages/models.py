"""The models page: which classifier labels, how right it was, what it learned, and what labelled before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from indexer import shadow as shadows
from indexer.decisions.read import decided_after
from indexer.decisions.record import LONGEST_REASON
from indexer.learning import LearningRun, State, Why, ask, learning_run, learning_runs, note
from indexer.learning.monitor import Watch, watch
from indexer.monitoring import Measurement, Metric, latest
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.read import ChunkRecord, chunk_records, collection_names
from indexer.registry import Entry, ModelState, ModelVersion, Origin
from indexer.shadow.read import together
from models.classifier.adapted import own_names
from models.classifier.card import LabelCard
from models.labels import Severity
from models.packs import Pack
from search_app import clients
from search_app.classifiers import ClassifierStatus, classifier_status
from search_app.errors import BadRequestError
from search_app.pages.rankers import shown_rankers
from search_app.pages.site import Site, site

blueprint = Blueprint("models", __name__)
JOURNAL_LINES, RUNS = 30, 10
EXAMPLES, MOST_RUNS = 50, 1 << 31


@dataclass(frozen=True, slots=True)
class Row:
    """A label of the current model; ``severity`` is None for one that the pack has no more."""

    name: str
    title: str
    severity: Severity | None
    card: LabelCard


@dataclass(frozen=True, slots=True)
class ShadowView:
    """A version that labels beside the one in use: how far, and where the two differ by label."""

    version: str
    since: str
    documents: int
    of: int
    labels: tuple[tuple[str, str, shadows.Differing], ...]
    every: shadows.Differing


@dataclass(frozen=True, slots=True)
class PackModels:
    """All that the page shows of a pack; the journal begins with its newest line.

    ``found`` is how much of what applies is claimed at work, by collection.
    """

    pack: Pack
    status: ClassifierStatus
    state: ModelState
    rows: tuple[Row, ...]
    left: tuple[tuple[str, str], ...]
    versions: tuple[ModelVersion, ...]
    journal: tuple[Entry, ...]
    runs: tuple[LearningRun, ...]
    new_decisions: int
    earlier: bool
    watch: Watch | None
    found: tuple[Measurement, ...]
    beside: ShadowView | None


@dataclass(frozen=True, slots=True)
class Example:
    """A passage that would gain or lose a label, with its text."""

    passage: ChunkRecord
    title: str
    gained: bool


@blueprint.get("/models")
def show() -> str:
    """Shows the classifiers of all packs."""
    here = site()
    packs = {pack.name: pack for pack in here.parts.packs.values()}
    found = [_of_pack(here, packs[status.pack], status) for status in classifier_status(here.parts)]
    return render_template("models.html", packs=found, rankers=shown_rankers(here))


@blueprint.post("/models/learn")
def learn() -> Response:
    """Asks the worker to learn from what people decided."""
    here = site()
    pack = _pack_named(here)
    with writing(here.parts.engine) as connection:
        ask(connection, pack.name, clients.client_id(), Why.DEMAND, time_to_text(datetime.now(UTC)))
    return redirect(url_for("models.show") + "#learning", 303)


@blueprint.post("/models/rollback")
def rollback() -> Response:
    """Goes back to the classifier that labelled before."""
    here = site()
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON] or "by the page of models"
    here.parts.registry.rollback(_pack_named(here).name, reason, clients.client_id())
    return redirect(url_for("models.show"), 303)


@blueprint.post("/models/shadow/stop")
def stop_shadow() -> Response:
    """Ends what labels beside the classifier in use."""
    here = site()
    with writing(here.parts.engine) as connection:
        shadows.stop(connection, _pack_named(here).name)
    return redirect(url_for("models.show"), 303)


@blueprint.get("/models/learning/<int:number>")
def show_run(number: int) -> str:
    """Shows what a run of learning found, and what it would change."""
    here = site()
    with here.parts.engine.connect() as connection:
        run = learning_run(connection, min(number, MOST_RUNS))
        pack = next(each for each in here.parts.packs.values() if each.name == run.pack)
        seen = run.report.get("preview") or {}
        changes = seen.get("examples", [])[:EXAMPLES]
        passages = chunk_records(connection, [each["key"] for each in changes])
    examples = [
        Example(passages[each["key"]], _title(pack, each["label"]), each["gained"])
        for each in changes
        if each["key"] in passages
    ]
    names = sorted({*seen.get("gained", {}), *seen.get("lost", {})})
    return render_template(
        "learning.html",
        run=run,
        pack=pack,
        examples=examples,
        counts=[
            (_title(pack, name), seen["gained"].get(name, 0), seen["lost"].get(name, 0)) for name in names
        ],
        looked=seen.get("passages", 0),
        titles={name: each.title for name, each in pack.labels.items()},
        current=here.parts.registry.state(run.pack).current,
    )


@blueprint.post("/models/learning/<int:number>/approve")
def approve(number: int) -> Response:
    """Lets what a run learned label, which passed every check and waited for a person."""
    here = site()
    with here.parts.engine.connect() as connection:
        run = learning_run(connection, min(number, MOST_RUNS))
    if run.state is not State.APPROVAL or run.version is None:
        raise BadRequestError(f"Run {number} does not wait for approval; it is {run.state.value}")
    here.parts.registry.promote(run.version, f"approved, run {number}", clients.client_id())
    with writing(here.parts.engine) as connection:
        note(
            connection, number, state=State.PROMOTED.value, step=f"{run.version} was approved and labels now."
        )
    return redirect(url_for("models.show_run", number=number), 303)


def _pack_named(here: Site) -> Pack:
    wanted = request.form.get("pack", "")
    for pack in here.parts.packs.values():
        if pack.name == wanted:
            return pack
    raise BadRequestError(f"pack={wanted!r:.40}: there is no such pack")


def _of_pack(here: Site, pack: Pack, status: ClassifierStatus) -> PackModels:
    registry = here.parts.registry
    state = registry.state(pack.name)
    card = state.used.card if state.used else None
    names = own_names(card.labels, pack) if card else {}
    left = card.left_to_rules if card else {}
    with here.parts.engine.connect() as connection:
        found = learning_runs(connection, pack.name, RUNS)
        collections = [
            each for each in collection_names(connection) if here.parts.packs[each].name == pack.name
        ]
        watched = watch(connection, pack, here.parts.packs)
        measured = latest(connection).measurements
        beside = _beside(connection, pack, collections)
        new = decided_after(connection, collections, found[0].upto if found else 0)
    return PackModels(
        pack=pack,
        status=status,
        state=state,
        rows=tuple(_row(pack, name, card.labels[own]) for name, own in names.items()) if card else (),
        left=tuple((_title(pack, pack.current(name)), reason) for name, reason in left.items()),
        versions=tuple(registry.versions(pack.name)),
        journal=tuple(reversed(registry.journal(pack.name)))[:JOURNAL_LINES],
        runs=tuple(found),
        new_decisions=new,
        watch=watched,
        found=tuple(
            each for each in measured if each.series.metric is Metric.RECALL and each.series.pack == pack.name
        ),
        beside=beside,
        earlier=sum(version.origin is not Origin.STARTER for version in registry.versions(pack.name)) > 0,
    )


def _beside(connection: Connection, pack: Pack, collections: Sequence[str]) -> ShadowView | None:
    found = shadows.shadow(connection, pack.name)
    if found is None:
        return None
    done, total = shadows.progress(connection, found, collections)
    by_label = shadows.differing(connection, found)
    return ShadowView(
        found.version,
        found.since,
        done,
        total,
        tuple((name, _title(pack, name), each) for name, each in by_label.items()),
        together(by_label.values()),
    )


def _row(pack: Pack, name: str, card: LabelCard) -> Row:
    definition = pack.labels.get(name)
    return Row(name, _title(pack, name), definition.severity if definition else None, card)


def _title(pack: Pack, name: str) -> str:
    return pack.labels[name].title if name in pack.labels else name
