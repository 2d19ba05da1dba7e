"""Errors as answers: one table from ours to HTTP statuses, as JSON for the API and in plain words else."""

import logging
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from indexer.errors import (
    DecisionError,
    ExperimentError,
    ExtractionError,
    HouseRuleError,
    IndexUnavailableError,
    ModelRegistryError,
    RecordsUnavailableError,
    UnknownDocumentError,
    UnknownRunError,
    WriterBusyError,
)
from models.errors import ClassifierError, EncoderUnavailableError, PackError
from search_app.errors import BadRequestError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """How an error is told: the status, a stable word for programs, and a heading for people."""

    status: int
    code: str
    heading: str


FAILURES: dict[type[Exception], Failure] = {
    BadRequestError: Failure(400, "bad_request", "This address cannot be read"),
    UnknownDocumentError: Failure(404, "unknown_document", "There is no such document"),
    UnknownRunError: Failure(404, "unknown_run", "There is no such run"),
    ExperimentError: Failure(404, "unknown_experiment", "There is no such experiment"),
    ModelRegistryError: Failure(404, "unknown_model", "There is no such model"),
    ClassifierError: Failure(503, "classifier", "This classifier cannot be used"),
    DecisionError: Failure(422, "decision", "This decision was not taken down"),
    HouseRuleError: Failure(404, "unknown_rule", "There is no such rule"),
    ExtractionError: Failure(422, "unreadable_file", "This file cannot be read"),
    WriterBusyError: Failure(503, "busy", "Another process is writing"),
    IndexUnavailableError: Failure(503, "index_unavailable", "The search index is not available"),
    RecordsUnavailableError: Failure(503, "records_unavailable", "The records are not available"),
    OperationalError: Failure(503, "records_unavailable", "The records are not available"),
    EncoderUnavailableError: Failure(503, "encoder_unavailable", "The encoder is not available"),
    PackError: Failure(500, "pack", "The labels of this collection cannot be read"),
}
HEADINGS = {
    400: "This request cannot be read",
    403: "This form was not accepted",
    404: "There is no such page",
    405: "This page cannot do that",
    413: "That is too large",
    500: "Something went wrong here",
}
_UNEXPECTED = "It was written to the server's log. Your documents are safe; try again, or reload the page."
_RECORDS = "The database of the records did not answer. Nothing was changed; try again in a moment."


def translate(app: Flask) -> None:
    """Answers every error of ours, of HTTP, and every unexpected one."""
    for kind in FAILURES:
        app.register_error_handler(kind, _ours)
    app.register_error_handler(HTTPException, _http)


def failure_of(error: Exception) -> Failure:
    """Returns the entry of an error's class or of the nearest class above it."""
    return next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)


def _ours(error: Exception) -> Response:
    failure = failure_of(error)
    if failure.status >= 500:
        _log.error("%s: %s", failure.code, error)
    message = _RECORDS if isinstance(error, OperationalError | RecordsUnavailableError) else str(error)
    return _answer(failure, message)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if isinstance(error, InternalServerError):
        message = _UNEXPECTED
    elif status == 404:
        message = "Nothing is at this address. It may have been moved, or the link was cut short."
    else:
        message = error.description or ""
    code = (error.name or "error").lower().replace(" ", "_")
    response = _answer(Failure(status, code, HEADINGS.get(status, error.name)), message)
    if isinstance(allowed := getattr(error, "valid_methods", None), list):
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _answer(failure: Failure, message: str) -> Response:
    if wants_json():
        response = jsonify(error={"code": failure.code, "message": message})
    else:
        response = make_response(render_template("failure.html", failure=failure, message=message))
    response.status_code = failure.status
    return response


def wants_json() -> bool:
    """Whether the present request is answered to a program."""
    if request.path == "/decisions":
        return request.accept_mimetypes.best == "application/json"
    return request.path.startswith(("/api/", "/health")) or request.path == "/events"
