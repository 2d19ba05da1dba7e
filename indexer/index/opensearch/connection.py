"""How a cluster is reached, and what is said when it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

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

from indexer.errors import IndexUnavailableError

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
        password_file: File whose first line is the password, read at each connection.
        ca_file: Certificates of the authorities that vouch for the servers; None for the system's.
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
    ca_file: Path | None = None
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

    def client(self) -> OpenSearch:
        """Returns a client; nothing is sent yet. Raises IndexUnavailableError for unreadable files."""
        options: dict[str, Any] = {}
        if self.user:
            options["http_auth"] = (self.user, self._password())
        if self.ca_file is not None:
            if not self.ca_file.is_file():
                raise IndexUnavailableError(f"There is no file of certificates at {self.ca_file}.")
            options["ca_certs"] = str(self.ca_file)
        return OpenSearch(
            list(self.hosts),
            timeout=self.timeout,
            max_retries=self.retries,
            pool_maxsize=self.pool,
            ssl_show_warn=False,
            **options,
        )

    def _password(self) -> str:
        if self.password_file is None:
            raise IndexUnavailableError(f"There is no password file for the user {self.user} of OpenSearch.")
        try:
            lines = self.password_file.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise IndexUnavailableError(
                f"The password file {self.password_file} cannot be read: {error.strerror}."
            ) from error
        return lines[0] if lines else ""


@contextmanager
def translated(connection: Connection) -> Iterator[None]:
    """Turns what the client raises into IndexUnavailableError, which says what to do."""
    try:
        yield
    except ConnectionTimeout as error:
        raise IndexUnavailableError(
            f"OpenSearch at {connection.where} did not answer within {connection.timeout:g} seconds."
        ) from error
    except ConnectionError as error:
        raise IndexUnavailableError(
            f"OpenSearch at {connection.where} cannot be reached. Start it, or correct its address."
        ) from error
    except (AuthenticationException, AuthorizationException) as error:
        raise IndexUnavailableError(
            f"OpenSearch at {connection.where} refuses the user {connection.user or '(none)'}: "
            "check the name, the password file and the roles."
        ) from error
    except NotFoundError as error:
        raise missing(connection) from error
    except TransportError as error:
        raise IndexUnavailableError(
            f"OpenSearch at {connection.where} answered {described(error)}."
        ) from error
    except OpenSearchException as error:
        raise IndexUnavailableError(
            f"OpenSearch at {connection.where} cannot be used: {type(error).__name__}."
        ) from error


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
