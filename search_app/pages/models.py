"""The models page: which classifier labels, how often each label was right, and what labelled before."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from indexer.registry import Entry, ModelState, ModelVersion
from models.classifier.adapted import own_names
from models.classifier.card import LabelCard
from models.labels import Severity
from models.packs import Pack
from search_app.classifiers import ClassifierStatus, classifier_status
from search_app.pages.site import Site, site

blueprint = Blueprint("models", __name__)
JOURNAL_LINES = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A label of the current model; ``severity`` is None for one that the pack has no more."""

    name: str
    title: str
    severity: Severity | None
    card: LabelCard


@dataclass(frozen=True, slots=True)
class PackModels:
    """All that the page shows of a pack; the journal begins with its newest line."""

    pack: Pack
    status: ClassifierStatus
    state: ModelState
    rows: tuple[Row, ...]
    left: tuple[tuple[str, str], ...]
    versions: tuple[ModelVersion, ...]
    journal: tuple[Entry, ...]


@blueprint.get("/models")
def show() -> str:
    """Shows the classifiers of all packs."""
    here = site()
    packs = {pack.name: pack for pack in here.parts.packs.values()}
    found = [_of_pack(here, packs[status.pack], status) for status in classifier_status(here.parts)]
    return render_template("models.html", packs=found)


def _of_pack(here: Site, pack: Pack, status: ClassifierStatus) -> PackModels:
    registry = here.parts.registry
    state = registry.state(pack.name)
    card = state.used.card if state.used else None
    names = own_names(card.labels, pack) if card else {}
    left = card.left_to_rules if card else {}
    return PackModels(
        pack=pack,
        status=status,
        state=state,
        rows=tuple(_row(pack, name, card.labels[own]) for name, own in names.items()) if card else (),
        left=tuple((_title(pack, pack.current(name)), reason) for name, reason in left.items()),
        versions=tuple(registry.versions(pack.name)),
        journal=tuple(reversed(registry.journal(pack.name)))[:JOURNAL_LINES],
    )


def _row(pack: Pack, name: str, card: LabelCard) -> Row:
    definition = pack.labels.get(name)
    return Row(name, _title(pack, name), definition.severity if definition else None, card)


def _title(pack: Pack, name: str) -> str:
    return pack.labels[name].title if name in pack.labels else name
