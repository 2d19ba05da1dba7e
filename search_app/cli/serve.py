"""clausewatch serve: the pages and the API."""

from dataclasses import replace

import click

from search_app.settings import load_settings


@click.command("serve")
@click.option("--host", metavar="H", help="Address to bind to (default CLAUSEWATCH_HOST, 127.0.0.1).")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Port; 0 takes a free one (default 8340)."
)
@click.option("--no-worker", is_flag=True, help="Start no worker beside the server.")
def command(host: str | None, port: int | None, no_worker: bool) -> None:
    """Serve the pages and the API until Ctrl-C.

    A worker is started beside it, unless one runs already: it takes uploads, watches folders and keeps the
    index up to date.
    """
    from search_app.serving import serve  # noqa: PLC0415 - the help page must not pay for the imports

    settings = load_settings()
    settings = replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
    )
    serve(settings, worker=not no_worker)
