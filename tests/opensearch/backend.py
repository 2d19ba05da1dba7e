"""The OpenSearch index as the contract suite takes it: an index of its own for each folder."""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from opensearchpy import OpenSearch

from indexer.index.opensearch import Connection, OpenSearchIndex
from indexer.index.protocol import IndexedChunk

PURGE_SECONDS = 90


class PurgedIndex(OpenSearchIndex):
    """Waits after each change until Lucene has merged deleted chunks away, which BM25 counts until then."""

    def __init__(self, connection: Connection, encoder: str, dimension: int) -> None:
        super().__init__(connection, encoder, dimension)
        self.client = connection.client()
        self.alias = f"{connection.prefix}-chunks"

    def apply(self, upserts: Sequence[IndexedChunk], removed_documents: Sequence[str], position: int) -> None:
        super().apply(upserts, removed_documents, position)
        end = time.monotonic() + PURGE_SECONDS
        while self._deleted() and time.monotonic() < end:
            self.client.indices.flush(index=self.alias)
            self.client.indices.forcemerge(index=self.alias, params={"only_expunge_deletes": "true"})
            self.client.indices.refresh(index=self.alias)
            time.sleep(0.05)

    def _deleted(self) -> int:
        stats = self.client.indices.stats(index=self.alias, metric="docs")
        return stats["_all"]["primaries"]["docs"]["deleted"]


def prefix_of(directory: Path) -> str:
    return "t" + hashlib.sha256(str(directory).encode()).hexdigest()[:16]


def opened(url: str, directory: Path, encoder: str, dimension: int, shards: int = 1) -> PurgedIndex:
    """Opens the index that belongs to a folder."""
    prefix = prefix_of(directory)
    connection = Connection((url,), prefix=prefix, engine="lucene", shards=shards, replicas=0)
    return PurgedIndex(connection, encoder, dimension)


def allow_purging(url: str) -> None:
    """Lets deleted chunks be merged away at once, and so exactly as other segments merge."""
    settings = {
        "index.merge.policy.expunge_deletes_allowed": 0,
        "index.soft_deletes.retention_lease.sync_interval": "50ms",
    }
    body = {"index_patterns": ["t*-chunks-*"], "priority": 500, "template": {"settings": settings}}
    OpenSearch([url]).indices.put_index_template(name="clausewatch-tests", body=body)
