"""How a cluster is reached, and what is said when it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson
from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionError,
    ConnectionTimeout,
    NotFoundError,
    OpenSearchException,
    TransportError,
)
from opensearchpy.serializer import JSONSerializer

from indexer.errors import IndexerError, IndexUnavailableError, IndexUnreachableError
from indexer.index.opensearch.login import Login, by_password, by_signature, by_token
from indexer.index.opensearch.trouble import BLOCKED, advice, blocked, passing

ADVICE = (
    'Run "clausewatch ingest" with your documents, or "clausewatch rebuild" if they were ingested before.'
)
# A reason beyond this length repeats the request.
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the cluster is, how to log in, and how an index is laid out in it.

    Attributes:
        hosts: "https://search.example.com:9200"; without credentials, as they would show in messages.
        user: Name to log in with; empty for none.
        password_file: File whose first line is the password.
        token_file: File whose first line is a token, which takes the place of user and password.
        aws_region: Region of AWS that requests are signed for, in the place of both; empty for none.
        aws_service: What AWS calls the service: es, or aoss for a serverless collection.
        ca_file: Certificates of the authorities that vouch for the servers; None for the system's.
        certificate_file: Certificate that this side shows; None for none.
        key_file: Its private key; None where the certificate's file holds it too.
        timeout: Seconds to wait for an answer.
        retries: How often another host is asked after one did not answer.
        pool: Connections kept open to each host.
        prefix: In front of the names of all indexes and aliases.
        engine: Library that keeps the vectors: faiss, or lucene where the native library is missing.
        shards: Of each new generation.
        replicas: Copies of each shard once a generation is complete.
    """

    hosts: tuple[str, ...]
    user: str = ""
    password_file: Path | None = None
    token_file: Path | None = None
    aws_region: str = ""
    aws_service: str = "es"
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    timeout: float = 30.0
    retries: int = 2
    pool: int = 16
    prefix: str = "clausewatch"
    engine: Literal["faiss", "lucene"] = "faiss"
    shards: int = 1
    replicas: int = 1

    def __post_init__(self) -> None:
        """Raises ValueError for a host that is no URL, or that carries credentials."""
        for host in self.hosts:
            parts = urlsplit(host)
            if parts.username or parts.password:
                raise ValueError(
                    "An address of OpenSearch carries credentials; give a user and a password file instead."
                )
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(
                    f"{host!r} is no address of OpenSearch, as https://search.example.com:9200 is."
                )
        if not self.hosts:
            raise ValueError("No address of OpenSearch is given.")

    @property
    def where(self) -> str:
        """The hosts, for messages."""
        return ", ".join(self.hosts)

    @property
    def who(self) -> str:
        """Whom the cluster lets in or refuses, and what to check then, for messages."""
        if self.token_file is not None:
            return "the token: check its file, whether it has expired, and its roles"
        if self.aws_region:
            return (
                f"the signature for {self.aws_service} in {self.aws_region}: check credentials and policies"
            )
        return f"the user {self.user or '(none)'}: check the name, the password file and the roles"

    def client(self) -> OpenSearch:
        """Returns a client; nothing is sent yet. Raises IndexUnreachableError for unreadable files."""
        files = {
            "ca_certs": self.ca_file,
            "client_cert": self.certificate_file,
            "client_key": self.key_file,
        }
        options: dict[str, Any] = {name: _readable(file) for name, file in files.items() if file is not None}
        return OpenSearch(
            list(self.hosts),
            http_auth=self._login(),
            timeout=self.timeout,
            max_retries=self.retries,
            # A server that hangs is passed over where there is another one.
            retry_on_timeout=len(self.hosts) > 1,
            pool_maxsize=self.pool,
            ssl_show_warn=False,
            serializer=_Json(),
            **options,
        )

    def _login(self) -> Login | None:
        if self.token_file is not None:
            return by_token(self.token_file)
        if self.aws_region:
            return by_signature(self.aws_region, self.aws_service)
        if not self.user:
            return None
        if self.password_file is None:
            raise IndexUnreachableError(f"There is no password file for the user {self.user} of OpenSearch.")
        return by_password(self.user, self.password_file)


class _Json(JSONSerializer):
    """Reads answers several times as quickly."""

    def loads(self, s: str) -> Any:  # noqa: ANN401 - whatever a server answers
        try:
            return orjson.loads(s)
        except orjson.JSONDecodeError:  # half characters, for one
            return super().loads(s)


def _readable(file: Path) -> str:
    try:
        file.open("rb").close()
    except OSError as error:
        raise IndexUnreachableError(
            f"The file of certificates or keys {file} cannot be read: {error.strerror}."
        ) from error
    return str(file)


@contextmanager
def translated(connection: Connection) -> Iterator[None]:
    """Turns what the client raises into IndexUnavailableError, which says what to do."""
    try:
        yield
    except OpenSearchException as error:
        raise _ours(connection, error) from error


def _ours(connection: Connection, error: OpenSearchException) -> IndexerError:
    where = connection.where
    if not isinstance(error, TransportError):
        return IndexUnreachableError(f"OpenSearch at {where} cannot be used: {type(error).__name__}.")
    if isinstance(error.info, IndexerError):  # raised while a request was made
        return error.info
    if isinstance(error, ConnectionTimeout):
        return IndexUnreachableError(
            f"OpenSearch at {where} did not answer within {connection.timeout:g} seconds."
        )
    if isinstance(error, ConnectionError):
        return IndexUnreachableError(f"OpenSearch at {where} cannot be reached. {advice(str(error.info))}")
    if error.error == BLOCKED:
        return IndexUnreachableError(blocked(f"OpenSearch at {where}", described(error)))
    if isinstance(error, AuthenticationException | AuthorizationException):
        return IndexUnreachableError(f"OpenSearch at {where} refuses {connection.who}.")
    if isinstance(error, NotFoundError):
        return missing(connection)
    said = error.info.get("error") if isinstance(error.info, dict) else None
    again = passing(error.status_code, said if isinstance(said, dict) else {})
    kind = IndexUnreachableError if again else IndexUnavailableError
    return kind(f"OpenSearch at {where} answered {described(error)}.")


def missing(connection: Connection) -> IndexUnavailableError:
    """Returns the error for an index that is not there."""
    return IndexUnavailableError(
        f"There is no search index {connection.prefix}-chunks in OpenSearch at {connection.where}: nothing "
        f"was ingested yet, or it was deleted. {ADVICE}"
    )


def described(error: TransportError) -> str:
    """Returns the status and the reason of a refusal."""
    info = error.info
    if not isinstance(info, dict) or not isinstance(info.get("error"), dict):
        return str(error.status_code)
    return f"{error.status_code}: {reason(info['error'])}"


def reason(error: dict[str, Any]) -> str:
    """Returns what an error object of OpenSearch says, and its cause."""
    first = (error.get("root_cause") or [error])[0]
    cause = error.get("caused_by", {}).get("reason")
    said = [f"{first.get('type')}: {first.get('reason')}", *([cause] if cause else [])]
    return "; ".join(each[:LONGEST_REASON] for each in said)
