"""What can go wrong with a PostgreSQL server, on a real one."""

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from indexer.errors import RecordsUnavailableError
from indexer.records.database import open_records, writing
from indexer.records.read import collection_names
from tests.postgres import PASSWORD, PostgresServer, new_database

SECRET = "hunter2@secret:word/100%"


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_records(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, and where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_server_that_is_down_is_named_with_its_database_and_without_the_password(closed_port: int) -> None:
    url = URL.create("postgresql+psycopg", "ann", SECRET, "127.0.0.1", closed_port, "risks")
    expected = f"The database 'risks' on 127.0.0.1:{closed_port} cannot be reached: .*refused"
    with pytest.raises(RecordsUnavailableError, match=expected) as caught:
        open_records(url.render_as_string(hide_password=False))
    assert "hunter2" not in str(caught.value)


def test_a_wrong_password_is_refused_without_being_shown(own_postgres: PostgresServer) -> None:
    wrong = own_postgres.url.set(password=SECRET).render_as_string(hide_password=False)
    with pytest.raises(RecordsUnavailableError, match=r"cannot be reached: .*password") as caught:
        open_records(wrong)
    assert "hunter2" not in str(caught.value)


def test_the_password_given_apart_is_used_instead_of_the_one_in_the_url(postgres_url: str) -> None:
    parsed = make_url(postgres_url)
    wrong = parsed.set(password=SECRET).render_as_string(hide_password=False)
    engine = open_records(wrong, str(parsed.password))
    with engine.connect() as connection:
        assert collection_names(connection) == []
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ann:hunter2@secret@127.0.0.1/risks",  # the @ belongs to the password
        "postgresql+psycopg://ann:hunter2:secret/risks",  # the host was forgotten
        "postgresql+psycopg://ann:hunter2@127.0.0.1:port/risks",
        "postgresql+psycopg//ann:hunter2@127.0.0.1/risks",
        "postgres://ann:hunter2@127.0.0.1/risks",
        "postgresql+psycopg://ann:hunter2@127.0.0.1/risks?nosuchoption=hunter2",
    ],
)
def test_a_url_that_is_written_wrongly_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(RecordsUnavailableError) as caught:
        open_records(url)
    seen: BaseException | None = caught.value
    while seen is not None:  # tracebacks in logs show the causes too
        assert "hunter2" not in str(seen)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def test_a_database_that_does_not_exist_is_named(postgres_server: URL) -> None:
    with pytest.raises(RecordsUnavailableError, match=r"database 'nowhere' on .*does not exist"):
        open_records(postgres_server.set(database="nowhere").render_as_string(hide_password=False))


def test_a_user_who_may_make_no_tables_is_told_so(postgres_url: str, postgres_server: URL) -> None:
    engine = open_records(postgres_url)
    with writing(engine) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
    engine.dispose()
    with pytest.raises(RecordsUnavailableError, match=r"The records in the database .* cannot be opened: "):
        open_records(postgres_url)


def test_a_database_that_does_not_hold_every_letter_is_refused(own_postgres: PostgresServer) -> None:
    create = "ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    with (
        new_database(own_postgres.url, create) as url,
        pytest.raises(RecordsUnavailableError, match="has the encoding LATIN1; make one with UTF8"),
    ):
        open_records(url)


def test_connections_are_made_again_after_the_server_was_restarted(own_postgres: PostgresServer) -> None:
    with new_database(own_postgres.url) as url:
        engine = open_records(url)
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO collections VALUES ('contracts', 'contracts', 'now')"))
        own_postgres.restart()
        with engine.connect() as connection:
            assert collection_names(connection) == ["contracts"]
        engine.dispose()


def test_a_transaction_that_a_restart_cut_off_leaves_nothing_and_says_why(
    own_postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupted(engine: Engine) -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO collections VALUES ('contracts', 'contracts', 'now')"))
            own_postgres.restart()
            connection.execute(text("INSERT INTO collections VALUES ('other', 'contracts', 'now')"))

    caplog.set_level(logging.DEBUG)
    with new_database(own_postgres.url) as url:
        engine = open_records(url)
        with pytest.raises(RecordsUnavailableError, match="cannot be reached") as caught:
            interrupted(engine)
        with engine.connect() as connection:
            assert collection_names(connection) == []
        engine.dispose()
    assert PASSWORD not in caplog.text + str(caught.value)


def test_an_error_of_the_statement_itself_stays_what_it_is(engine: Engine) -> None:
    with pytest.raises(SQLAlchemyError, match="nosuchtable"), engine.connect() as connection:
        connection.execute(text("SELECT * FROM nosuchtable"))


def test_an_engine_never_shows_the_password(engine: Engine, tmp_path: Path) -> None:
    shown = json.dumps([str(engine), repr(engine), str(engine.url), repr(engine.url)])
    assert PASSWORD not in shown
