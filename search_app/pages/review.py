"""The review: one passage at a time, the question in words, and why it is asked."""

import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from markupsafe import Markup
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from indexer.decisions.estimate import Precision, live_precision
from indexer.decisions.queue import SILENCES, Kind, Question, counts, questions
from indexer.decisions.read import act_of, decided_since
from indexer.decisions.silence import check_of, checked_since
from indexer.errors import RecordsUnavailableError
from indexer.learning.snapshot import learned_upto
from indexer.monitoring import Metric, latest
from indexer.records.read import ChunkRecord, chunk_records, collection_names, neighbours
from indexer.records.review import unsure_counts, unsure_total
from models.packs import Pack
from search_app import clients
from search_app.events import timestamp
from search_app.labels import LabelMaker, ShownLabels
from search_app.pages import silence
from search_app.pages.hits import label_spans
from search_app.pages.passages import marked
from search_app.pages.site import Site, first_collection, site
from search_app.results import HitLabel

blueprint = Blueprint("review", __name__)
# Passages that a reviewer may pass over before the first of them comes again.
MOST_PASSED = 60
# The number in the header is at most so old.
FRESH_SECONDS = 5.0
WHY = {
    Kind.DISPUTED: "Two people disagree about it",
    Kind.CHANGED: "Somebody decided about an older wording",
    Kind.HOUSE: "A new rule of the house says so; ten answers tell how right it is",
    Kind.UNSURE: "The model is unsure",
    Kind.DISAGREE: "A keyword rule sees it and the model does not",
    Kind.WEAK: "The model says so, but only just",
    Kind.SAMPLE: "Random check: this tells how often labels are right",
    Kind.SILENT: "Random check of passages without a label: this tells how much is missed",
    Kind.DOUBTED: "Random check of passages of which nothing is sure: this tells how much is missed",
}
_PASSED = re.compile(r"([0-9]{1,19}) (.{0,128})")


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a reviewer is.

    Attributes:
        passed: What was passed over, by key and label.
        done: Decisions today.
    """

    collection: str
    passed: list[tuple[int, str]]
    done: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, ready to print.

    Attributes:
        label: What it is about, with its ground where anything was said.
        before: The end of the passage before; ``after`` the beginning of the next.
        skip: The address that passes it over.
    """

    question: Question
    passage: ChunkRecord
    shown: ShownLabels
    label: HitLabel
    text: Markup
    before: str
    after: str
    why: str
    skip: str

    @property
    def silence(self) -> str:
        """The kind of a passage on which nothing is claimed, where that is what is asked about."""
        kind = SILENCES.get(self.question.kind)
        return kind.value if kind else ""


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
    """Asks the next question of a collection."""
    here = site()
    passed = _passed_over()
    with here.parts.engine.connect() as connection:
        names = collection_names(connection)
        wanted = request.args.get("collection", "")
        name = wanted if wanted in names else first_collection(names)
        pack = here.parts.packs[name]
        who, today = clients.client_id(), timestamp(time.time())[:10]
        done = decided_since(connection, who, today) + checked_since(connection, who, today)
        asked = _asked(here, connection, pack, Asking(name, passed, done))
        waiting = counts(connection, name, pack.labels)
        by_label = unsure_counts(connection, name, pack.labels)
        used = here.parts.registry.state(pack.name).used
        learned = learned_upto(connection, used.dataset) if used else 0
        measured = live_precision(connection, name, pack.labels, learned)
        monitored = latest(connection).of_collection(name)
        last = act_of(connection, request.args.get("last", ""))
        check = check_of(connection, request.args.get("last", ""))
    titles = {label: each.title for label, each in pack.labels.items()}
    return render_template(
        "review.html",
        collection=name,
        collections=names,
        asked=asked,
        left={kind: number for kind, number in waiting.items() if number},
        why=WHY,
        by_label=[(label, pack.labels[label].title, number) for label, number in by_label.items()],
        measured=_measured(measured, pack),
        recall=next((each for each in monitored if each.series.metric is Metric.RECALL), None),
        missed=[
            (titles.get(each.series.label, each.series.label), int(each.value))
            for each in monitored
            if each.series.metric is Metric.MISSED
        ],
        done=done,
        check=check if check and check.by == who else None,
        check_said=silence.said(check, titles) if check else "",
        last=last[-1] if last and last[0].by == who and not check else None,
        last_title=titles.get(last[-1].label, "") if last else "",
        passed=len(passed),
        classifier=used,
        learned=learned,
    )


def _asked(here: Site, connection: Connection, pack: Pack, asking: Asking) -> Asked | None:
    turn = asking.done + len(asking.passed)
    found = questions(connection, asking.collection, pack.labels, 1, asking.passed, turn=turn)
    if not found:
        return None
    question = found[0]
    passage = chunk_records(connection, [question.key])[question.key]
    before, after = neighbours(connection, question.key)
    maker = LabelMaker(pack, here.parts.grounds)
    shown = maker.of(passage)
    label = _label(question, shown, maker)
    skips = [*asking.passed, (question.key, question.label)][-MOST_PASSED:]
    address = urlencode(
        [("collection", asking.collection), *(("skip", f"{key} {name}") for key, name in skips)]
    )
    return Asked(
        question=question,
        passage=passage,
        shown=shown,
        label=label,
        text=marked(passage.text, 0, len(passage.text), label_spans((label,))),
        before=before,
        after=after,
        why=WHY[question.kind],
        skip=f"/review?{address}",
    )


def _label(question: Question, shown: ShownLabels, maker: LabelMaker) -> HitLabel:
    """Returns what is said of the label that is asked about; an empty claim where nothing is."""
    every = (*shown.labels, *shown.unsure, *shown.outvoted, *shown.denied)
    return next((each for each in every if each.label == question.label), maker.unsaid(question.label))


def _measured(found: dict[str, Precision], pack: Pack) -> list[tuple[str, Precision]]:
    """Returns all labels together first, then each of which somebody judged a claim, the worst first."""
    every = [("All labels", found[""])] if "" in found and found[""].judged else []
    by_label = [
        (pack.labels[label].title, each)
        for label, each in found.items()
        if label in pack.labels and each.judged
    ]
    return every + sorted(by_label, key=lambda item: (item[1].right / item[1].judged, item[0]))


def _passed_over() -> list[tuple[int, str]]:
    found = [_PASSED.fullmatch(text) for text in request.args.getlist("skip")[-MOST_PASSED:]]
    return [(int(match[1]), match[2]) for match in found if match and int(match[1]) < 1 << 63]


def _total(here: Site) -> int:
    with here.parts.engine.connect() as connection:
        return sum(
            unsure_total(connection, name, here.parts.packs[name].labels)
            for name in collection_names(connection)
        )
