"""The web server process: waitress in front of the application, and a worker beside it."""

import gc
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from indexer.errors import (
    IndexerError,
    IndexUnreachableError,
    RecordsUnavailableError,
    RecordsUnreachableError,
)
from indexer.locks import WORKER, holder
from indexer.records.read import totals
from models.errors import ModelsError
from search_app.app import create_app, exchange
from search_app.chosen_encoder import encoder_in_use
from search_app.compose import Parts, compose, with_encoder
from search_app.errors import AddressInUseError
from search_app.results import SearchRequest
from search_app.settings import Settings

STOP_SECONDS = 10.0
AGAIN_SECONDS = 5.0
# Between two looks at which encoder is in use.
FOLLOW_SECONDS = 2.0
# Before a worker that died is replaced; doubled from one that died soon to the next.
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 1.0, 60.0
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
    app = create_app(parts)
    try:
        server = create_server(
            app,
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
    Thread(target=follow, args=(app, parts, settings), name="encoder", daemon=True).start()
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
    """Answers the packs' own searches once, so that the first visitor finds model and index loaded.

    While the index or the records are out of reach, it says so once and tries again until they answer.
    """
    said = False
    while True:
        try:
            _search_once(parts)
        except (IndexUnreachableError, RecordsUnreachableError) as error:
            if not said:
                _log.warning("Nothing can be searched yet, which is tried again: %s", error)
                said = True
            time.sleep(AGAIN_SECONDS)
        except (IndexerError, ModelsError) as error:
            _log.warning("Nothing could be searched at the start: %s", error)
            return
        else:
            if said:
                _log.warning("Searches are answered now.")
            return


def follow(app: Flask, parts: Parts, given: Settings) -> None:
    """Takes up an encoder that was taken into use, as soon as it is loaded; until then all goes on as before.

    Args:
        app: The application.
        parts: Those that it works with now.
        given: The settings as they were given.
    """
    said = ""
    while True:
        time.sleep(FOLLOW_SECONDS)
        try:
            kept = encoder_in_use(given, parts.engine)
            if kept == parts.chosen:
                continue
            new = with_encoder(parts, given, kept)
            _search_once(new)
        except (SQLAlchemyError, IndexerError, ModelsError, OSError) as error:
            if str(error) != said:
                _log.warning("Another encoder cannot be taken up yet, which is tried again: %s", error)
            said = str(error)
            continue
        parts, said = new, ""
        exchange(app, parts)
        _log.warning("Searches use the encoder %s now.", parts.encoder.version)


def _search_once(parts: Parts) -> None:
    for pack in parts.packs.values():
        parts.registry.state(pack.name)  # a product's new model is registered now, and not for the first page
    with parts.engine.connect() as connection:
        if not any(each.chunks for each in totals(connection).values()):
            return  # a model is exported when there is something to search
    for text in [golden.text for pack in parts.packs.values() for golden in pack.golden]:
        parts.searcher.search(SearchRequest(text, facets=False))


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
    keeper = WorkerKeeper(parts)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class WorkerKeeper:
    """Starts a worker, and another one when it has died, ever more slowly if they die at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ending = Event()
        self._child = self._begin()
        self._thread = Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Begins to look after the worker."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the worker, and starts no other."""
        self._ending.set()
        self._thread.join()
        self._child.terminate()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _keep(self) -> None:
        pause, began = FIRST_PAUSE_SECONDS, time.monotonic()
        while not self._ending.wait(pause):
            if self._child.poll() is None:
                pause = FIRST_PAUSE_SECONDS if time.monotonic() - began > LAST_PAUSE_SECONDS else pause
            elif self._is_missed():
                _log.warning(
                    "The worker ended with status %d; another one is started.", self._child.returncode
                )
                self._child, began = self._begin(), time.monotonic()
                pause = min(2 * pause, LAST_PAUSE_SECONDS)

    def _is_missed(self) -> bool:
        """Whether no worker runs, on any machine; one that cannot be asked for is not missed yet."""
        try:
            return holder(self._parts.engine, self._parts.settings.home, WORKER) is None
        except RecordsUnavailableError:
            return False

    @staticmethod
    def _begin() -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-m", "search_app.cli", "worker", "--with-parent"])
