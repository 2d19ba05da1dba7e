"""Tika: a server, given by URL, that reads the formats which no reader of ours takes."""

from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["VERSION", "TikaServer"]

VERSION = "1"
"""Changes whenever we make another text of the same answer of the same Tika."""


@dataclass(frozen=True, slots=True)
class TikaServer:
    """Where files are sent that only Tika reads.

    Attributes:
        url: http or https, without credentials, query and slash at the end.
        seconds: After so long the answer for one file is given up, all attempts together.

    Raises:
        ValueError: The URL cannot be used; the message never repeats it, since it may hold a secret.
    """

    url: str
    seconds: float = 45.0

    def __post_init__(self) -> None:
        found = urlsplit(self.url)
        if found.scheme not in {"http", "https"} or not found.hostname:
            raise ValueError("expected a URL like http://127.0.0.1:9998")
        if "@" in found.netloc:
            raise ValueError("expected a URL without user and password")
        if found.query or found.fragment or self.url.endswith("/"):
            raise ValueError("expected a URL that ends with the host, the port or a path")
        try:
            usable = found.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("expected a port from 1 to 65535")

    def version(self, seconds: float = 3.0) -> str:
        """Returns what the server says of itself, "3.3.2"; empty where none answers in so many seconds."""
        from indexer.extract.tika.asking import version  # noqa: PLC0415 - most processes never ask

        return version(self, seconds)

    def reader_name(self) -> str:
        """Returns what is noted on the documents that it reads, "tika1-3.3.2"; empty where none answers."""
        version = self.version()
        return f"tika{VERSION}-{version}" if version else ""
