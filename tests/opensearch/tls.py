"""A TLS endpoint on loopback before a real server; it asks for a login, and for a certificate if told to."""

import http.client
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

KEY = ("-newkey", "rsa:2048", "-nodes", "-keyout")
HOP_HEADERS = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True)
class Certificates:
    """Files of an authority, of the server, and of a client; and of an authority that signed nothing."""

    authority: Path
    server: Path
    client: Path
    client_key: Path
    stranger: Path


def make_certificates(folder: Path) -> Certificates:
    """Makes them with openssl; the test skips where it is missing."""
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made with openssl: apt-get install openssl")
    for name in ("authority", "stranger"):
        made = ["-x509", "-days", "2", "-out", f"{name}.pem"]
        _openssl(folder, "req", *made, *KEY, f"{name}.key", "-subj", f"/CN={name}")
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    signed = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", "2"]
    for name, extra in (("server", ["-extfile", "names"]), ("client", [])):
        _openssl(folder, "req", *KEY, f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem", *extra)
    server = folder / "server.both"
    server.write_bytes((folder / "server.pem").read_bytes() + (folder / "server.key").read_bytes())
    return Certificates(
        folder / "authority.pem",
        server,
        folder / "client.pem",
        folder / "client.key",
        folder / "stranger.pem",
    )


@dataclass
class Guard:
    """Whom the endpoint lets in, and what it has seen.

    Attributes:
        authorizations: Values of the header that are let in; empty for all.
        seen: The headers of each request.
    """

    authorizations: set[str] = field(default_factory=set)
    seen: list[dict[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    """Lets in who may, and passes the request on to the server behind."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        guard = self.server.guard
        guard.seen.append(headers)
        if guard.authorizations and headers.get("authorization") not in guard.authorizations:
            self._answer(401, {"Content-Type": "text/plain"}, b"Unauthorized")
            return
        kept = {name: value for name, value in headers.items() if name not in HOP_HEADERS}
        connection = http.client.HTTPConnection(self.server.behind, timeout=60)
        connection.request(self.command, self.path, body, kept)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        found = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_HEADERS}
        self._answer(answer.status, found, content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on  # noqa: N815 - named by the library

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    """Speaks TLS in front of the server ``behind``, a host and port."""

    daemon_threads = True

    def __init__(self, behind: str, guard: Guard, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind, self.guard, self.context = behind, guard, context

    def finish_request(self, request: object, client_address: object) -> None:
        """Shakes hands in the request's own thread; who fails is let go."""
        try:
            with self.context.wrap_socket(request, server_side=True) as safe:  # type: ignore[arg-type]
                super().finish_request(safe, client_address)
        except OSError:
            return


@contextmanager
def guarded(
    target: str, certificates: Certificates, guard: Guard, *, ask_for_certificate: bool = False
) -> Iterator[int]:
    """Serves the target behind TLS and a login; gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server)
    if ask_for_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificates.authority)
    server = _Server(urlsplit(target).netloc, guard, context)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
