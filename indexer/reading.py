"""What a worker process does with a file: extract it, and cut its text into passages.

This module lies outside of ``indexer.ingest`` so that worker processes, which start anew and often,
import neither the database nor the rules.
"""

import functools
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.chunk import chunk
from indexer.documents import Chunk, Document
from indexer.extract import extract_path
from indexer.extract.tika import TikaServer
from models.encoder.tokens import TokenCounter

# Half of a surrogate pair cannot be written as UTF-8, and PostgreSQL takes no NUL.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of a file: its text, its passages, and the ``seconds`` that this took."""

    document: Document
    chunks: tuple[Chunk, ...]
    seconds: float = 0.0


def read(path: Path, name: str, *, encoder: str, tika: TikaServer | None = None) -> Extracted:
    """Returns a file's text and its passages, each fitting the window of the encoder of that name.

    ``tika`` reads the formats that we do not.

    Raises:
        ExtractionError: The file gives no text.
    """
    started = time.monotonic()
    document = extract_path(path, name, tika)
    document = replace(document, text=_UNSTORABLE.sub("\ufffd", document.text))
    tokens = _tokens(encoder)
    chunks = chunk(document, tokens.count, tokens.max_tokens)
    return Extracted(document, chunks, time.monotonic() - started)


@functools.lru_cache(maxsize=2)
def _tokens(encoder: str) -> TokenCounter:
    return TokenCounter(encoder)
