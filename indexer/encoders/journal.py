"""Encoders in the journal of models: which were prepared, which one is in use, and which was before."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection

from indexer.errors import ModelRegistryError
from indexer.registry.journal import LEAST_DIGITS, Action, Entry, promoted, read_journal, write_entry

# Where the name of a pack stands in lines on classifiers; no pack has such a name.
_PLACE = "(encoder)"
# In place of a version: the encoder of the product, or of the settings.
OURS = "the product's own"
_KIND, _DIGITS = "encoder", 12


@dataclass(frozen=True, slots=True)
class Kept:
    """An encoder among the stored files.

    Attributes:
        name: Short name, as in the versions of its vectors.
        digest: SHA-256 of the stored file.
    """

    name: str
    digest: str

    @property
    def version(self) -> str:
        """Its name in the journal, at most 96 characters."""
        return f"{_KIND}:{self.name}:{self.digest}"

    @property
    def short(self) -> str:
        """Its name for people."""
        return f"{self.name}:{self.digest[:_DIGITS]}"

    @classmethod
    def of(cls, version: str) -> Self | None:
        """Returns what a line of the journal names; None for the product's own."""
        if version == OURS:
            return None
        _, name, digest = version.split(":")
        return cls(name, digest)


def lines(connection: Connection) -> list[Entry]:
    """Returns the lines on encoders, the oldest first."""
    return read_journal(connection, _PLACE)


def chosen(connection: Connection) -> Kept | None:
    """Returns the encoder in use; None for the product's own."""
    stack = promoted(lines(connection))
    return Kept.of(stack[-1].version) if stack else None


def previous(connection: Connection) -> Kept | None:
    """Returns the encoder that was in use before the present one; None for the product's own.

    Raises:
        ModelRegistryError: Another encoder was never used.
    """
    stack = promoted(lines(connection))
    if not stack:
        raise ModelRegistryError("No other encoder was used before; there is nothing to go back to")
    return Kept.of(stack[-2].version) if len(stack) > 1 else None


def kept_encoders(connection: Connection) -> list[Kept]:
    """Returns the encoders that were prepared, the oldest first."""
    found = (Kept.of(each.version) for each in lines(connection) if each.action is Action.REGISTER)
    return list(dict.fromkeys(each for each in found if each))


def find(connection: Connection, text: str) -> Kept:
    """Returns the prepared encoder of that name, or of the first digits of its file.

    Raises:
        ModelRegistryError: There is none, or there are several.
    """
    known = kept_encoders(connection)
    name, _, digits = text.strip().rpartition(":")
    found = [
        each
        for each in known
        if each.name == text.strip()
        or (len(digits) >= LEAST_DIGITS and each.digest.startswith(digits) and name in {"", each.name})
    ]
    if len(found) != 1:
        names = ", ".join(each.short for each in known) or "none; clausewatch encoder prepare FOLDER"
        raise ModelRegistryError(f"{text[:80]!r} names no one of the encoders prepared; there are {names}")
    return found[0]


def note(
    connection: Connection, action: Action, encoder: Kept | None, *, at: str, by: str, reason: str
) -> None:
    """Adds a line.

    Args:
        connection: In a transaction.
        action: Registered, promoted, or gone back to.
        encoder: None for the product's own.
        at: Now; UTC ISO 8601.
        by: Who.
        reason: Why.
    """
    stack = promoted(lines(connection))
    before = stack[-1].version if stack else OURS
    version = encoder.version if encoder else OURS
    write_entry(connection, Entry(_PLACE, action, version, before, at, by, reason))
