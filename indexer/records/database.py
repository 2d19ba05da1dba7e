"""Opens the records: connects, brings the tables up to date, and sets what SQLite needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from indexer.errors import RecordsUnavailableError
from indexer.records.postgres import (
    DRIVER,
    check_encoding,
    order_by_bytes,
    place_of,
    postgres_engine,
    without_secret,
)

BUSY_SECONDS = 30
# Any number, the same in every process: PostgreSQL's lock for migrations, for the outbox's order, for that
# of search events, and for that of the journal of models.
MIGRATION_LOCK = 7_203_001
OUTBOX_LOCK = 7_203_002
EVENTS_LOCK = 7_203_003
MODELS_LOCK = 7_203_004
# Pages of the file that are read without copying.
_MAPPED_BYTES = 4 << 30


def open_records(url: str, password: str = "") -> Engine:
    """Opens the records and migrates them to this version's tables.

    Several processes may open the same records at once: one migrates, the others wait.

    Args:
        url: SQLAlchemy URL, e.g. ``sqlite:////srv/clausewatch/records.sqlite`` or
            ``postgresql+psycopg://user@host/database``; the folder of an SQLite file is made.
        password: Stands in for the one in the URL, where it is not empty.

    Raises:
        RecordsUnavailableError: The URL is wrong, the database cannot be reached, is damaged, or was
            made by a newer version. No message has the password in it.
    """
    try:
        parsed = make_url(url)
        if password and parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(password=password)
        engine = _engine(parsed)
    except ValueError:  # its message could quote a part of the password
        raise RecordsUnavailableError(
            f"The records cannot be opened: expected a URL like {DRIVER}://user@host:5432/name; "
            "in a password, % is written as %25, @ as %40, : as %3A, / as %2F"
        ) from None
    except (ArgumentError, NoSuchModuleError, ImportError, OSError) as error:
        raise RecordsUnavailableError(f"The records cannot be opened: {error}") from error
    try:
        _migrate(engine)
    except (DBAPIError, RecordsUnavailableError) as error:
        engine.dispose()
        if isinstance(error, RecordsUnavailableError):
            raise
        reason = without_secret(str(error.orig), parsed)
        raise RecordsUnavailableError(
            f"The records in {_shown(parsed)} cannot be opened: {reason}"
        ) from error
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Opens a transaction that will write, committed at the end.

    SQLite takes the write lock at once: a transaction that reads first and then turns to writing
    would be refused, not made to wait, when another wrote in between. PostgreSQL would refuse it for
    the same reason, unless each statement sees what was committed before it.
    """
    options = (
        {"immediate": True} if engine.dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}
    )
    with engine.execution_options(**options).begin() as connection:
        yield connection


def take_turn(connection: Connection) -> None:
    """Waits until no other transaction changes documents; from here on none does before this one ends.

    What is found out about a document holds until the commit, then, and the numbers of the outbox become
    visible in their order: the applier would pass over a late one.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": OUTBOX_LOCK})


def take_models(connection: Connection) -> None:
    """Waits until no other transaction registers or promotes a model; none does before this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MODELS_LOCK})


def database_time(connection: Connection) -> datetime:
    """Returns the time by the clock of the database, which all machines share."""
    moment: datetime = connection.execute(select(func.now())).scalar_one()
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def revisions() -> tuple[str, ...]:
    """Returns the revisions that this version knows, oldest first."""
    names = (entry.name for entry in (_migrations() / "versions").iterdir())
    return tuple(sorted(name[1:5] for name in names if name.startswith("m") and name.endswith(".py")))


def _migrations() -> Path:
    return Path(str(resources.files("indexer.records"))) / "migrations"


def _engine(url: URL) -> Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite(url)
    if backend == "postgresql":
        return postgres_engine(url)
    raise RecordsUnavailableError(f"The records cannot be opened: {backend} is neither sqlite nor {DRIVER}")


def _shown(url: URL) -> str:
    return str(url.database) if url.get_backend_name() == "sqlite" else f"the {place_of(url)}"


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's connection
    # The driver's own handling of transactions is off: it leaves reads outside of them.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"mmap_size = {_MAPPED_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _migrate(engine: Engine) -> None:
    known = revisions()
    with engine.connect() as connection:
        present = _present_revision(connection, known)
    if present == known[-1]:
        return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            check_encoding(connection)
        if _present_revision(connection, known) != known[-1]:
            _upgrade(connection)
            if connection.dialect.name == "postgresql":
                order_by_bytes(connection)


def _present_revision(connection: Connection, known: tuple[str, ...]) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    present: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if present is not None and present not in known:
        raise RecordsUnavailableError(
            f"The records were made by a newer version of Clausewatch (tables {present}, this version "
            f"knows up to {known[-1]}); install that version, or restore a backup made before"
        )
    return present


def _upgrade(connection: Connection) -> None:
    # Imported only when there is something to migrate: it doubles the time to open the records.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
