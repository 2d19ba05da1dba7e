"""Metrics for Prometheus: counts, times and facts; no text of queries or documents, and no ids of people."""

from typing import cast

from flask import Blueprint, Response, current_app
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

blueprint = Blueprint("metrics", __name__)
KEY = "clausewatch-metrics"


@blueprint.get("/metrics")
def show() -> Response:
    """Answers in Prometheus' text format."""
    registry = cast(CollectorRegistry, current_app.extensions[KEY])
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
