"""Reads what a ranker looks at of passages: their texts and vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, bindparam, select

from indexer.records.codec import VECTOR_TYPE
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
    rows = connection.execute(_STORED, {"keys": list(keys), "encoder": encoder}).all()
    found = iter(_unit([vector for _, _, vector in rows if vector is not None]))
    return {key: StoredPassage(text, None if vector is None else next(found)) for key, text, vector in rows}


def _unit(stored: Sequence[bytes]) -> NDArray[np.float32]:
    """Returns stored vectors of one encoder as rows of unit length; all at once, since a search waits."""
    if not stored:
        return np.empty((0, 0), np.float32)
    rows = np.frombuffer(b"".join(stored), VECTOR_TYPE).reshape(len(stored), -1).astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    unit: NDArray[np.float32] = rows / np.maximum(lengths, np.float32(1e-12))
    return unit
