"""Encodes the texts that have no vector yet, in threads beside extraction and writing."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Engine, select

from indexer.records import schema
from indexer.records.codec import vector_to_bytes
from indexer.records.write import insert_new
from models.protocols import Encoder

_PER_STATEMENT = 500


class Encoding:
    """Texts on their way to vectors: a batch in the encoder, the next one waiting.

    Args:
        engine: The records; texts that have a vector there are not encoded again.
        at_once: Batches that the encoder takes side by side.

    Attributes:
        version: Of the encoder.
    """

    def __init__(self, engine: Engine, encoder: Encoder, at_once: int = 1) -> None:
        self._engine = engine
        self._encoder = encoder
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="encode")
        self.at_once = at_once
        self.version = encoder.version
        self._under_way: set[bytes] = set()

    def start(self, texts: Mapping[bytes, str]) -> "Future[list[dict[str, Any]]]":
        """Begins with what is missing of some texts (by hash); the future gives rows for ``vectors``."""
        with self._engine.connect() as connection:
            known = stored_hashes(connection, self._encoder.version, list(texts))
        missing = {
            key: text for key, text in texts.items() if key not in known and key not in self._under_way
        }
        self._under_way |= missing.keys()
        return self._threads.submit(vector_rows, self._encoder, missing)

    def written(self, rows: Collection[Mapping[str, Any]]) -> None:
        """Says that rows are committed, so that their texts will be found in the records."""
        self._under_way -= {row["text_hash"] for row in rows}

    def close(self) -> None:
        """Ends the threads after the batches that they are at; those that wait are dropped."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def vector_rows(encoder: Encoder, texts: Mapping[bytes, str]) -> list[dict[str, Any]]:
    """Encodes texts (by hash) and returns their rows for the table ``vectors``."""
    if not texts:
        return []
    vectors, readings = encoder.read(list(texts.values()))
    return [
        {
            "text_hash": key,
            "encoder": encoder.version,
            "vector": vector_to_bytes(vector),
            "readings": vector_to_bytes(read) if encoder.reads else None,
        }
        for key, vector, read in zip(texts, vectors, readings, strict=True)
    ]


def stored_hashes(connection: Connection, encoder: str, hashes: Sequence[bytes]) -> set[bytes]:
    """Returns those of some hashes of texts that have a vector of an encoder's version."""
    table = schema.vectors
    found: set[bytes] = set()
    for start in range(0, len(hashes), _PER_STATEMENT):
        part = hashes[start : start + _PER_STATEMENT]
        query = select(table.c.text_hash).where(table.c.encoder == encoder, table.c.text_hash.in_(part))
        found.update(connection.scalars(query))
    return found


def stored_readings(connection: Connection, encoder: str, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
    """Returns the readings of an encoder's version, as stored, of those texts that have them, by hash."""
    table = schema.vectors
    found: dict[bytes, bytes] = {}
    for start in range(0, len(hashes), _PER_STATEMENT):
        part = hashes[start : start + _PER_STATEMENT]
        query = select(table.c.text_hash, table.c.readings).where(
            table.c.encoder == encoder, table.c.text_hash.in_(part), table.c.readings.is_not(None)
        )
        found.update((row.text_hash, row.readings) for row in connection.execute(query))
    return found


def store_vectors(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows of the table ``vectors``; those that are there already stay."""
    insert_new(connection, schema.vectors, rows)
