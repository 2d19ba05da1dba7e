"""Data: what can be exported, what its columns mean, and downloads that stream with flat memory."""

from flask import Blueprint, Response, render_template, request

from indexer.errors import ExportError
from indexer.export import (
    FORMATS,
    KINDS,
    PARQUET_INSTALL,
    Format,
    Kind,
    Selection,
    formats_of,
    parquet_installed,
    stream,
)
from indexer.records.read import collection_names
from search_app.errors import BadRequestError
from search_app.exporting import ExportTexts, file_name, pseudonyms, read_export
from search_app.pages.site import site
from search_app.pages.trail import exported

blueprint = Blueprint("exports", __name__, url_prefix="/exports")
_PLAIN = Selection()


@blueprint.get("")
def show() -> str:
    """Shows the kinds with their columns, and the form."""
    return _page("")


@blueprint.get("/download")
def download() -> Response | tuple[str, int]:
    """Sends an export, a batch at a time; what cannot be had is said above the form."""
    here = site()
    try:
        wanted = read_export(_texts(), _collections())
        _, content = stream(wanted, here.parts.engine, pseudonyms(here.parts.settings), here.parts.blobs)
    except (BadRequestError, ExportError) as error:
        return _page(str(error)), 400
    exported(wanted.kind.name)
    return Response(
        content,
        mimetype=wanted.format.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file_name(wanted)}"'},
    )


def _texts() -> ExportTexts:
    given = request.args
    form = FORMATS.get(given.get("format", ""))
    if form is not None and form.folder:
        raise BadRequestError(f"{form.name} is a folder of several files; clausewatch export writes it")
    return ExportTexts(
        kind=given.get("kind", ""),
        format=given.get("format", ""),
        since=given.get("since", ""),
        after=given.get("after", ""),
        collection=given.get("collection", ""),
    )


def _collections() -> list[str]:
    with site().parts.engine.connect() as connection:
        return collection_names(connection)


def _page(error: str) -> str:
    return render_template(
        "exports.html",
        kinds=[
            (kind, [column for column in kind.columns if _PLAIN.shows(column)], _words(kind))
            for kind in KINDS.values()
        ],
        formats=[form for form in FORMATS.values() if not form.folder],
        missing={"parquet": PARQUET_INSTALL} if not parquet_installed() else {},
        collections=_collections(),
        chosen=request.args,
        error=error,
    )


def _words(kind: Kind) -> str:
    """Returns the names of the formats that a kind can be downloaded in, as a list in words."""
    names = [form.name for form in _downloads(kind)]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _downloads(kind: Kind) -> list[Format]:
    return [form for form in formats_of(kind) if not form.folder]
