"""How a request says who asks: a password, a token, or a signature of AWS."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opensearchpy import Urllib3AWSV4SignerAuth

from indexer.errors import IndexUnreachableError

BEARER = "Bearer"
# Gives the headers of a request, from its method, address and body.
Login = Callable[[str, str, Any], dict[str, str]]


def by_password(user: str, password_file: Path) -> Login:
    """Logs in with a name and the first line of a file, which is read anew for each request."""

    def headers(_method: str, _url: str, _body: object) -> dict[str, str]:
        secret = f"{user}:{_first_line(password_file, 'password')}"
        return {"authorization": f"Basic {b64encode(secret.encode()).decode()}"}

    return headers


def by_token(token_file: Path) -> Login:
    """Logs in with the first line of a file, which is read anew for each request.

    A line of two words names the scheme first ("ApiKey dGVzdA=="); a token alone is a bearer token.
    """

    def headers(_method: str, _url: str, _body: object) -> dict[str, str]:
        scheme, _, token = _first_line(token_file, "token").strip().rpartition(" ")
        return {"authorization": f"{scheme or BEARER} {token}"}

    return headers


def by_signature(region: str, service: str) -> Login:
    """Signs each request for AWS with the credentials that its other tools find too (Signature Version 4).

    Raises:
        IndexUnreachableError: botocore is not installed, or finds no credentials.
    """
    try:
        from botocore.session import Session  # noqa: PLC0415 - an extra, which few need
    except ImportError as error:
        raise IndexUnreachableError(
            "Requests to OpenSearch of AWS are signed with botocore; run: pip install 'clausewatch[aws]'"
        ) from error
    credentials = Session().get_credentials()
    if credentials is None:
        raise IndexUnreachableError(
            "There are no credentials of AWS to sign requests to OpenSearch with: give the machine a role, "
            "or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    signer: Login = Urllib3AWSV4SignerAuth(credentials, region, service)
    return signer


def _first_line(file: Path, what: str) -> str:
    """Returns a secret. Raises IndexUnreachableError, which does not show it."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
        raise IndexUnreachableError(
            f"The {what} file {file} of OpenSearch cannot be read: {reason}."
        ) from None
    if not lines or not lines[0].strip():
        raise IndexUnreachableError(f"The {what} file {file} of OpenSearch is empty.")
    return lines[0]
