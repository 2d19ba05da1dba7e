"""The Tika server that the settings name: what is sent to it, and whether it answers."""

from dataclasses import dataclass

from indexer.extract.formats import tika_formats
from indexer.extract.tika import TikaServer
from search_app.errors import SettingsError
from search_app.settings import Settings


@dataclass(frozen=True, slots=True)
class TikaStatus:
    """What is sent where.

    Attributes:
        url: Of the server; empty where none is set, so that nothing is sent anywhere.
        version: What it answers, "3.3.2"; empty where it does not.
        formats: Short names of the formats that only Tika reads.
    """

    url: str
    version: str
    formats: tuple[str, ...]

    def words(self) -> str:
        """Returns it as one sentence."""
        named = ", ".join(self.formats)
        if not self.url:
            return f"No server is set, nothing is sent; not read: {named}."
        how = f"Tika {self.version}" if self.version else "cannot be reached"
        return f"{self.url} ({how}) is sent: {named}."


def tika_server(settings: Settings) -> TikaServer | None:
    """Returns the server that the settings name, None where they name none.

    Raises:
        SettingsError: URL or time limit cannot be used; the URL is not repeated, it may hold a secret.
    """
    if not settings.tika_url:
        return None
    try:
        server = TikaServer(settings.tika_url.strip().rstrip("/"), settings.tika_seconds)
    except ValueError as error:
        raise SettingsError(f"CLAUSEWATCH_TIKA_URL: {error}") from None
    if settings.tika_seconds >= settings.extract_seconds:
        limit = f"less than CLAUSEWATCH_EXTRACT_SECONDS ({settings.extract_seconds:g})"
        raise SettingsError(f"CLAUSEWATCH_TIKA_SECONDS={settings.tika_seconds:g}: expected {limit}")
    return server


def tika_status(settings: Settings, seconds: float = 3.0) -> TikaStatus:
    """Asks the server, for at most so many seconds; raises as ``tika_server``."""
    server = tika_server(settings)
    if server is None:
        return TikaStatus("", "", tika_formats())
    return TikaStatus(server.url, server.version(seconds), tika_formats())
