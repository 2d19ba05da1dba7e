"""TLS, certificates and logins, against an endpoint that asks for them before the real server."""

import logging
import re
import traceback
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import IndexUnreachableError
from indexer.index.opensearch import Connection, OpenSearchIndex
from indexer.index.protocol import Filters
from tests.contract.corpus import DIMENSION, corpus
from tests.opensearch.backend import prefix_of
from tests.opensearch.tls import Certificates, Guard, guarded, make_certificates

PASSWORD = "hunter2 geheim:ß"
TOKEN = "ZXlKaGJHY2lPaUpJVXpJMU5pSjk"
BASIC = "Basic " + b64encode(f"reader:{PASSWORD}".encode()).decode()
CHUNKS = corpus(documents=2)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def connection(tmp_path: Path, certificates: Certificates) -> Connection:
    """A login that is let in, without the address yet."""
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    return Connection(
        ("https://localhost",),
        user="reader",
        password_file=tmp_path / "password",
        ca_file=certificates.authority,
        prefix=prefix_of(tmp_path),
        engine="lucene",
        replicas=0,
        retries=0,
    )


def opened(connection: Connection, port: int, host: str = "localhost") -> OpenSearchIndex:
    return OpenSearchIndex(replace(connection, hosts=(f"https://{host}:{port}",)), "encoder-1", DIMENSION)


def refused(index: OpenSearchIndex) -> str:
    """What is said; no secret is in it, nor in the trace that a log would show."""
    with pytest.raises(IndexUnreachableError) as caught:
        index.status()
    trace = "".join(traceback.format_exception(caught.value))
    for secret in (PASSWORD, TOKEN, b64encode(PASSWORD.encode()).decode(), BASIC):
        assert secret not in trace
    return str(caught.value)


def test_an_index_lives_behind_tls_and_a_password(opensearch_url, certificates, connection, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("opensearch").setLevel(logging.DEBUG)
    with guarded(opensearch_url, certificates, Guard({BASIC})) as port:
        index = opened(connection, port)
        index.apply(CHUNKS, [], 3)
        assert index.count(None, Filters()).chunks == len(CHUNKS)
        assert index.status().position == 3
    assert "localhost" in caplog.text
    assert PASSWORD not in caplog.text + repr(connection)
    assert BASIC not in caplog.text


@pytest.mark.parametrize(
    ("line", "header"), [(TOKEN, f"Bearer {TOKEN}"), (f"ApiKey {TOKEN}", f"ApiKey {TOKEN}")]
)
def test_a_token_logs_in_and_is_read_anew_when_it_changes(
    opensearch_url, certificates, connection, tmp_path, line, header
):
    file = tmp_path / "token"
    file.write_text(f"{line}\n")
    guard = Guard({header})
    with guarded(opensearch_url, certificates, guard) as port:
        index = opened(replace(connection, user="", password_file=None, token_file=file), port)
        index.apply(CHUNKS, [], 3)
        guard.authorizations = {"Bearer another"}
        said = refused(index)
        assert "refuses the token: check its file, whether it has expired" in said
        file.write_text("another\n")
        assert index.status().position == 3


def test_a_wrong_password_names_the_user_and_the_file_to_check(opensearch_url, certificates, connection):
    with guarded(opensearch_url, certificates, Guard({"Basic other"})) as port:
        assert "refuses the user reader: check the name, the password file and the roles" in refused(
            opened(connection, port)
        )


def test_a_certificate_of_an_unknown_authority_asks_for_the_ca(opensearch_url, certificates, connection):
    with guarded(opensearch_url, certificates, Guard()) as port:
        for ca_file in (certificates.stranger, None):
            index = opened(replace(connection, ca_file=ca_file), port)
            assert "No known authority vouches for its certificate: name the file of its CA." in refused(
                index
            )


def test_a_certificate_for_another_name_asks_for_that_name(opensearch_url, certificates, connection):
    with guarded(opensearch_url, certificates, Guard()) as port:
        assert "Its certificate is for another name" in refused(opened(connection, port, "127.0.0.1"))


def test_a_missing_or_strange_client_certificate_is_told_from_one_that_is_let_in(
    opensearch_url, certificates, connection
):
    with guarded(opensearch_url, certificates, Guard({BASIC}), ask_for_certificate=True) as port:
        asked = "It asks for a client certificate: name one, with its key."
        assert says(refused(opened(connection, port)), asked)
        own = replace(connection, certificate_file=certificates.client, key_file=certificates.client_key)
        index = opened(own, port)
        index.apply(CHUNKS, [], 3)
        assert index.status().position == 3
        stranger = replace(
            own, certificate_file=certificates.stranger, key_file=certificates.stranger.with_suffix(".key")
        )
        assert says(refused(opened(stranger, port)), "does not trust the client certificate")
        foreign = replace(own, key_file=certificates.stranger.with_suffix(".key"))
        assert "certificate and its key do not belong together" in refused(opened(foreign, port))


def says(refusal, reason):
    """Whether a refusal gives a reason, or what is left to say where the server's was lost in the close."""
    return reason in refusal or "a client certificate that its authority has signed" in refusal


def test_a_server_without_tls_is_told_from_one_that_is_down(opensearch_url, connection):
    port = int(opensearch_url.rpartition(":")[2])
    assert "It does not speak TLS" in refused(opened(connection, port))


@pytest.mark.parametrize("name", ["ca_file", "certificate_file", "password_file", "token_file"])
def test_a_file_that_is_not_there_is_named(connection, tmp_path, name):
    missing = tmp_path / "no such file"
    assert re.search(
        f"{missing}.* cannot be read: No such file",
        refused(opened(replace(connection, **{name: missing}), 9)),
    )


def test_an_empty_password_file_is_named(connection, tmp_path):
    (tmp_path / "password").write_text("\n")
    assert f"password file {tmp_path / 'password'} of OpenSearch is empty" in refused(opened(connection, 9))


def test_requests_are_signed_for_aws(opensearch_url, certificates, connection, monkeypatch):
    pytest.importorskip("botocore", reason="signatures of AWS need botocore: make install")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never-shown-secret")
    guard = Guard()
    with guarded(opensearch_url, certificates, guard) as port:
        index = opened(replace(connection, user="", password_file=None, aws_region="eu-central-1"), port)
        index.apply(CHUNKS, [], 3)
    assert guard.seen
    for headers in guard.seen:
        assert re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-central-1/es/aws4_request, "
            r"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}",
            headers["authorization"],
        )
        assert "never-shown-secret" not in str(headers)


def test_without_credentials_of_aws_it_says_where_they_come_from(connection, monkeypatch, tmp_path):
    pytest.importorskip("botocore", reason="signatures of AWS need botocore: make install")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    index = opened(replace(connection, user="", password_file=None, aws_region="eu-central-1"), 9)
    assert "There are no credentials of AWS" in refused(index)


def test_without_botocore_the_extra_to_install_is_named(connection, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "botocore.session", None)
    index = opened(replace(connection, user="", password_file=None, aws_region="eu-central-1"), 9)
    assert "pip install 'clausewatch[aws]'" in refused(index)
