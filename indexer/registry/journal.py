"""Model versions and their journal in the records; which version is current is told by the journal alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from indexer.errors import ModelRegistryError
from indexer.records import schema
from indexer.records.write import insert_new
from indexer.registry.cards import card_from_json, card_to_json
from models.classifier.card import ClassifierCard

LEAST_DIGITS = 4
CLASSIFIER = "classifier"
# Kind of the versions that order hits; stands in the journal, too, where classifiers have their pack's name.
RANKER = "ranker"


class Origin(StrEnum):
    """Where a version comes from."""

    STARTER = "starter"  # shipped with the product
    TRAINED = "trained"
    THRESHOLDS = "thresholds"  # of another version, chosen anew
    LEARNED = "learned"  # another version, corrected by people's decisions


class Action(StrEnum):
    """What was done with a version."""

    REGISTER = "register"
    PROMOTE = "promote"
    ROLLBACK = "rollback"
    REFUSE = "refuse"  # the gate did not let it pass


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One model.

    Attributes:
        version: ``classifier:<pack>:<first twelve digits of the digest>``.
        digest: SHA-256 of its file, which lies among the stored files.
        parent: The version that it was made from; None for a first one.
        dataset: The decisions that it learned from; empty for one that learned from none.
        code: The code that made it; empty where that was not kept.
        created_at: When it was registered; UTC ISO 8601.
        card: Its data, thresholds and figures.
    """

    version: str
    pack: str
    digest: str
    origin: Origin
    parent: str | None
    created_at: str
    card: ClassifierCard
    dataset: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal; ``previous`` is the version that was current before."""

    pack: str
    action: Action
    version: str
    previous: str | None
    at: str
    by: str
    reason: str


def promoted(entries: Iterable[Entry]) -> list[Entry]:
    """Returns the promotions that stand, oldest first: the last one's version is current.

    A rollback takes back promotions down to the version that it names.
    """
    stack: list[Entry] = []
    for entry in entries:
        if entry.action is Action.PROMOTE:
            stack.append(entry)
        elif entry.action is Action.ROLLBACK:
            while stack and stack[-1].version != entry.version:
                stack.pop()
            if stack:
                stack[-1] = entry  # labels since the rollback
    return stack


def find_version(versions: Sequence[ModelVersion], text: str) -> ModelVersion:
    """Returns the version of that name, or of the first digits of its file. Raises ModelRegistryError."""
    wanted = text.strip()
    for version in versions:
        if version.version == wanted:
            return version
    digits = wanted.rpartition(":")[2]
    found = [each for each in versions if each.digest.startswith(digits)]
    if len(digits) >= LEAST_DIGITS and len(found) == 1:
        return found[0]
    known = ", ".join(each.version for each in versions[:5]) or "none"
    raise ModelRegistryError(f"There is no model version {text[:80]!r}; there are {known}")


def current_version(connection: Connection, pack: str) -> str | None:
    """Returns the version that was promoted last; None where none was."""
    stack = promoted(read_journal(connection, pack))
    return stack[-1].version if stack else None


def write_version(connection: Connection, version: ModelVersion) -> None:
    """Notes a version; one that is there already stays as it is."""
    row = {
        "version": version.version,
        "kind": CLASSIFIER,
        "pack": version.pack,
        "digest": version.digest,
        "origin": version.origin.value,
        "parent": version.parent,
        "created_at": version.created_at,
        "card": card_to_json(version.card),
        "dataset": version.dataset or None,
        "code": version.code or None,
    }
    insert_new(connection, schema.model_versions, [row])


def write_entry(connection: Connection, entry: Entry) -> None:
    """Adds a line to the journal."""
    row = {
        "pack": entry.pack,
        "action": entry.action.value,
        "version": entry.version,
        "previous": entry.previous,
        "at": entry.at,
        "by": entry.by,
        "reason": entry.reason,
    }
    connection.execute(insert(schema.model_journal), [row])


def read_versions(connection: Connection, pack: str = "") -> list[ModelVersion]:
    """Returns the classifiers of a pack (of all packs), the newest first."""
    table = schema.model_versions
    query = select(table).where(table.c.kind == CLASSIFIER)
    query = query.order_by(table.c.created_at.desc(), table.c.version)
    rows = connection.execute(query.where(table.c.pack == pack) if pack else query)
    return [
        ModelVersion(
            row.version,
            row.pack,
            row.digest,
            Origin(row.origin),
            row.parent,
            row.created_at,
            card_from_json(row.card),
            row.dataset or "",
            row.code or "",
        )
        for row in rows
    ]


def read_journal(connection: Connection, pack: str = "") -> list[Entry]:
    """Returns the journal of a pack (of all packs), the oldest line first."""
    table = schema.model_journal
    query = select(table).order_by(table.c.seq)
    rows = connection.execute(query.where(table.c.pack == pack) if pack else query)
    return [
        Entry(row.pack, Action(row.action), row.version, row.previous, row.at, row.by, row.reason)
        for row in rows
    ]
