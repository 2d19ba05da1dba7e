"""The embedded index: what the protocol asks, over states that readers open and one writer makes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexUnavailableError, OtherEncoderError
from indexer.index.embedded.builder import Builder, drop_generations, next_generation
from indexer.index.embedded.layout import FLAT, REBUILD, Layout, Manifest, Pointer
from indexer.index.embedded.lock import writer_lock
from indexer.index.embedded.reuse import Reusable
from indexer.index.embedded.state import State
from indexer.index.embedded.tidy import tidy
from indexer.index.embedded.writer import apply_update, to_update
from indexer.index.mapping import chunk_mapping
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

# A reader may read of files that the writer deletes before they are opened; it looks again.
ATTEMPTS = 5

_Stamp = tuple[tuple[int, int, int], tuple[int, int, int]]


class EmbeddedIndex:
    """Fulfils ``ChunkIndex`` in files under one directory, for many threads and processes.

    Where another encoder's generation was made current, searches are answered from the previous one as long
    as that is of this encoder: a process that has not changed its encoder goes on. What writes is refused.
    """

    def __init__(self, directory: Path, encoder: str, dimension: int) -> None:
        """Opens nothing yet.

        Args:
            directory: Where the index is, or will be.
            encoder: Version of the encoder whose vectors it holds; another one is refused.
            dimension: Length of these vectors.
        """
        self._layout = Layout(directory)
        self._encoder, self._dimension = encoder, dimension
        self._state: State | None = None
        self._stamp: _Stamp | None = None
        self._opening = Lock()

    def retrieve(self, request: Retrieval) -> Candidates:
        """Returns the two lists. Raises IndexUnavailableError."""
        return self._present().retrieve(request)

    def count(
        self,
        lexical: Node | None,
        filters: Filters,
        also: frozenset[int] = frozenset(),
        detail: Detail = Detail.FACETS,
    ) -> Counts:
        """Counts what matches ``lexical`` (None: everything) or is in ``also``, within the filters."""
        return self._present().count(lexical, filters, also, detail)

    def vectors(self, keys: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        """Returns the stored vectors, half precision, of those keys that the index holds."""
        return self._present().vectors.get(keys)

    def apply(self, upserts: Sequence[IndexedChunk], removed_documents: Sequence[str], position: int) -> None:
        """Makes the changes visible at once; an index that is not there yet is begun.

        Raises WriterBusyError; ValueError for a vector of another dimension, before anything changed.
        """
        with writer_lock(self._layout.lock, "applying changes"):
            if not self._layout.current.exists():
                self._begin()
            # An apply that failed half-way has committed words that the opened state does not show.
            self._stamp = None
            present = self._served()
            apply_update(self._layout, present, to_update(upserts, removed_documents), position)
            tidy(self._layout, self._present())

    @contextmanager
    def rebuild(
        self, encoder: str, dimension: int, *, relabelled: bool = False
    ) -> Iterator[GenerationBuilder]:
        """Opens a new generation beside the current one; leaving without ``finish`` discards it."""
        with writer_lock(self._layout.lock, "rebuilding"):
            reused = self._reusable(encoder, dimension) if relabelled else None
            with self._building(encoder, dimension, reused) as builder:
                yield builder
            if builder.finished:
                self._encoder, self._dimension = encoder, dimension
                drop_generations(self._layout, self._layout.read_pointer())

    def rollback(self) -> IndexStatus:
        """Goes back to the previous generation, which becomes current; the other one is kept.

        Its ``position`` is older: what happened since is to be applied again.
        Raises IndexUnavailableError if there is none, or if it was made by another version.
        """
        with writer_lock(self._layout.lock, "rolling back"):
            pointer = self._layout.read_pointer()
            if pointer.previous is None:
                raise IndexUnavailableError(
                    f"The search index {self._layout.root} has no previous generation to go back to."
                )
            self._check(self._layout.read_manifest(pointer.previous))
            self._layout.write_pointer(Pointer(pointer.previous, pointer.generation))
        return self.status()

    def status(self) -> IndexStatus:
        """Says what the index holds. Raises IndexUnavailableError."""
        state = self._served()
        pointer, manifest = state.pointer, state.manifest
        directory = self._layout.generation(pointer.generation)
        largest = max(manifest.segments, key=lambda each: each.rows, default=None)
        return IndexStatus(
            backend="embedded",
            generation=pointer.generation,
            previous=pointer.previous,
            chunks=manifest.chunks,
            position=manifest.position,
            vector_kind=largest.kind if largest else FLAT,
            encoder=manifest.encoder,
            bytes=sum(each.stat().st_size for each in directory.rglob("*") if each.is_file()),
        )

    def _begin(self) -> None:
        with self._building(self._encoder, self._dimension) as builder:
            builder.finish(0)

    def _reusable(self, encoder: str, dimension: int) -> Reusable | None:
        """Returns the rows of the newest state; None where there is none with such vectors."""
        if (encoder, dimension) != (self._encoder, self._dimension):
            return None
        self._stamp = None
        try:
            return Reusable(self._layout, self._served())
        except IndexUnavailableError:
            return None

    @contextmanager
    def _building(self, encoder: str, dimension: int, reused: Reusable | None = None) -> Iterator[Builder]:
        pointer = self._layout.pointer_if_readable()
        name = next_generation(self._layout)
        drop_generations(self._layout, pointer)
        builder = Builder(self._layout, name, encoder, dimension, reused)
        try:
            yield builder
        finally:
            if not builder.finished:
                builder.discard()

    def _served(self) -> State:
        """Returns the newest state of the current generation; raises where that is of another encoder."""
        state = self._present()
        current = self._layout.read_pointer().generation
        if state.pointer.generation != current:
            self._check(self._layout.read_manifest(current))
        return state

    def _present(self) -> State:
        """Returns the newest state; two calls to stat tell whether the opened one still is."""
        state = self._state
        if state is not None and self._stamp == self._read_stamp(state.pointer.generation):
            return state
        for _ in range(ATTEMPTS):
            before = self._newest_stamp()
            try:
                return self._open()
            except IndexUnavailableError:
                if self._newest_stamp() == before:
                    raise
        return self._open()

    def _open(self) -> State:
        with self._opening:
            pointer = self._fitting(self._layout.read_pointer())
            stamp = self._read_stamp(pointer.generation)
            if self._state is not None and self._stamp == stamp:
                return self._state
            manifest = self._layout.read_manifest(pointer.generation)
            self._check(manifest)
            try:
                state = State(self._layout, pointer, manifest, self._state)
            except (OSError, RuntimeError, ValueError) as error:
                raise IndexUnavailableError(
                    f"The search index {self._layout.root} is damaged: {error}. {REBUILD}"
                ) from error
            self._state, self._stamp = state, stamp
            return state

    def _fitting(self, pointer: Pointer) -> Pointer:
        """Returns the pointer, turned round where the previous generation is of this encoder and alone is."""
        if (
            pointer.previous is None
            or self._layout.read_manifest(pointer.generation).encoder == self._encoder
        ):
            return pointer
        try:
            older = self._layout.read_manifest(pointer.previous)
        except IndexUnavailableError:
            return pointer
        fits = older.encoder == self._encoder
        return Pointer(pointer.previous, pointer.generation) if fits else pointer

    def _newest_stamp(self) -> _Stamp | None:
        pointer = self._layout.pointer_if_readable()
        return self._read_stamp(pointer.generation) if pointer else None

    def _check(self, manifest: Manifest) -> None:
        """Refuses an index that this version or this encoder did not make."""
        for what, found, expected in (
            ("field mapping", manifest.mapping, chunk_mapping().fingerprint),
            ("encoder", manifest.encoder, self._encoder),
            ("dimension", manifest.dimension, self._dimension),
        ):
            if found != expected:
                raise (OtherEncoderError if what == "encoder" else IndexUnavailableError)(
                    f"The search index {self._layout.root} was made with the {what} {found}; "
                    f"this version expects {expected}. {REBUILD}"
                )

    def _read_stamp(self, generation: str) -> _Stamp | None:
        try:
            return _stamp(self._layout.current), _stamp(self._layout.manifest(generation))
        except FileNotFoundError:
            return None


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size
