"""The web server process: waitress in front of the application, and a worker beside it."""

import gc
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from types import FrameType

from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from indexer.errors import IndexerError
from indexer.locks import WORKER, holder
from indexer.records.read import totals
from models.errors import ModelsError
from search_app.app import create_app
from search_app.compose import Parts, compose
from search_app.errors import AddressInUseError
from search_app.results import SearchRequest
from search_app.settings import Settings

STOP_SECONDS = 10.0
_log = logging.getLogger(__name__)


def serve(settings: Settings, *, worker: bool) -> None:
    """Answers requests until it is told to stop.

    Args:
        settings: Host and port among them; port 0 takes a free one.
        worker: Start a worker beside the server unless one runs on these records already.

    Raises:
        AddressInUseError: Another process listens there, or the address is not of this machine.
    """
    parts = compose(settings)
    try:
        server = create_server(
            create_app(parts),
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident=None,
            max_request_body_size=(settings.max_file_mb + 1) * 2**20,
        )
    except OSError as error:
        raise AddressInUseError(settings.host, settings.port, error) from error
    port = _port(server)
    Thread(target=warm, args=(parts,), name="warm", daemon=True).start()
    # What is loaded by now stays: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    with _worker(parts) if worker else _none():
        print(f"Clausewatch answers at http://{settings.host}:{port}/ (Ctrl-C ends it)", flush=True)  # noqa: T201
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            server.run()
        except KeyboardInterrupt:
            server.close()


def _port(server: MultiSocketServer | BaseWSGIServer) -> int:
    """Returns the port that was taken; a name that stands for several addresses has the first one's."""
    if isinstance(server, MultiSocketServer):
        return int(server.effective_listen[0][1])
    assert server.socket is not None  # it listens
    return int(server.socket.getsockname()[1])


def warm(parts: Parts) -> None:
    """Answers the packs' own searches once, so that the first visitor finds model and index loaded."""
    try:
        with parts.engine.connect() as connection:
            if not any(each.chunks for each in totals(connection).values()):
                return  # a model is exported when there is something to search
        queries = [golden.text for pack in parts.packs.values() for golden in pack.golden]
        for text in queries:
            parts.searcher.search(SearchRequest(text, facets=False))
    except (IndexerError, ModelsError) as error:
        _log.warning("Nothing could be searched at the start: %s", error)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _none() -> Iterator[None]:
    yield


@contextmanager
def _worker(parts: Parts) -> Iterator[None]:
    """Keeps a worker as a child; it also ends by itself when this process dies."""
    if holder(parts.engine, parts.settings.home, WORKER):
        yield
        return
    child = subprocess.Popen([sys.executable, "-m", "search_app.cli", "worker", "--with-parent"])
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
