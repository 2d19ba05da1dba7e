"""The OpenSearch index: what the protocol asks, over generations behind an alias."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from time import monotonic
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from opensearchpy import OpenSearch

from indexer.errors import IndexUnavailableError
from indexer.index.opensearch.asking import Answer, Reader, partial
from indexer.index.opensearch.builder import Builder
from indexer.index.opensearch.connection import Connection, missing, translated
from indexer.index.opensearch.counts import count_body, counts, next_page
from indexer.index.opensearch.generations import Generation, Generations
from indexer.index.opensearch.lock import Lease, writer_lock
from indexer.index.opensearch.retrieve import BESIDE, retrieve
from indexer.index.opensearch.schema import VECTOR
from indexer.index.opensearch.writer import advance, apply_update
from indexer.index.protocol import (
    Candidates,
    Counts,
    Detail,
    Filters,
    GenerationBuilder,
    IndexedChunk,
    IndexStatus,
    Retrieval,
)
from indexer.index.query import Node

# A generation that fitted is not asked again for so many seconds; requests go to the alias, so that a new
# generation answers at once.
TRUSTED_SECONDS = 1.0
T = TypeVar("T")


class OpenSearchIndex:
    """Fulfils ``ChunkIndex`` in a cluster, for many threads, processes and machines.

    Where another encoder's generation was made current, searches are answered from the previous one as long
    as that is of this encoder: a process that has not changed its encoder goes on. What writes is refused.
    """

    def __init__(self, connection: Connection, encoder: str, dimension: int) -> None:
        """Connects to nothing yet.

        Args:
            connection: Where the cluster is.
            encoder: Version of the encoder whose vectors it holds; another one is refused.
            dimension: Length of these vectors.
        """
        self._connection = connection
        self._encoder, self._dimension = encoder, dimension
        # The generation that answers, and the alias that it is asked by.
        self._fitting: tuple[Generation, str] | None = None
        self._trusted_until = 0.0

    def retrieve(self, request: Retrieval) -> Candidates:
        """Returns the two lists. Raises IndexUnavailableError."""
        with translated(self._connection):
            found = self._of_present(
                lambda present: retrieve(
                    self._reader, request, shards=present.shards, dimension=self._dimension
                )
            )
            return replace(found, generation=self._generations.name(found.generation))

    def count(
        self,
        lexical: Node | None,
        filters: Filters,
        also: frozenset[int] = frozenset(),
        detail: Detail = Detail.FACETS,
    ) -> Counts:
        """Counts what matches ``lexical`` (None: everything) or is in ``also``, within the filters."""
        with translated(self._connection):
            body = count_body(lexical, filters, also, detail)
            [answer] = self._of_present(lambda _: self._reader.ask([body], 1))
            pages, following = [], next_page(body, answer)
            while following is not None:
                pages += self._reader.ask([following], 1)
                following = next_page(following, pages[-1])
        return counts(answer, pages, detail)

    def vectors(self, keys: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        """Returns the stored vectors of those keys that the index holds."""
        if not keys:
            return {}
        with translated(self._connection):
            found = self._of_present(lambda _: self._stored(keys))
        if any("error" in each for each in found):
            raise partial(self._connection)
        return {
            int(each["_id"]): np.array(each["_source"][VECTOR], np.float32)
            for each in found
            if each.get("found")
        }

    def apply(self, upserts: Sequence[IndexedChunk], removed_documents: Sequence[str], position: int) -> None:
        """Makes the changes visible together; an index that is not there yet is begun.

        Raises WriterBusyError; ValueError for a vector of another dimension, before anything changed.
        """
        with self._writing("applying changes") as lease:
            if self._generations.pointers().current is None:
                self._begin(lease)
            present = self._read_served()
            apply_update(self._client, self._generations, present, upserts, removed_documents)
            advance(self._generations, lease, present.name, position)

    @contextmanager
    def rebuild(
        self,
        encoder: str,
        dimension: int,
        *,
        relabelled: bool = False,  # noqa: ARG002 - Lucene shares nothing between indexes
    ) -> Iterator[GenerationBuilder]:
        """Opens a new generation beside the current one; leaving without ``finish`` discards it."""
        with self._writing("rebuilding") as lease:
            with self._building(lease, encoder, dimension) as builder:
                yield builder
            if builder.finished:
                self._encoder, self._dimension = encoder, dimension
                self._trusted_until = 0.0
                self._drop_others()

    def rollback(self) -> IndexStatus:
        """Goes back to the previous generation, which becomes current; the other one is kept.

        Its ``position`` is older: what happened since is to be applied again.
        Raises IndexUnavailableError if there is none, or if it was made by another version.
        """
        with self._writing("rolling back"):
            pointers = self._generations.pointers()
            if pointers.current is None:
                raise missing(self._connection)
            if pointers.previous is None:
                raise IndexUnavailableError(
                    f"The search index {self._generations.alias} has no previous generation to go back to."
                )
            older = self._generations.made_with(pointers.previous)
            self._generations.check(older, self._encoder, self._dimension)
            self._generations.point(pointers.previous, pointers.current)
        return self.status()

    def status(self) -> IndexStatus:
        """Says what the index holds. Raises IndexUnavailableError."""
        with translated(self._connection):
            present = self._read_served()
            pointers = self._generations.pointers()
            index = self._generations.index(present.name)
            stored = self._client.indices.stats(index=index, metric="store")
            return IndexStatus(
                backend="opensearch",
                generation=present.name,
                previous=pointers.previous,
                chunks=self._generations.chunks(present.name),
                position=self._generations.position(present.name),
                vector_kind=f"HNSW of {present.engine}",
                encoder=present.encoder,
                bytes=int(stored["_all"]["primaries"]["store"]["size_in_bytes"]),
            )

    @cached_property
    def _client(self) -> OpenSearch:
        return self._connection.client()

    @cached_property
    def _generations(self) -> Generations:
        return Generations(self._client, self._connection)

    @property
    def _reader(self) -> Reader:
        return Reader(self._client, self._connection, self._alias)

    @property
    def _alias(self) -> str:
        return self._fitting[1] if self._fitting else self._generations.alias

    def _of_present(self, ask: Callable[[Generation], T]) -> T:
        """Asks something of the generation that answers.

        What it was made with is looked at beside, once a second, and for what has changed it is asked again.
        """
        trusted = self._fitting
        if trusted is None:
            return ask(self._read_present()[0])
        reading = None
        if monotonic() >= self._trusted_until:
            self._trusted_until = monotonic() + TRUSTED_SECONDS
            reading = BESIDE.submit(self._read_present)
        try:
            found = ask(trusted[0])
        except Exception:
            # Where none fits any more this raises, which says more than what was asked.
            present = reading.result() if reading else self._read_present()
            if present == trusted:
                raise
            return ask(present[0])
        present = reading.result() if reading else trusted
        return found if present == trusted else ask(present[0])

    def _stored(self, keys: Sequence[int]) -> list[Answer]:
        found: list[Answer] = self._client.mget(
            index=self._alias,
            body={"ids": sorted({str(key) for key in keys})},
            params={"_source_includes": VECTOR},
        )["docs"]
        return found

    def _read_served(self) -> Generation:
        """Returns the current generation. Raises IndexUnavailableError where it is of another encoder."""
        present = self._generations.current()
        self._generations.check(present, self._encoder, self._dimension)
        return present

    def _read_present(self) -> tuple[Generation, str]:
        """Returns the generation that answers: the current one, or the previous where that alone fits."""
        present, asked = self._generations.current(), self._generations.alias
        if present.encoder != self._encoder:
            older = self._generations.older()
            if older is not None and older.encoder == self._encoder:
                present, asked = older, self._generations.previous
        self._generations.check(present, self._encoder, self._dimension)
        self._fitting, self._trusted_until = (present, asked), monotonic() + TRUSTED_SECONDS
        return present, asked

    @contextmanager
    def _writing(self, purpose: str) -> Iterator[Lease]:
        with translated(self._connection):
            self._generations.ensure_state()
            with writer_lock(self._client, self._generations.state, purpose) as lease:
                yield lease

    @contextmanager
    def _building(self, lease: Lease, encoder: str, dimension: int) -> Iterator[Builder]:
        self._drop_others()
        builder = Builder(self._client, self._connection, lease, encoder=encoder, dimension=dimension)
        try:
            yield builder
        finally:
            if not builder.finished:
                builder.discard()

    def _begin(self, lease: Lease) -> None:
        with self._building(lease, self._encoder, self._dimension) as builder:
            builder.finish(0)

    def _drop_others(self) -> None:
        """Deletes generations that are neither served nor previous, those of crashed builds included."""
        pointers = self._generations.pointers()
        kept = {pointers.current, pointers.previous}
        self._generations.drop([each for each in pointers.every if each not in kept])
