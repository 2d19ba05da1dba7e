"""The connection to OpenSearch that the settings describe; contradictions among them are refused."""

from collections.abc import Iterator
from pathlib import Path

from indexer.index.opensearch import Connection
from search_app.errors import SettingsError
from search_app.settings import PREFIX, Settings

LOGINS = ("opensearch_user", "opensearch_token_file", "opensearch_aws_region")
OF_TLS = ("opensearch_ca_file", "opensearch_certificate_file", "opensearch_key_file")


def connection_of(settings: Settings) -> Connection:
    """Returns where the cluster is and how to log in. Raises SettingsError, which names the settings."""
    hosts = tuple(each.strip() for each in settings.opensearch_url.split(",") if each.strip())
    for problem in _contradictions(settings, hosts):
        raise SettingsError(problem)
    try:
        return Connection(
            hosts,
            user=settings.opensearch_user,
            password_file=_path(settings.opensearch_password_file),
            token_file=_path(settings.opensearch_token_file),
            aws_region=settings.opensearch_aws_region,
            aws_service=settings.opensearch_aws_service,
            ca_file=_path(settings.opensearch_ca_file),
            certificate_file=_path(settings.opensearch_certificate_file),
            key_file=_path(settings.opensearch_key_file),
            timeout=settings.opensearch_seconds,
            retries=settings.opensearch_retries,
            pool=settings.opensearch_connections,
            prefix=settings.opensearch_prefix,
            engine="lucene" if settings.opensearch_engine == "lucene" else "faiss",
            shards=settings.opensearch_shards,
            replicas=settings.opensearch_replicas,
        )
    except ValueError as error:
        raise SettingsError(f"{_variable('opensearch_url')}: {error}") from error


def _contradictions(settings: Settings, hosts: tuple[str, ...]) -> Iterator[str]:
    given = [name for name in LOGINS if getattr(settings, name)]
    if len(given) > 1:
        yield f"{_variable(given[0])} and {_variable(given[1])} are both set: expected one way to log in"
    for name, other in (
        ("opensearch_user", "opensearch_password_file"),
        ("opensearch_password_file", "opensearch_user"),
        ("opensearch_key_file", "opensearch_certificate_file"),
    ):
        if getattr(settings, name) and not getattr(settings, other):
            yield f"{_variable(name)} is set without {_variable(other)}: expected both"
    for name in OF_TLS:
        if getattr(settings, name) and any(host.startswith("http://") for host in hosts):
            yield f"{_variable(name)} is set, and {_variable('opensearch_url')} has no https:// everywhere"


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _path(name: str) -> Path | None:
    return Path(name) if name else None
