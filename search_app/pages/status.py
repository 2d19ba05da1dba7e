"""Health for machines (/health, live and ready apart below it) and for people (/status)."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, render_template

from indexer.records.jobs import read_job_runs
from indexer.records.read import totals
from search_app.pages.health import State
from search_app.pages.site import site

blueprint = Blueprint("status", __name__)


@blueprint.get("/health")
def health() -> tuple[Response, int]:
    """Answers 200 where searches can be answered, else 503; says of each part how it is."""
    health_ = site().health
    ready = health_.ready()
    return jsonify(live=True, ready=ready, parts=[asdict(part) for part in health_.parts()]), (
        200 if ready else 503
    )


@blueprint.get("/health/live")
def live() -> Response:
    """Answers 200 as long as the process answers at all, whatever its parts say."""
    return jsonify(live=True)


@blueprint.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Answers 200 where searches can be answered, else 503 with the names of the parts that cannot."""
    down = [part.name for part in site().health.parts() if part.state is State.DOWN]
    return jsonify(ready=not down, down=down), 503 if down else 200


@blueprint.get("/status")
def show() -> str:
    """Shows the same in plain words, and what is held."""
    here = site()
    down = {part.name for part in here.health.parts() if part.state is State.DOWN}
    counts, jobs = {}, {}
    if "records" not in down:
        with here.parts.engine.connect() as connection:
            counts, jobs = totals(connection), read_job_runs(connection)
    return render_template("status.html", parts=here.health.parts(), counts=counts, jobs=jobs.values())
