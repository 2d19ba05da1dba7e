"""What every page's frame needs: addresses of static files that change with them, and troubles."""

import hashlib
from pathlib import Path

from flask import Flask, url_for

from search_app.pages.health import PartHealth
from search_app.pages.review import Waiting
from search_app.pages.site import site


def register(app: Flask) -> None:
    """Gives the templates ``asset``, ``troubles``, and ``waiting``: passages that need a person's eye."""
    versions = file_versions(Path(app.static_folder or ""))

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=versions[name])

    def troubles() -> tuple[PartHealth, ...]:
        return site().health.troubles()

    counted = Waiting()

    def waiting() -> int | None:
        return counted.number(site())

    app.jinja_env.globals.update(asset=asset, troubles=troubles, waiting=waiting)


def file_versions(folder: Path) -> dict[str, str]:
    """Returns for each file of a folder eight digits of its hash, so that browsers may keep it long."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for path in folder.iterdir()
        if path.is_file()
    }
