"""The commands with their records in PostgreSQL, each in a process of its own."""

import json
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from search_app.errors import SettingsError
from search_app.settings import Settings, load_settings
from tests.postgres import PASSWORD, PostgresServer
from tests.search_app.commands import SAMPLES, answer, empty_home, ended, run, start

COMMANDS = (["search", "liability"], ["status"], ["watch"], ["worker"], ["rebuild"], ["doctor"])


def test_the_password_is_read_from_its_file_without_the_end_of_the_line(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")
    found = load_settings({"CLAUSEWATCH_DATABASE_PASSWORD_FILE": str(secret)})
    assert found.database_password == PASSWORD
    assert Settings().database_password == ""


def test_a_password_file_that_gives_none_is_named_with_the_reason(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe")
    for path, reason in (
        (empty, "it is empty"),
        (binary, "it is no text"),
        (tmp_path / "none", "No such file"),
    ):
        with pytest.raises(SettingsError, match=reason) as caught:
            _ = Settings(database_password_file=str(path)).database_password
        assert f"CLAUSEWATCH_DATABASE_PASSWORD_FILE='{path}'" in str(caught.value)


def test_settings_do_not_show_the_url() -> None:
    assert "hunter2" not in repr(Settings(database_url="postgresql+psycopg://ann:hunter2@db/risks"))


@pytest.mark.slow
@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_a_server_that_is_down_is_said_in_a_line_without_the_password(
    tmp_path: Path, encoder_cache: Path, own_postgres: PostgresServer, arguments: list[str]
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    own_postgres.stop()
    try:
        done = run(home, *arguments, CLAUSEWATCH_DATABASE_URL=_shown(own_postgres.url))
    finally:
        own_postgres.start()
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert f"The database 'postgres' on 127.0.0.1:{own_postgres.url.port} cannot be reached: " in said
    assert PASSWORD not in said
    assert str(own_postgres.url.render_as_string(hide_password=False)) not in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_worker_that_starts_while_the_server_restarts_tries_again(
    tmp_path: Path, encoder_cache: Path, own_postgres: PostgresServer
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    variables = {"CLAUSEWATCH_DATABASE_URL": _shown(own_postgres.url)}
    own_postgres.stop()
    process = start(home, "worker", **variables)
    try:
        assert process.stderr is not None
        for awaited in ("trying again in 0.5 s", "The worker runs as process"):
            while awaited not in (line := process.stderr.readline()):
                assert line, "the worker ended"
            own_postgres.start()
    finally:
        own_postgres.start()
        ended(process)
    assert process.returncode == 0


@pytest.mark.slow
def test_sample_documents_give_the_same_answers_as_with_sqlite(
    tmp_path: Path, encoder_cache: Path, postgres_url: str
) -> None:
    secret = tmp_path / "secret"
    url = make_url(postgres_url)
    password = str(url.password)
    secret.write_text(password)
    variables = {
        "CLAUSEWATCH_DATABASE_URL": _shown(url._replace(password=None)),
        "CLAUSEWATCH_DATABASE_PASSWORD_FILE": str(secret),
    }
    plain = empty_home(tmp_path / "plain", encoder_cache)
    home = empty_home(tmp_path / "home", encoder_cache)
    said = []
    for arguments in (
        ["ingest", str(SAMPLES), "--json"],
        ["search", "liability cap", "--json"],
        ["search", '"governing law"', "--label", "Governing Law", "--json"],
        ["rebuild"],
        ["search", "who may end the lease early", "--json"],
        ["ingest", str(SAMPLES), "--json"],
    ):
        expected, found = run(plain, *arguments), run(home, *arguments, **variables)
        assert (expected.returncode, found.returncode) == (0, 0), found.stderr
        if "--json" in arguments:
            assert _timeless(found.stdout) == _timeless(expected.stdout)
        said += [found.stdout, found.stderr]
    status = run(home, "status", "--json", **variables)
    assert json.loads(status.stdout)["records"] == "postgresql"
    assert json.loads(status.stdout)["collections"] == answer(plain, "status", "--json")["collections"]
    assert not (home / "records.sqlite").exists()
    doctor = run(home, "doctor", **variables)
    assert doctor.returncode == 0, doctor.stdout
    assert all(password not in text for text in (*said, status.stdout, doctor.stdout, doctor.stderr))


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _timeless(output: str) -> object:
    """Returns an answer without what differs between two runs of the same."""
    found = json.loads(output)
    if isinstance(found, dict):
        return {
            name: value for name, value in found.items() if name not in {"run", "seconds", "milliseconds"}
        }
    return found
