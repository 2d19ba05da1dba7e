"""Finds the ranker that the settings name."""

from pathlib import Path

from models.encoder import bundled
from models.encoder.source import locate
from models.ranker.file import read_ranker
from models.ranker.linear import LinearRanker
from models.ranker.shipped import shipped_ranker
from search_app.errors import SettingsError
from search_app.settings import PREFIX, Settings

OFF = "off"


def ranker_of(settings: Settings) -> LinearRanker | None:
    """Returns what reranks the hits of a search; None where the order of the fusion stays.

    The ranker that ships learned from candidates of the bundled encoder, and is used with no other.

    Raises:
        SettingsError: There is no such file.
        RankerError: The file cannot be used.
    """
    if settings.ranker == OFF:
        return None
    if settings.ranker:
        return ranker_from(Path(settings.ranker))
    named = settings.encoder and locate(settings.encoder, settings.reader).name != bundled.NAME
    return None if named else shipped_ranker()


def ranker_from(path: Path) -> LinearRanker:
    """Returns the ranker of a file. Raises SettingsError where there is none, and RankerError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        variable = f"{PREFIX}RANKER={str(path)!r}"
        raise SettingsError(
            f"{variable}: expected the file of a ranker, or {OFF}: {error.strerror}"
        ) from None
    return read_ranker(content, path.name)
