"""Upload: files from the browser into a queued run, stored under their hash, never under their name."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from indexer.records.read import collection_names
from indexer.runs import enqueue_upload
from search_app.errors import BadRequestError
from search_app.pages.originals import safe_name
from search_app.pages.site import DEFAULT_COLLECTION, site
from search_app.settings import Settings

blueprint = Blueprint("uploads", __name__)
MAX_FILES = 200
FORMATS = ".pdf,.docx,.txt,.md,.html,.htm,.eml"


def request_limit(settings: Settings) -> int:
    """Returns the largest request in bytes: two files of the largest size, and the form around them."""
    return (2 * settings.max_file_mb << 20) + (1 << 20)


@blueprint.get("/upload")
def show() -> str:
    """Shows the form."""
    return _form("")


@blueprint.post("/upload")
def receive() -> Response | tuple[str, int]:
    """Stores the files and queues a run; nothing is stored if one of them is refused."""
    here = site()
    files = [file for file in request.files.getlist("files") if file.filename]
    try:
        collection = _collection(request.form.get("collection", ""), _names())
        _check(files, here.parts.settings.max_file_mb)
    except BadRequestError as error:
        return _form(str(error)), 400
    contents = [(safe_name(file.filename or ""), file.read()) for file in files]
    run = enqueue_upload(here.parts.engine, here.parts.blobs, collection, contents)
    return redirect(url_for("runs.show", run=run), 303)


def _names() -> list[str]:
    with site().parts.engine.connect() as connection:
        return collection_names(connection) or [DEFAULT_COLLECTION]


def _form(error: str) -> str:
    settings = site().parts.settings
    return render_template(
        "upload.html",
        collections=_names(),
        error=error,
        formats=FORMATS,
        max_files=MAX_FILES,
        max_file=settings.max_file_mb,
        max_request=request_limit(settings) - (1 << 20),
    )


def _collection(name: str, known: list[str]) -> str:
    if name not in known:
        raise BadRequestError(
            f"There is no collection “{name[:40]}”; choose one of {', '.join(known)}. Nothing was stored."
        )
    return name


def _check(files: list[FileStorage], max_file_mb: int) -> None:
    if not files:
        raise BadRequestError("No file was chosen. Choose one or more files, then press Upload.")
    if len(files) > MAX_FILES:
        raise BadRequestError(
            f"{len(files)} files at once are too many; at most {MAX_FILES} go in one upload. "
            "Nothing was stored."
        )
    for file in files:
        if _length(file) > max_file_mb << 20:
            raise BadRequestError(
                f"“{safe_name(file.filename or '')}” is larger than {max_file_mb} MiB, the limit for "
                "one file. Nothing was stored; leave it out, or ask for the limit to be raised."
            )


def _length(file: FileStorage) -> int:
    file.stream.seek(0, 2)
    length = file.stream.tell()
    file.stream.seek(0)
    return length
