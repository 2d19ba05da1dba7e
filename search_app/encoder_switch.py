"""Takes another encoder into use while searches go on, and goes back."""

from dataclasses import dataclass

from sqlalchemy import Connection

from indexer.encoders import Kept, bring, keep, kept_encoders, note
from indexer.index.protocol import IndexStatus
from indexer.locks import WRITER, held
from indexer.rebuild import Report, encode_missing
from indexer.records.database import writing
from indexer.registry import Action
from models.encoder.source import NO_READER, locate
from search_app.compose import Parts, with_encoder
from search_app.errors import SettingsError
from search_app.settings import PREFIX, Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants what of an encoder.

    Attributes:
        given: The settings as they were given.
        by: Who.
        at: When; UTC ISO 8601.
        reason: Why, for the journal.
    """

    given: Settings
    by: str
    at: str
    reason: str = ""

    def __post_init__(self) -> None:
        """Raises SettingsError where the settings name the encoder, which then nothing else can choose."""
        if self.given.encoder:
            raise SettingsError(
                f"{PREFIX}ENCODER={self.given.encoder!r} decides which encoder is used; unset it everywhere"
            )

    def note(self, connection: Connection, action: Action, kept: Kept | None) -> None:
        """Adds a line to the journal."""
        note(connection, action, kept, at=self.at, by=self.by, reason=self.reason)


def prepare(parts: Parts, folder: str, reader: str, wanted: Wanted, report: Report) -> Parts:
    """Stores an encoder, encodes all passages with it beside, and returns parts that use it.

    Nothing that is in use changes. Killed at any moment it keeps what it did; doing it twice changes nothing.

    Raises:
        EncoderUnavailableError: There is no such model or reader, or they do not fit.
    """
    kept = keep(locate(folder, reader or NO_READER), parts.blobs)
    new = with_encoder(parts, wanted.given, kept)
    _ = new.encoder  # exported, or refused, before anybody reads of it
    with writing(parts.engine) as connection:
        if kept not in kept_encoders(connection):
            wanted.note(connection, Action.REGISTER, kept)
    encode_missing(new.engine, new.encoder, report)
    return new


def take(
    parts: Parts, kept: Kept | None, action: Action, wanted: Wanted, report: Report, *, wait: float
) -> IndexStatus:
    """Makes an encoder the one in use, with its generation; running processes follow by themselves.

    Args:
        parts: Of the encoder in use.
        kept: The other one; None for the product's own.
        action: Promoted, or gone back to.
        wanted: By whom, when and why.
        report: Told passages done, of how many.
        wait: Seconds to wait for another writer to finish.

    Raises:
        EncoderUnavailableError: Its file is missing or damaged.
        WriterBusyError: Another process writes.
        IndexUnavailableError: The index cannot be built; the one in use is still in place.
    """
    new = with_encoder(parts, wanted.given, kept)
    encode_missing(new.engine, new.encoder, report)  # the long part, without the lock
    with held(new.engine, new.settings.home, WRITER, "another encoder", wait):
        status = bring(new.engine, new.index, new.encoder, new.packs, report)
        with writing(new.engine) as connection:
            wanted.note(connection, action, kept)
    return status
