"""Reads what a ranker looks at of passages: their texts and vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, bindparam, select

from indexer.records.codec import vector_from_bytes
from indexer.records.schema import chunks, vectors


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage; ``vector`` is of unit length, None where the records have none of the encoder in use."""

    text: str
    vector: NDArray[np.float32] | None


_STORED = (
    select(chunks.c.key, chunks.c.text, vectors.c.vector)
    .outerjoin(
        vectors, and_(vectors.c.text_hash == chunks.c.text_hash, vectors.c.encoder == bindparam("encoder"))
    )
    .where(chunks.c.key.in_(bindparam("keys", expanding=True)))
)


def stored_passages(connection: Connection, keys: Sequence[int], encoder: str) -> dict[int, StoredPassage]:
    """Returns the passages with these keys, at most a few hundred; one that is not there is left out."""
    rows = connection.execute(_STORED, {"keys": list(keys), "encoder": encoder})
    return {
        row.key: StoredPassage(row.text, None if row.vector is None else vector_from_bytes(row.vector))
        for row in rows
    }
