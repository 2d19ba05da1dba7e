"""A new generation beside the one that is served: streamed to disk, verified, then pointed to."""

import shutil
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexerError
from indexer.index.embedded.layout import Layout, Manifest, Pointer, SegmentEntry, sync
from indexer.index.embedded.reuse import Reusable
from indexer.index.embedded.schema import HEAP_BYTES, THREADS, new_lexical, to_document
from indexer.index.embedded.segment import Rows, write_segment
from indexer.index.embedded.terms import Postings, joined
from indexer.index.embedded.writer import to_rows
from indexer.index.encoding import payload, print_of
from indexer.index.mapping import chunk_mapping
from indexer.index.protocol import IndexedChunk

LEXICAL = "lexical-1"
SPOOL = "spool.f16"
BATCH = 1_000


class Builder:
    """Fulfils ``GenerationBuilder``. Vectors wait in a file, so that memory does not grow with them.

    ``reused`` are rows of the generation that is served, which are taken over where they are the same.
    """

    def __init__(
        self, layout: Layout, name: str, encoder: str, dimension: int, reused: Reusable | None = None
    ) -> None:
        self.name = name
        self.finished = False
        self._layout = layout
        self._encoder, self._dimension = encoder, dimension
        self._reused = reused
        self._serial = reused.serial if reused else 1
        self._every: list[NDArray[np.int64]] = []
        self._keys: list[NDArray[np.int64]] = []
        self._documents: list[NDArray[np.int64]] = []
        self._postings: list[Postings] = []
        vectors = layout.vectors(name)
        vectors.mkdir(parents=True)
        self._spool = (vectors / SPOOL).open("wb")
        self._lexical = new_lexical(layout.generation(name) / LEXICAL)
        self._writer = self._lexical.writer(HEAP_BYTES, THREADS)

    def add(self, chunks: Iterable[IndexedChunk]) -> None:
        """Adds chunks; each key once. Raises ValueError for a vector of another dimension."""
        for batch in _batches(chunks):
            contents = [payload(each) for each in batch]
            rows = to_rows(self._fresh(batch, contents), self._dimension)
            for chunk, content in zip(batch, contents, strict=True):
                self._writer.add_document(to_document(chunk, content))
            self._every.append(np.array([each.key for each in batch], np.int64))
            self._keys.append(rows.keys)
            self._documents.append(rows.documents)
            self._spool.write(rows.codes.tobytes())
            self._postings.append(rows.postings)

    def finish(self, position: int) -> None:
        """Verifies the counts, then flips the pointer; the old generation is kept as previous.

        Raises:
            IndexerError: A key was added twice, or a part holds another number of chunks.
        """
        self._spool.close()
        keys = np.concatenate([*self._every, np.empty(0, np.int64)])
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._lexical.reload()
        self._verify(keys)
        segments = self._write_vectors()
        manifest = Manifest(
            mapping=chunk_mapping().fingerprint,
            encoder=self._encoder,
            dimension=self._dimension,
            lexical=LEXICAL,
            position=position,
            chunks=len(keys),
            serial=self._serial,
            segments=segments,
        )
        self._layout.write_manifest(self.name, manifest)
        sync(self._layout.generations)
        older = self._layout.pointer_if_readable()
        self._layout.write_pointer(Pointer(self.name, older.generation if older else None))
        self.finished = True

    def discard(self) -> None:
        """Deletes what was built."""
        self._spool.close()
        # Dropping tantivy's writer ends its threads before their files go.
        del self._writer
        shutil.rmtree(self._layout.generation(self.name))

    def _fresh(self, batch: list[IndexedChunk], contents: list[bytes]) -> list[IndexedChunk]:
        """Returns the chunks whose rows are not taken over."""
        if self._reused is None:
            return batch
        taken = self._reused.take(batch, [print_of(each) for each in contents])
        return [each for each, is_taken in zip(batch, taken.tolist(), strict=True) if not is_taken]

    def _verify(self, keys: NDArray[np.int64]) -> None:
        distinct, stored = len(np.unique(keys)), self._lexical.searcher().num_docs
        if distinct != len(keys):
            raise IndexerError(f"{len(keys) - distinct} chunk keys were added twice to {self.name}.")
        if stored != len(keys):
            raise IndexerError(f"Generation {self.name} holds {stored} chunks, expected {len(keys)}.")
        rows = sum(len(each) for each in self._keys) + (self._reused.taken if self._reused else 0)
        if rows != len(keys):
            raise IndexerError(f"Generation {self.name} has {rows} vectors, expected {len(keys)}.")

    def _write_vectors(self) -> tuple[SegmentEntry, ...]:
        directory = self._layout.vectors(self.name)
        spool = directory / SPOOL
        keys = np.concatenate([*self._keys, np.empty(0, np.int64)])
        entries = tuple(self._reused.link(directory)) if self._reused else ()
        if len(keys):
            codes = np.memmap(spool, np.float16, "r", shape=(len(keys), self._dimension))
            rows = Rows(keys, np.concatenate(self._documents), codes, joined(self._postings))
            entries = (*entries, write_segment(directory, f"s{self._serial}", rows))
        spool.unlink()
        sync(directory)
        return entries


def next_generation(layout: Layout) -> str:
    """Returns a name that no generation has had."""
    layout.generations.mkdir(parents=True, exist_ok=True)
    numbers = [int(each.name[1:]) for each in layout.generations.glob("g[0-9]*")]
    return f"g{max(numbers, default=0) + 1:06d}"


def drop_generations(layout: Layout, pointer: Pointer | None) -> None:
    """Deletes generations that are neither served nor previous, those of crashed builds included.

    Readers that have one of them open keep reading: a file lives as long as it is mapped.
    """
    kept = {pointer.generation, pointer.previous} if pointer else set()
    for path in layout.generations.iterdir():
        if path.name not in kept:
            shutil.rmtree(path)


def _batches(chunks: Iterable[IndexedChunk]) -> Iterator[list[IndexedChunk]]:
    remaining = iter(chunks)
    while batch := list(islice(remaining, BATCH)):
        yield batch
