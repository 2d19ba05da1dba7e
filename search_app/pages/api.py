"""The HTTP API: the answers of the pages as JSON. docs/api.md describes it."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from indexer.records.read import (
    ChunkRecord,
    document_chunks,
    document_record,
    run_files,
    run_record,
)
from search_app import clients
from search_app.events import API_APPLICATION, query_event
from search_app.labels import LabelMaker, ShownLabels
from search_app.pages.parameters import api_request, whole_number
from search_app.pages.site import site, visitor
from search_app.results import SearchPage
from search_app.wire import hit_object, label_object

blueprint = Blueprint("api", __name__, url_prefix="/api")
FILES = 1_000


@blueprint.get("/search")
def search() -> Response:
    """Answers a search with its counts, its hits and, unless ``facets=0``, its facets."""
    here = site()
    wanted = api_request(request.args, here.parts.packs)
    page = here.searcher.search(wanted)
    if clients.is_person():
        here.recorder.searched(query_event(page, wanted, visitor(), API_APPLICATION))
    return jsonify(search_object(page))


@blueprint.get("/documents/<document>")
def show_document(document: str) -> Response:
    """Answers with a document and its passages, without its text."""
    here = site()
    with here.parts.engine.connect() as connection:
        record = document_record(connection, document)
        chunks = document_chunks(connection, document)
    maker = LabelMaker(here.parts.packs[record.collection], here.parts.grounds)
    return jsonify(
        asdict(record)
        | {
            "date": record.date.isoformat() if record.date else None,
            "facts": dict(record.facts),
            "passages": [passage_object(chunk, maker.of(chunk)) for chunk in chunks],
        }
    )


@blueprint.get("/runs/<run>")
def show_run(run: str) -> Response:
    """Answers with a run and up to 1,000 of its files, from ``offset``."""
    offset = whole_number("offset", 0, 0, 10_000_000)
    with site().parts.engine.connect() as connection:
        record = run_record(connection, run)
        files = run_files(connection, run, None, FILES, offset)
    return jsonify(
        asdict(record) | {"outcomes": dict(record.outcomes), "items": [asdict(file) for file in files]}
    )


def search_object(page: SearchPage) -> dict[str, Any]:
    """Returns a page of answers as JSON values."""
    return {
        "query_id": page.query_id,
        "total": page.total,
        "documents": page.documents,
        "by_words": page.by_words,
        "by_meaning": page.by_meaning,
        "milliseconds": round(page.milliseconds, 2),
        "notices": list(page.notices),
        "hits": [hit_object(hit) for hit in page.hits],
        "facets": {name.value: [asdict(value) for value in values] for name, values in page.facets.items()},
    }


def passage_object(chunk: ChunkRecord, shown: ShownLabels) -> dict[str, Any]:
    """Returns a passage as JSON values; ``start`` and ``end`` are offsets in the document's text."""
    return {
        "key": str(chunk.key),  # more digits than a JavaScript number holds
        "chunk": chunk.id,
        "section": chunk.section,
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
        "labels": [label_object(label) for label in shown.labels],
        "unsure": [label_object(label) for label in shown.unsure],
    }
