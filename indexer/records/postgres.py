"""What PostgreSQL needs: connections that come back, errors without secrets, texts ordered by their bytes."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, ExceptionContext

from indexer.errors import RecordsUnavailableError, RecordsUnreachableError

DRIVER = "postgresql+psycopg"
INSTALL = "PostgreSQL needs the driver psycopg; run: pip install 'clausewatch[postgres]'"
# A server or a network that is gone is noticed within about a minute, and not after two hours.
_PATIENCE = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def postgres_engine(url: URL) -> Engine:
    """Returns an engine whose reading transactions see one moment, as those of SQLite do.

    Raises:
        RecordsUnavailableError: The URL names another driver, or none is installed.
        ValueError: The URL cannot be meant as it is written.
    """
    if url.drivername not in {"postgresql", DRIVER}:
        raise RecordsUnavailableError(f"The records cannot be opened: expected {DRIVER}://…")
    if url.host and "@" in url.host:
        raise ValueError  # a password with an @ in it that is not written as %40
    options: dict[str, Any] = {key: value for key, value in _PATIENCE.items() if key not in url.query}
    options.setdefault("application_name", "clausewatch")
    try:
        engine = create_engine(
            url.set(drivername=DRIVER),
            connect_args=options,
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
        )
    except ImportError as error:
        raise RecordsUnavailableError(INSTALL) from error
    event.listen(engine, "handle_error", _translate)
    return engine


def place_of(url: URL) -> str:
    """Returns database and host of a URL for people, without user, password and options."""
    port = f":{url.port}" if url.port else ""
    return f"database {url.database or url.username!r} on {url.host or 'this machine'}{port}"


def without_secret(message: str, url: URL) -> str:
    """Returns the first line of a message, and be it certain that the URL's password is not in it."""
    line = message.strip().partition("\n")[0]
    return line.replace(str(url.password), "***") if url.password else line


def check_encoding(connection: Connection) -> None:
    """Raises RecordsUnavailableError for a database that does not hold every letter."""
    found = connection.execute(text("SHOW server_encoding")).scalar_one()
    if found != "UTF8":
        raise RecordsUnavailableError(
            f"The {place_of(connection.engine.url)} has the encoding {found}; make one with UTF8: "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def order_by_bytes(connection: Connection) -> None:
    """Gives every column of texts the collation "C", so that rows come in the order that SQLite gives.

    Run after each migration: new columns have the collation of the database, whichever that is.
    """
    columns = connection.execute(
        text(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS kind "
            "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "JOIN pg_collation k ON k.oid = a.attcollation "
            "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace "
            "AND k.collname = 'default' AND NOT a.attisdropped ORDER BY 1, a.attnum"
        )
    ).all()
    quote = connection.dialect.identifier_preparer.quote
    changes: dict[str, list[str]] = {}
    for table, column, kind in columns:
        changes.setdefault(table, []).append(f'ALTER COLUMN {quote(column)} TYPE {kind} COLLATE "C"')
    for table, parts in changes.items():
        connection.execute(text(f"ALTER TABLE {quote(table)} {', '.join(parts)}"))


def _translate(context: ExceptionContext) -> RecordsUnreachableError | None:
    """Returns an error of ours for a server that cannot be reached or went away; the rest stays as it is."""
    gone = context.is_disconnect or context.connection is None
    if context.is_pre_ping or not gone or context.engine is None:
        return None
    url = context.engine.url
    reason = without_secret(str(context.original_exception), url)
    return RecordsUnreachableError(f"The {place_of(url)} cannot be reached: {reason}")
