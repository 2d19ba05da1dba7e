"""A dataset of clicks: what a ranker learned from, whole and unchangeable, under the hash of its content."""

import json
import zlib
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import Connection

from indexer.blobs import BlobStore
from indexer.learning.snapshot import Dataset
from indexer.ranking.gather import Gathered, Query
from indexer.records import schema
from indexer.records.write import insert_new
from indexer.registry.journal import RANKER

FORMAT = 1
_DIGITS = 9


def rounded(gathered: Gathered) -> Gathered:
    """Returns the same with features as the dataset keeps them, so that it is what was learned from."""
    for each in gathered.queries:
        np.round(each.pooled.values, _DIGITS, out=each.pooled.values)
    return gathered


def material(gathered: Gathered) -> str:
    """Returns the hex SHA-256 of what is learned from, however far the records were looked at."""
    return sha256(_json([_query(each) for each in gathered.queries])).hexdigest()


def keep(connection: Connection, blobs: BlobStore, gathered: Gathered, now: str) -> Dataset:
    """Stores a dataset inside the caller's transaction; one that is there already stays as it is."""
    content = _json(
        {
            "format": FORMAT,
            "upto": {"events": gathered.upto.events, "queries": gathered.upto.queries},
            "left_out": {"clicks of robots": gathered.robots, "queries without candidates": gathered.gone},
            "queries": [_query(each) for each in gathered.queries],
        }
    )
    made = Dataset(
        id=sha256(content).hexdigest(),
        pack=RANKER,
        digest=blobs.put(zlib.compress(content, 9)),
        upto=gathered.upto.events,
        documents=len(gathered.queries),
        decisions=gathered.clicks,
        left_out=gathered.robots,
        created_at=now,
    )
    insert_new(connection, schema.datasets, [{name: getattr(made, name) for name in Dataset.__slots__}])
    return made


def _query(query: Query) -> dict[str, Any]:
    values = query.pooled.values
    return {
        "text": query.text,
        "words": query.asked.words,
        "filters": query.asked.filters,
        "candidates": list(query.pooled.keys),
        "features": [[None if np.isnan(value) else value for value in row] for row in values.tolist()],
        "seen": query.logged.seen.tolist(),
    }


def _json(values: object) -> bytes:
    return json.dumps(
        values, ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True
    ).encode()
