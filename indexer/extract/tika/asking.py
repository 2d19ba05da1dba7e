"""Asks a Tika server, which may be restarting, and says what became of it."""

import re
import time

import requests

from indexer.errors import ExtractionError
from indexer.extract.tika import TikaServer
from indexer.extract.tika.package import call

_ATTEMPTS = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 2.0
_PROBE_SECONDS = 3.0
_TOLD = re.compile(rb"Apache Tika ([\w.-]{1,16})\s*$")
# URLs of servers that this process waited for in vain: a server that is away costs the patience of one file,
# not that of every file of a batch.
_away: set[str] = set()


def put(server: TikaServer, service: str, accept: str, content: bytes, until: float) -> tuple[int, bytes]:
    """Sends a file and returns the status, below 500, with the body.

    A connection that breaks off and a status from 500 on are tried again, since a server that died over
    another file is back within seconds; ``until`` is the end of patience, in seconds of the monotonic clock.

    Raises:
        ExtractionError: Unreachable; timed out; server failed, where it answers but not for this file.
    """
    if server.url in _away and not _answers(server):
        raise unreachable(server)
    trouble = ""
    for _ in range(_ATTEMPTS):
        try:
            status, body = call(server.url, service, accept, content, max(0.1, until - time.monotonic()))
        except requests.ConnectionError:  # no connection in time is one of these
            trouble = "broke off"
        except requests.Timeout as error:
            raise _late(server) from error
        except requests.RequestException:
            trouble = "broke off"
        else:
            if status < 500:
                return status, body
            trouble = f"answered with status {status}"
        if not _back(server, until):
            _away.add(server.url)
            raise unreachable(server)
    raise ExtractionError(
        "server_failed",
        f"The Tika server at {server.url} {trouble} each of {_ATTEMPTS} times that it was sent the file.",
    )


def version(server: TikaServer, seconds: float) -> str:
    """Returns the version of a server, "3.3.2"; empty where none answers within so many seconds."""
    try:
        status, body = call(server.url, "/version", "text/plain", None, seconds)
    except (requests.RequestException, ExtractionError):
        return ""
    told = _TOLD.search(body) if status == 200 else None
    return told[1].decode("ascii") if told else ""


def reader_name(server: TikaServer, until: float) -> str:
    """Returns ``TikaServer.reader_name``, waiting for a server that is away; raises as ``put``."""
    name = server.reader_name()
    if not name and _back(server, until):
        name = server.reader_name()
    if not name:
        raise unreachable(server)
    return name


def unreachable(server: TikaServer) -> ExtractionError:
    """Returns the failure of a file whose server is away, or is no Tika server."""
    return ExtractionError(
        "unreachable",
        f"The Tika server at {server.url} cannot be reached. Start it, or mend CLAUSEWATCH_TIKA_URL, and "
        "ingest again.",
    )


def _late(server: TikaServer) -> ExtractionError:
    """Returns the failure of a file whose answer does not come; its cause may be the file or the server."""
    if not _answers(server):
        _away.add(server.url)
        return unreachable(server)
    return ExtractionError(
        "timed_out",
        f"The Tika server took longer than {server.seconds:g} seconds (CLAUSEWATCH_TIKA_SECONDS).",
    )


def _back(server: TikaServer, until: float) -> bool:
    """Waits until a server answers, at longer and longer intervals; says whether it did in time."""
    pause = _FIRST_PAUSE
    while time.monotonic() + pause < until:
        time.sleep(pause)
        if _answers(server):
            return True
        pause = min(2 * pause, _LONGEST_PAUSE)
    return False


def _answers(server: TikaServer) -> bool:
    answers = bool(version(server, _PROBE_SECONDS))
    if answers:
        _away.discard(server.url)
    return answers
