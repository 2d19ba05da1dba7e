"""Settings of OpenSearch: all of them reach the connection, and contradictions are refused by name."""

from pathlib import Path

import pytest

from search_app.errors import SettingsError
from search_app.opensearch import connection_of
from search_app.settings import Settings, load_settings


def test_every_setting_reaches_the_connection() -> None:
    given = {
        "URL": "https://one:9200, https://two:9200",
        "USER": "reader",
        "PASSWORD_FILE": "/secrets/password",
        "CA_FILE": "/tls/ca.pem",
        "CERTIFICATE_FILE": "/tls/client.pem",
        "KEY_FILE": "/tls/client.key",
        "SECONDS": "7.5",
        "RETRIES": "4",
        "CONNECTIONS": "32",
        "PREFIX": "legal",
        "ENGINE": "lucene",
        "SHARDS": "3",
        "REPLICAS": "2",
    }
    found = connection_of(
        load_settings({f"CLAUSEWATCH_OPENSEARCH_{name}": each for name, each in given.items()})
    )
    assert found.hosts == ("https://one:9200", "https://two:9200")
    assert (found.user, found.password_file) == ("reader", Path("/secrets/password"))
    assert found.ca_file == Path("/tls/ca.pem")
    assert (found.certificate_file, found.key_file) == (Path("/tls/client.pem"), Path("/tls/client.key"))
    assert (found.timeout, found.retries, found.pool) == (7.5, 4, 32)
    assert (found.prefix, found.engine, found.shards, found.replicas) == ("legal", "lucene", 3, 2)


def test_a_token_and_a_region_reach_the_connection() -> None:
    assert connection_of(Settings(opensearch_token_file="/token")).token_file == Path("/token")
    signed = connection_of(Settings(opensearch_aws_region="eu-west-1", opensearch_aws_service="aoss"))
    assert (signed.aws_region, signed.aws_service) == ("eu-west-1", "aoss")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"user": "a", "password_file": "b", "token_file": "c"},
            "CLAUSEWATCH_OPENSEARCH_USER and CLAUSEWATCH_OPENSEARCH_TOKEN_FILE are both set",
        ),
        (
            {"token_file": "a", "aws_region": "eu-west-1"},
            "CLAUSEWATCH_OPENSEARCH_TOKEN_FILE and CLAUSEWATCH_OPENSEARCH_AWS_REGION are both set",
        ),
        (
            {"user": "a"},
            "CLAUSEWATCH_OPENSEARCH_USER is set without CLAUSEWATCH_OPENSEARCH_PASSWORD_FILE",
        ),
        (
            {"password_file": "a"},
            "CLAUSEWATCH_OPENSEARCH_PASSWORD_FILE is set without CLAUSEWATCH_OPENSEARCH_USER",
        ),
        (
            {"url": "https://one:9200", "key_file": "a"},
            "CLAUSEWATCH_OPENSEARCH_KEY_FILE is set without CLAUSEWATCH_OPENSEARCH_CERTIFICATE_FILE",
        ),
        (
            {"url": "https://one:9200,http://two:9200", "ca_file": "a"},
            "CLAUSEWATCH_OPENSEARCH_CA_FILE is set, and CLAUSEWATCH_OPENSEARCH_URL has no https://",
        ),
        ({"url": "one:9200"}, "CLAUSEWATCH_OPENSEARCH_URL: 'one:9200' is no address of OpenSearch"),
    ],
)
def test_contradictions_are_refused_by_name(given: dict[str, str], expected: str) -> None:
    settings = Settings(**{f"opensearch_{name}": value for name, value in given.items()})  # type: ignore[arg-type]
    with pytest.raises(SettingsError) as caught:
        connection_of(settings)
    assert str(caught.value).startswith(expected)
