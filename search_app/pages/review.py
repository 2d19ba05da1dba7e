"""The review list: passages of which the model is not sure, spread over the labels."""

import time
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from indexer.errors import RecordsUnavailableError
from indexer.records.read import ChunkRecord, chunk_records, collection_names
from indexer.records.review import unsure_counts, unsure_passages, unsure_total
from search_app.labels import LabelMaker
from search_app.pages.hits import label_spans
from search_app.pages.parameters import whole_number
from search_app.pages.passages import excerpt, marked
from search_app.pages.site import DEFAULT_COLLECTION, Site, site
from search_app.results import HitLabel

blueprint = Blueprint("review", __name__)
PAGE_SIZE = 20
MOST_PAGES = 10_000
EXCERPT = 300
# The number in the header is at most so old.
FRESH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Question:
    """A passage to look at, ready to print; ``before`` and ``after``: whether text was left out there."""

    passage: ChunkRecord
    unsure: tuple[HitLabel, ...]
    excerpt: Markup
    before: bool
    after: bool


class Waiting:
    """Counts what waits for a person's eye, for the header of every page."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._counted = float("-inf")

    def number(self, here: Site) -> int | None:
        """Returns the number of passages in all collections; None while the records do not answer."""
        if time.monotonic() - self._counted > FRESH_SECONDS:
            self._counted = time.monotonic()
            try:
                self._number = _total(here)
            except (SQLAlchemyError, RecordsUnavailableError):
                self._number = None
        return self._number


@blueprint.get("/review")
def show() -> str:
    """Lists a page of what a model is not sure of in a collection."""
    here = site()
    number = whole_number("page", 1, 1, MOST_PAGES)
    with here.parts.engine.connect() as connection:
        names = collection_names(connection)
        wanted = request.args.get("collection", "")
        name = wanted if wanted in names else _first(names)
        pack = here.parts.packs[name]
        counts = unsure_counts(connection, name, pack.labels)
        total = unsure_total(connection, name, pack.labels)
        keys = unsure_passages(connection, name, pack.labels, PAGE_SIZE, (number - 1) * PAGE_SIZE)
        passages = chunk_records(connection, keys)
    maker = LabelMaker(pack, here.parts.registry)
    return render_template(
        "review.html",
        collection=name,
        collections=names,
        total=total,
        counts=[(label, pack.labels[label].title, count) for label, count in counts.items()],
        questions=[_question(passages[key], maker) for key in keys if key in passages],
        page=number,
        more=number * PAGE_SIZE < total,
        classifier=here.parts.registry.state(pack.name).used,
    )


def _question(passage: ChunkRecord, maker: LabelMaker) -> Question:
    unsure = maker.of(passage).unsure
    spans = label_spans(unsure)
    start, end = excerpt(passage.text, spans, EXCERPT)
    text = marked(passage.text, start, end, spans)
    return Question(passage, unsure, text, start > 0, end < len(passage.text))


def _first(names: list[str]) -> str:
    return DEFAULT_COLLECTION if DEFAULT_COLLECTION in names or not names else names[0]


def _total(here: Site) -> int:
    with here.parts.engine.connect() as connection:
        return sum(
            unsure_total(connection, name, here.parts.packs[name].labels)
            for name in collection_names(connection)
        )
