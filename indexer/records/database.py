"""Opens the records: connects, brings the tables up to date, and sets what SQLite needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from indexer.errors import RecordsUnavailableError

BUSY_SECONDS = 30
# Any number, the same in every process: PostgreSQL's lock for migrations and for the outbox's order.
MIGRATION_LOCK = 7_203_001
OUTBOX_LOCK = 7_203_002
# Pages of the file that are read without copying.
_MAPPED_BYTES = 4 << 30


def open_records(url: str) -> Engine:
    """Opens the records and migrates them to this version's tables.

    Several processes may open the same records at once: one migrates, the others wait.

    Args:
        url: SQLAlchemy URL, e.g. ``sqlite:////srv/clausewatch/records.sqlite``; the folder of an
            SQLite file is made.

    Raises:
        RecordsUnavailableError: The URL is wrong, the database cannot be reached, is damaged, or was
            made by a newer version.
    """
    try:
        parsed = make_url(url)
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else create_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError, OSError) as error:
        raise RecordsUnavailableError(f"The records cannot be opened: {error}") from error
    try:
        _migrate(engine)
    except (DBAPIError, RecordsUnavailableError) as error:
        engine.dispose()
        if isinstance(error, RecordsUnavailableError):
            raise
        shown = parsed.render_as_string(hide_password=True)
        raise RecordsUnavailableError(f"The records at {shown} cannot be opened: {error.orig}") from error
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Opens a transaction that will write, committed at the end.

    SQLite takes the write lock at once: a transaction that reads first and then turns to writing
    would be refused, not made to wait, when another wrote in between.
    """
    with engine.execution_options(immediate=True).begin() as connection:
        yield connection


def revisions() -> tuple[str, ...]:
    """Returns the revisions that this version knows, oldest first."""
    names = (entry.name for entry in (_migrations() / "versions").iterdir())
    return tuple(sorted(name[1:5] for name in names if name.startswith("m") and name.endswith(".py")))


def _migrations() -> Path:
    return Path(str(resources.files("indexer.records"))) / "migrations"


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
        if _present_revision(connection, known) != known[-1]:
            _upgrade(connection)


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
