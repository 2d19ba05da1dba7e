"""What protects the pages: the Host allow-list, CSRF tokens, and the headers of every answer."""

import hmac
import ipaddress
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from flask import Flask, Response, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest, Forbidden

from search_app.clients import client_id

TOKEN_SECONDS = 24 * 3600
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised here, never bound to
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class InvalidTokenError(Forbidden):
    """A form came without the token of its page, or the page stood open for more than a day."""

    description = (
        "This form could not be checked: the page was open for more than a day, or it was sent from "
        "another site. Nothing was changed. Go back, reload the page and send it again."
    )


def secret_key(home: Path) -> bytes:
    """Returns the key that signs tokens; made at the first start, readable by its owner only."""
    path = home / "secret.key"
    home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()


def allowed_hosts(bound: str, public: str = "") -> frozenset[str]:
    """Returns the names under which the pages may be asked for.

    Args:
        bound: The address that the server listens at.
        public: The name under which a proxy offers it; empty for none.

    A page of another site that points its own name at this machine (DNS rebinding) is refused,
    since its name is not among them.
    """
    named = LOOPBACK | ({public.lower()} if public else frozenset())
    if bound not in WILDCARDS:
        return named | {bound.strip("[]").lower()}
    addresses = {
        entry.address.split("%")[0]
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family in (socket.AF_INET, socket.AF_INET6)
    }
    return named | addresses | {socket.gethostname().lower(), socket.getfqdn().lower()}


def host_name(host: str) -> str | None:
    """Returns the name or address in a Host header, without its port; None for a malformed one."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    if parts.username is not None or parts.path or not parts.hostname:
        return None
    try:
        return str(ipaddress.ip_address(parts.hostname))
    except ValueError:
        return parts.hostname


def protect(app: Flask, home: Path, hosts: frozenset[str]) -> None:
    """Installs the checks before every request and the headers after it; ``hosts`` is what it is called."""
    app.secret_key = secret_key(home)
    app.before_request(_host_check(hosts))
    app.before_request(_forgery_check(app))
    app.after_request(_add_headers)
    app.jinja_env.globals["csrf_token"] = lambda: csrf_token(app)


def csrf_token(app: Flask) -> str:
    """Returns the token of this visitor's forms, signed and bound to the client cookie."""
    return _signer(app).dumps(client_id())


def same_origin(origin: str | None, host: str) -> bool:
    """Whether an Origin header names the site that was asked; "null" and none do not."""
    parts = urlsplit(origin or "")
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _signer(app: Flask) -> URLSafeTimedSerializer:
    assert app.secret_key
    return URLSafeTimedSerializer(app.secret_key, salt="form")


def _host_check(names: frozenset[str]) -> Callable[[], None]:
    def check() -> None:
        if host_name(request.host) not in names:
            raise BadRequest("This address is not one of this server's own; open it by the printed address.")

    return check


def _forgery_check(app: Flask) -> Callable[[], None]:
    def check() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return
        origin = request.headers.get("Origin")
        if origin is not None and not same_origin(origin, request.host):
            raise InvalidTokenError
        if request.endpoint == "events.receive":  # a beacon cannot carry a header; its Origin must be ours
            if origin is None:
                raise InvalidTokenError
            return
        token = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
        if not _valid(app, token):
            raise InvalidTokenError

    return check


def _valid(app: Flask, token: str) -> bool:
    try:
        owner = _signer(app).loads(token, max_age=TOKEN_SECONDS)
    except BadData:
        return False
    return isinstance(owner, str) and hmac.compare_digest(owner.encode(), client_id().encode())


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    return response
