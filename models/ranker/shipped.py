"""The ranker that ships with the product."""

from pathlib import Path

from models.ranker.file import read_ranker
from models.ranker.linear import LinearRanker

_FILE = Path(__file__).parent / "rankers" / "contracts.json"


def shipped_ranker() -> LinearRanker | None:
    """Returns it; None where it was left out. Raises RankerError where its file is damaged."""
    content = shipped_file()
    return read_ranker(content, str(_FILE)) if content else None


def shipped_file() -> bytes | None:
    """Returns the content of its file; None where it was left out."""
    return _FILE.read_bytes() if _FILE.is_file() else None
