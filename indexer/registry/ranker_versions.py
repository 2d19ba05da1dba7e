"""Versions of rankers in the records."""

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select

from indexer.records import schema
from indexer.records.write import insert_new
from indexer.registry.journal import RANKER, Origin
from models.ranker.card import RankerCard


@dataclass(frozen=True, slots=True)
class RankerVersion:
    """One ranker.

    Attributes:
        version: ``ranker:<first twelve digits of the digest>``.
        digest: SHA-256 of its file, which lies among the stored files.
        parent: The start that it learned from; None where that was none.
        dataset: The clicks that it learned from; empty for a start.
        code: The code that made it; empty for a start.
    """

    version: str
    digest: str
    origin: Origin
    parent: str | None
    created_at: str
    card: RankerCard
    dataset: str = ""
    code: str = ""


def write_ranker_version(connection: Connection, version: RankerVersion) -> None:
    """Notes a version; one that is there already stays as it is."""
    row = {
        "version": version.version,
        "kind": RANKER,
        "pack": RANKER,
        "digest": version.digest,
        "origin": version.origin.value,
        "parent": version.parent,
        "created_at": version.created_at,
        "card": json.dumps(asdict(version.card), separators=(",", ":"), sort_keys=True),
        "dataset": version.dataset or None,
        "code": version.code or None,
    }
    insert_new(connection, schema.model_versions, [row])


def read_rankers(connection: Connection) -> list[RankerVersion]:
    """Returns all versions, the newest first."""
    table = schema.model_versions
    query = select(table).where(table.c.kind == RANKER).order_by(table.c.created_at.desc(), table.c.version)
    return [
        RankerVersion(
            row.version, row.digest, Origin(row.origin), row.parent, row.created_at, _card(row.card),
            row.dataset or "", row.code or "",
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def _card(stored: str) -> RankerCard:
    values = json.loads(stored)
    return RankerCard(**(values | {"queries": tuple(values["queries"])}))
