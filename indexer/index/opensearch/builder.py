"""A new generation beside the one that is served: filled, counted, then pointed to."""

from collections.abc import Iterable, Iterator

import numpy as np
from opensearchpy import OpenSearch

from indexer.errors import IndexerError
from indexer.index.opensearch import bulk
from indexer.index.opensearch.connection import Connection, translated
from indexer.index.opensearch.documents import checked, to_source
from indexer.index.opensearch.generations import Generations
from indexer.index.opensearch.lock import Lease
from indexer.index.opensearch.verify import Sample, check_answers
from indexer.index.protocol import IndexedChunk


class Builder:
    """Fulfils ``GenerationBuilder``.

    Attributes:
        name: Of the generation.
        finished: Whether it is the one that is served.
    """

    def __init__(
        self, client: OpenSearch, connection: Connection, lease: Lease, *, encoder: str, dimension: int
    ) -> None:
        self.finished = False
        self._client, self._connection, self._lease = client, connection, lease
        self._dimension = dimension
        self._generations = Generations(client, connection)
        self._keys: list[int] = []
        self._sample = Sample()
        self.name = self._generations.create(encoder, dimension)
        self._index = self._generations.index(self.name)

    def add(self, chunks: Iterable[IndexedChunk]) -> None:
        """Adds chunks; each key once. Raises ValueError for a vector of another dimension."""
        with translated(self._connection):
            bulk.send(self._client, self._index, self._changes(chunks))

    def finish(self, position: int) -> None:
        """Verifies the counts and a sample of answers, then flips the alias; the old generation is kept.

        The cluster merges the new one afterwards, while it is searched.

        Raises:
            IndexerError: A key was added twice, the cluster holds another number of chunks, or does not
                find one that was added.
        """
        with translated(self._connection):
            self._generations.refresh(self.name)
            self._verify()
            check_answers(self._client, self._index, self._sample)
            settings = {"index": {"number_of_replicas": self._connection.replicas}}
            self._client.indices.put_settings(index=self._index, body=settings)
            self._generations.write_position(self.name, position)
            self._lease.check()
            self._generations.point(self.name, self._generations.pointers().current)
            self._generations.merge(self.name)
        self.finished = True

    def discard(self) -> None:
        """Deletes what was built."""
        self._generations.drop([self.name])

    def _changes(self, chunks: Iterable[IndexedChunk]) -> Iterator[bulk.Change]:
        for chunk in chunks:
            checked(chunk.vector, chunk.key, self._dimension)
            self._keys.append(chunk.key)
            self._sample.offer(chunk)
            yield bulk.put(chunk.key, to_source(chunk))

    def _verify(self) -> None:
        expected = len(self._keys)
        distinct = len(np.unique(np.array(self._keys, np.int64)))
        if distinct != expected:
            raise IndexerError(f"{expected - distinct} chunk keys were added twice to {self.name}.")
        stored = self._generations.chunks(self.name)
        if stored != expected:
            raise IndexerError(f"Generation {self.name} holds {stored} chunks, expected {expected}.")
