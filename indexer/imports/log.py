"""Which imports there were."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from indexer.errors import ImportingError
from indexer.records import schema

PSEUDONYM = "import:"
"""Stands before the name that speaks for what was imported."""

_imports, _decisions, _grades = schema.imports, schema.decisions, schema.imported_grades
_NAME = 24


@dataclass(frozen=True, slots=True)
class Import:
    """One import.

    Attributes:
        finished_at: None while it is under way, or was cut short; the same command goes on.
        undone_at: None unless it was taken back.
        rows: Decisions or judgements that came with it.
    """

    id: str
    kind: str
    collection: str
    by: str
    file: str
    digest: str
    created_at: str
    finished_at: str | None
    undone_at: str | None
    rows: int


def imports(connection: Connection) -> list[Import]:
    """Returns all imports, the newest first."""
    rows = connection.execute(select(_imports).order_by(_imports.c.created_at.desc(), _imports.c.id)).all()
    return [Import(**row._mapping, rows=_count(connection, row.id, row.digest)) for row in rows]


def find(connection: Connection, id_: str) -> Import:
    """Returns an import. Raises ImportingError, which names those there are."""
    every = imports(connection)
    for each in every:
        if each.id == id_:
            return each
    known = ", ".join(each.id for each in every[:5]) or "none"
    raise ImportingError(f"There is no import {id_[:80]!r}; there are {known}")


def begin(
    connection: Connection,
    kind: str,
    digest: str,
    *,
    by: str,
    file: str,
    collection: str,
    now: str,
) -> str:
    """Notes an import and returns its id; the same one again goes on, unless it was taken back.

    Args:
        connection: To the records.
        kind: labels or judgements.
        digest: SHA-256 of what it is made of.
        by: Who speaks.
        file: Its name.
        collection: Whose documents it is about.
        now: The present moment.
    """
    for number in range(1, 1000):
        id_ = f"{kind[0]}-{digest[:12]}" + (f"-{number}" if number > 1 else "")
        row = connection.execute(select(_imports.c.undone_at).where(_imports.c.id == id_)).first()
        if row is None:
            values = {"id": id_, "kind": kind, "collection": collection, "by": by, "file": file}
            connection.execute(insert(_imports).values(**values, digest=digest, created_at=now))
        if row is None or row.undone_at is None:
            return id_
    raise ImportingError(f"{file} was imported and taken back 999 times")


def note(connection: Connection, id_: str, **values: object) -> None:
    """Writes some columns of an import."""
    connection.execute(update(_imports).where(_imports.c.id == id_).values(**values))


def _count(connection: Connection, id_: str, digest: str) -> int:
    own = _decisions.c.act.startswith(f"{id_}:", autoescape=True) & _decisions.c.applies.is_not(None)
    decided = select(func.count()).select_from(_decisions).where(own)
    judged = select(func.count()).select_from(_grades).where(_grades.c.digest == digest)
    return connection.execute(decided).scalar_one() + connection.execute(judged).scalar_one()
