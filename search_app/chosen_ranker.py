"""Finds the ranker that the settings name."""

from pathlib import Path

from models.adaptation.card import card_of
from models.encoder import bundled
from models.encoder.source import NO_READER, locate
from models.encoder.weights import fingerprint
from models.ranker.file import read_ranker
from models.ranker.linear import LinearRanker
from models.ranker.shipped import shipped_file
from search_app.errors import SettingsError
from search_app.settings import PREFIX, Settings

OFF = "off"


def ranker_of(settings: Settings) -> LinearRanker | None:
    """Returns the ranker that the settings name; None where the order of the fusion stays.

    Raises:
        SettingsError: There is no such file.
        RankerError: The file cannot be used.
    """
    found = ranker_file(settings)
    return read_ranker(*found) if found else None


def ranker_file(settings: Settings) -> tuple[bytes, str] | None:
    """Returns content and name of the file of the ranker that the settings name; None for none.

    The ranker that ships learned from candidates of the bundled encoder, and is used with that and with those
    that were adapted from it.

    Raises:
        SettingsError: There is no such file.
    """
    if settings.ranker == OFF:
        return None
    if settings.ranker:
        return _content(Path(settings.ranker)), Path(settings.ranker).name
    content = shipped_file() if not settings.encoder or _is_bundled(settings) else None
    return (content, "the ranker that ships") if content else None


def _is_bundled(settings: Settings) -> bool:
    """Whether the encoder is the bundled one, or was adapted from it."""
    source = locate(settings.encoder, NO_READER)
    if source.name == bundled.NAME:
        return True
    card = card_of(source)
    return card is not None and fingerprint(locate(""), settings.encoder_folder) in card.parents


def ranker_from(path: Path) -> LinearRanker:
    """Returns the ranker of a file. Raises SettingsError where there is none, and RankerError."""
    return read_ranker(_content(path), path.name)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        variable = f"{PREFIX}RANKER={str(path)!r}"
        raise SettingsError(
            f"{variable}: expected the file of a ranker, or {OFF}: {error.strerror}"
        ) from None
