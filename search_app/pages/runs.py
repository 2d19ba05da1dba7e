"""Ingest runs: what came in, what became of every file, and what to do about those that failed."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from indexer.records.read import RunFile, RunRecord, run_files, run_record, run_records
from search_app.errors import BadRequestError
from search_app.pages.parameters import whole_number
from search_app.pages.site import site

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
RUNS = 25
FILES = 100
ALL_FILES = 100_000
LAST_PAGE = 1_000
ENDED = ("indexed", "unchanged", "duplicate", "unsupported", "failed")
OUTCOMES = (*ENDED, "waiting")
REMEDIES = {
    "encrypted": "Remove the password in the program that made the file, and add it again.",
    "damaged": "Open the file in the program that made it, save it anew, and add it again.",
    "empty": "The file holds no text. Check that the right file was saved.",
    "no_text_layer": "The pages are pictures. Run text recognition (OCR) over the file, and add it again.",
    "too_large": "Split the file, or ask for the limit CLAUSEWATCH_MAX_FILE_MB to be raised.",
    "timed_out": "The file took too long to read. Save it anew or split it, and add it again.",
    "out_of_memory": "The file needs too much memory. Split it, and add it again.",
    "unreadable": "The file could not be opened. Check that it exists and may be read.",
    "needs_tika": "Save the file as PDF or DOCX and add it again, or ask for a Tika server to be set up.",
    "unreachable": "Ask for the Tika server to be started, and add the file again.",
    "server_failed": "Add the file again. If that fails too, save it as PDF or DOCX, and add that.",
    "unsupported": "Save the file as PDF, DOCX, TXT, Markdown, HTML or EML, and add it again.",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stacked bar, in thousandths of its length."""

    outcome: str
    count: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Group:
    """Files that ended alike: the reason's word, how many, and what to do."""

    code: str
    files: int
    remedy: str


@blueprint.get("")
def index() -> str:
    """Lists the runs, newest first."""
    page = whole_number("page", 1, 1, LAST_PAGE)
    with site().parts.engine.connect() as connection:
        found = run_records(connection, RUNS + 1, (page - 1) * RUNS)
    shown = [(run, segments(run), counts(run)) for run in found[:RUNS]]
    return render_template("runs.html", runs=shown, page=page, more=len(found) > RUNS)


@blueprint.get("/<run>")
def show(run: str) -> str:
    """Shows a run and its files, all or those with one outcome."""
    outcome = _outcome()
    page = whole_number("page", 1, 1, LAST_PAGE)
    with site().parts.engine.connect() as connection:
        record = run_record(connection, run)
        files = run_files(connection, run, outcome, FILES + 1, (page - 1) * FILES)
        bad = [
            file
            for ended in ("failed", "unsupported")
            if record.outcomes.get(ended)
            for file in run_files(connection, run, ended, ALL_FILES)
        ]
    return render_template(
        "run.html",
        run=record,
        segments=segments(record),
        counts=counts(record),
        files=files[:FILES],
        more=len(files) > FILES,
        page=page,
        outcome=outcome,
        groups=groups(bad),
        active=record.state in ("queued", "running"),
    )


@blueprint.get("/<run>/files.csv")
def export(run: str) -> Response:
    """Sends every file's outcome as CSV."""
    with site().parts.engine.connect() as connection:
        record = run_record(connection, run)
        files = run_files(connection, run, None, ALL_FILES)
    return Response(
        _csv(files),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="run-{record.id}.csv"'},
    )


def counts(run: RunRecord) -> dict[str, int]:
    """Returns the files of a run by outcome, those that wait among them; only those there are."""
    waiting = run.files - sum(run.outcomes.values())
    everything = {**run.outcomes, "waiting": waiting}
    return {name: everything[name] for name in OUTCOMES if everything.get(name)}


def segments(run: RunRecord) -> list[Segment]:
    """Returns the stacked bar of a run's outcomes; the lengths add up to 1,000."""
    result, before = [], 0
    for name, files in counts(run).items():
        start = 1000 * before // run.files
        before += files
        result.append(Segment(name, files, start, 1000 * before // run.files - start))
    return result


def groups(files: Sequence[RunFile]) -> list[Group]:
    """Returns what went wrong, the most frequent first, each with its remedy."""
    found: dict[str, int] = {}
    for file in files:
        found[file.code or "unsupported"] = found.get(file.code or "unsupported", 0) + 1
    return [
        Group(code, number_, REMEDIES.get(code, "Read the reason beside the file."))
        for code, number_ in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]


def _outcome() -> str | None:
    outcome = request.args.get("outcome") or None
    if outcome is not None and outcome not in ENDED:
        raise BadRequestError(f"outcome={outcome[:40]!r}: expected one of {', '.join(ENDED)}")
    return outcome


def _csv(files: Sequence[RunFile]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("file", "bytes", "outcome", "code", "reason", "document", "passages", "seconds"))
    for file in files:
        cells = (
            file.uri, file.bytes, file.outcome or "waiting", file.code, file.reason,
            file.document, file.chunks, file.seconds,
        )  # fmt: skip
        writer.writerow([_harmless(cell) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _harmless(cell: object) -> object:
    """Keeps a spreadsheet from reading a file's name as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
