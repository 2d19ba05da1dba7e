"""The help page: how to ask, what the labels mean, and the keys."""

from flask import Blueprint, render_template

from search_app.pages.site import DEFAULT_COLLECTION, site

blueprint = Blueprint("guide", __name__)


@blueprint.get("/help")
def show() -> str:
    """Shows the syntax, the keys, and every label with its description."""
    pack = site().parts.packs[DEFAULT_COLLECTION]
    labels = sorted(pack.labels.values(), key=lambda label: (-label.severity, label.title))
    titles = {label.name: label.title for label in labels}
    return render_template("help.html", labels=labels, examples=pack.examples, titles=titles)
