"""The web application: a factory that gathers the blueprints and gives them the parts."""

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Flask

from search_app import clients, security
from search_app.events import Recorder
from search_app.monitor.facts import Facts
from search_app.monitor.searches import Measured, registry_of
from search_app.pages import (
    api,
    decisions,
    documents,
    experiments,
    exports,
    failures,
    guide,
    layout,
    metrics,
    models,
    monitor,
    receive,
    review,
    rules,
    runs,
    search,
    silence,
    status,
    uploads,
    words,
)
from search_app.pages.health import Health
from search_app.pages.site import KEY, Searching, Site

if TYPE_CHECKING:
    from search_app.compose import Parts

BLUEPRINTS = (
    search,
    documents,
    uploads,
    review,
    rules,
    runs,
    models,
    monitor,
    experiments,
    status,
    metrics,
    guide,
    exports,
    receive,
    api,
    decisions,
    silence,
)
STATIC_SECONDS = 365 * 24 * 3600  # their addresses change with them


def exchange(app: Flask, parts: "Parts") -> None:
    """Has an application work with other parts from the next request on; its recorder stays."""
    here: Site = app.extensions[KEY]
    health = Health(parts, here.recorder)
    app.extensions[KEY] = replace(here, parts=parts, searcher=parts.searcher, health=health)


def create_app(parts: "Parts", searcher: Searching | None = None) -> Flask:
    """Makes the application.

    Args:
        parts: What it works with.
        searcher: Who answers its searches; that of the parts where none is given.
    """
    app = Flask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=uploads.request_limit(parts.settings),
        MAX_FORM_PARTS=uploads.MAX_FILES + 20,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    recorder = Recorder(parts.engine)
    measured = Measured(searcher or parts.searcher)
    app.extensions[KEY] = Site(parts, measured, recorder, Health(parts, recorder))
    app.extensions[metrics.KEY] = registry_of(measured, Facts(parts, recorder))
    clients.identify(app)
    settings = parts.settings
    security.protect(app, settings.home, security.allowed_hosts(settings.host, settings.public_host))
    failures.translate(app)
    words.register(app)
    layout.register(app)
    decisions.register(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    return app
