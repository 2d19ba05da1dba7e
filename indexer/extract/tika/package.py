"""The tika package, kept from doing anything but talking to the one server that is named.

Left alone it reads its settings from the environment, logs to a file under /tmp, downloads and starts a
server where none answers, follows proxies and redirects, and accepts any certificate. What is imported
here does none of that.
"""

import importlib
import logging
import os
import time
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import requests

from indexer.errors import ExtractionError
from indexer.extract.limits import MAX_UNPACKED_BYTES

_CONNECT_SECONDS = 5.0
_PIECE = 1 << 16


def _imported() -> ModuleType:
    """Imports the package while its variables are hidden; without a file to log to it opens none."""
    hidden = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("TIKA_")}
    os.environ["TIKA_LOG_FILE"] = ""
    try:
        module = importlib.import_module("tika.tika")
    finally:
        del os.environ["TIKA_LOG_FILE"]
        os.environ.update(hidden)
    vars(module)["TikaClientOnly"] = True
    module.log.setLevel(logging.ERROR)  # every status but 200 is a warning to it; we map them all
    return module


_tika = _imported()


@dataclass(slots=True)
class _Answer:
    """What the package needs of a response; the body is read already, within the limits."""

    status_code: int
    content: bytes
    encoding: str = ""


def call(url: str, service: str, accept: str, content: bytes | None, seconds: float) -> tuple[int, bytes]:
    """Asks a server and returns the HTTP status with the body.

    Args:
        url: Of the server.
        service: Path below it, "/rmeta/xml".
        accept: Media type of the answer.
        content: Sent with PUT; None asks with GET.
        seconds: For the whole answer.

    Raises:
        requests.RequestException: The server did not answer, or not in time (``requests.Timeout``).
        ExtractionError: Too large, when the answer is longer than ``MAX_UNPACKED_BYTES``.
    """
    verb = "get" if content is None else "put"
    until = time.monotonic() + seconds
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no password from the surroundings

        def send(address: str, data: bytes | None, **options: Any) -> _Answer:  # noqa: ANN401 - passed on
            response = session.request(verb, address, data=data, stream=True, **options)
            return _Answer(response.status_code, _body(response, until))

        status, body = _tika.callServer(
            verb,
            url,
            service,
            content,
            {"Accept": accept, "Content-Type": "application/octet-stream"},
            httpVerbs={verb: send},
            rawResponse=True,
            requestOptions={
                "timeout": (min(_CONNECT_SECONDS, seconds), seconds),
                "verify": True,
                "allow_redirects": False,
            },
        )
    return int(status), bytes(body)


def _body(response: requests.Response, until: float) -> bytes:
    body = bytearray()
    for piece in response.iter_content(_PIECE):
        body += piece
        if len(body) > MAX_UNPACKED_BYTES:
            raise ExtractionError("too_large", "The Tika server makes more of the file than can be read.")
        if time.monotonic() > until:
            raise requests.Timeout
    return bytes(body)
