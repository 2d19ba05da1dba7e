"""Who asks: a random client id that survives the visit, a session id that does not, and robots."""

import re
import secrets

from flask import Flask, Response, g, request

CLIENT_COOKIE = "clausewatch_client"
SESSION_COOKIE = "clausewatch_session"
CLIENT_SECONDS = 365 * 24 * 3600
SESSION_SECONDS = 30 * 60
ROBOTS = re.compile(
    r"bot\b|crawl|spider|slurp|archiver|preview|monitor|headlesschrome|python-|curl/|wget/|httpx|go-http|java/",
    re.IGNORECASE,
)
_ID = re.compile(r"[0-9a-f]{32}")


def identify(app: Flask) -> None:
    """Gives every visitor the two ids as cookies; neither says anything about the person."""
    app.before_request(_read)
    app.after_request(_write)


def client_id() -> str:
    """Returns the visitor's pseudonym: 32 random hexadecimal digits."""
    return str(g.client)


def session_id() -> str:
    """Returns the id of this visit; half an hour without a request ends it."""
    return str(g.session)


def is_robot(user_agent: str) -> bool:
    """Whether a User-Agent names a program that nobody reads along with; an empty one does."""
    return not user_agent or bool(ROBOTS.search(user_agent))


def is_person() -> bool:
    """Whether the present request comes from someone reading, not from a robot or a prefetch."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" not in purpose and not is_robot(request.headers.get("User-Agent", ""))


def _read() -> None:
    g.client = _known(CLIENT_COOKIE) or secrets.token_hex(16)
    g.session = _known(SESSION_COOKIE) or secrets.token_hex(16)


def _known(cookie: str) -> str | None:
    value = request.cookies.get(cookie, "")
    return value if _ID.fullmatch(value) else None


def _write(response: Response) -> Response:
    if "client" not in g or request.endpoint in ("static", "status.health", "metrics.show"):
        return response
    for name, value, seconds in (
        (CLIENT_COOKIE, g.client, CLIENT_SECONDS),
        (SESSION_COOKIE, g.session, SESSION_SECONDS),
    ):
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
