"""Which encoder a process uses: the one that its settings name, else the one that was taken into use."""

from dataclasses import replace

from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.encoders import Kept, chosen, unpack
from models.encoder.source import NO_READER
from search_app.settings import Settings

FOLDER = "encoders"


def encoder_in_use(given: Settings, engine: Engine) -> Kept | None:
    """Returns the encoder that was taken into use; None where the settings name one, or none was."""
    if given.encoder:
        return None
    with engine.connect() as connection:
        return chosen(connection)


def settings_with(given: Settings, kept: Kept | None, blobs: BlobStore) -> Settings:
    """Returns settings that name an encoder, unpacked, and its reader; those given where it is None.

    Raises:
        EncoderUnavailableError: Its file is missing or damaged.
    """
    if kept is None:
        return given
    folder, reader = unpack(kept, blobs, given.home / FOLDER)
    return replace(given, encoder=str(folder), reader=str(reader) if reader else NO_READER)
