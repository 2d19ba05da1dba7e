"""Compares two encoders on what is stored: how alike their answers to the packs' own searches are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from indexer.records import schema
from indexer.records.codec import vector_from_bytes
from models.labels import Standing
from models.packs import Pack
from models.protocols import Encoder

DEPTH = 10
_PAGE = 2000
_chunks, _documents, _vectors = schema.chunks, schema.documents, schema.vectors
_predictions = schema.predictions


@dataclass(frozen=True, slots=True)
class Compared:
    """How two encoders answer the packs' own searches, by meaning alone.

    Attributes:
        searches: Their number.
        passages: Those that both have vectors of.
        overlap: Share of the first ten answers that both have.
        old: Share of the old one's first ten that carry the label which the search is for, by the labels in
            force.
        new: The same of the new one.
    """

    searches: int
    passages: int
    overlap: float
    old: float
    new: float


def compare(engine: Engine, old: Encoder, new: Encoder, packs: Mapping[str, Pack]) -> Compared:
    """Asks all passages, by brute force; memory stays flat however many there are."""
    golden = [query for name in sorted(packs) for query in packs[name].golden]
    texts = [query.text for query in golden]
    best = [
        _Best(each.encode(texts)) if texts else _Best(np.zeros((0, 1), np.float32)) for each in (old, new)
    ]
    passages = 0
    for keys, vectors in _pages(engine, old.version, new.version):
        passages += len(keys)
        for one, each in zip(best, vectors, strict=True):
            one.see(keys, each)
    found = [each.keys for each in best]
    carried = _carried(engine, sorted({key for side in found for keys in side for key in keys}))
    shares = [
        _mean([_share(keys, query.label, carried) for keys, query in zip(side, golden, strict=True)])
        for side in found
    ]
    common = [len(set(one) & set(other)) / max(len(one), 1) for one, other in zip(*found, strict=True)]
    return Compared(len(golden), passages, _mean(common), *shares)


class _Best:
    """The nearest passages of each query so far."""

    def __init__(self, queries: NDArray[np.float32]) -> None:
        self._queries = queries
        self._keys = np.empty((len(queries), 0), np.int64)
        self._scores = np.empty((len(queries), 0), np.float32)

    def see(self, keys: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        scores = np.concatenate([self._scores, self._queries @ vectors.T], axis=1)
        every = np.concatenate([self._keys, np.broadcast_to(keys, (len(self._queries), len(keys)))], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
        self._scores = np.take_along_axis(scores, order, 1)
        self._keys = np.take_along_axis(every, order, 1)

    @property
    def keys(self) -> list[list[int]]:
        found: list[list[int]] = self._keys.tolist()
        return found


def _pages(
    engine: Engine, old: str, new: str
) -> Iterator[tuple[NDArray[np.int64], tuple[NDArray[np.float32], NDArray[np.float32]]]]:
    """Yields keys and both encoders' vectors of active passages, in order of their keys."""
    first, second = _vectors.alias(), _vectors.alias()
    query = (
        select(_chunks.c.key, first.c.vector, second.c.vector)
        .join_from(_chunks, _documents)
        .join(first, (first.c.text_hash == _chunks.c.text_hash) & (first.c.encoder == old))
        .join(second, (second.c.text_hash == _chunks.c.text_hash) & (second.c.encoder == new))
        .where(_documents.c.status == "active")
        .order_by(_chunks.c.key)
        .limit(_PAGE)
    )
    last = -1
    while True:
        with engine.connect() as connection:
            rows: Sequence[Any] = connection.execute(query.where(_chunks.c.key > last)).all()
        if not rows:
            return
        both = tuple(np.stack([vector_from_bytes(row[side]) for row in rows]) for side in (1, 2))
        yield np.array([row[0] for row in rows], np.int64), (both[0], both[1])
        last = rows[-1][0]


def _carried(engine: Engine, keys: Sequence[int]) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    with engine.connect() as connection:
        for start in range(0, len(keys), 500):
            query = select(_predictions.c.chunk, _predictions.c.label).where(
                _predictions.c.chunk.in_(keys[start : start + 500]),
                _predictions.c.standing == Standing.SPEAKS.value,
            )
            found.update((row[0], row[1]) for row in connection.execute(query))
    return found


def _share(keys: Sequence[int], label: str, carried: set[tuple[int, str]]) -> float:
    return sum((key, label) in carried for key in keys) / max(len(keys), 1)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
