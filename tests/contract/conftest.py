"""Each test of the contract runs on every backend, in every way that a backend comes to its content."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from indexer.index.embedded import EmbeddedIndex
from indexer.index.protocol import ChunkIndex, IndexedChunk
from tests.contract.corpus import DIMENSION, corpus
from tests.contract.reference import Reference
from tests.opensearch.backend import opened

Open = Callable[[Path, str, int], ChunkIndex]


@dataclass(frozen=True)
class Backend:
    """A backend and the way in which it comes to its content."""

    opening: Open
    rebuilding: bool

    def __call__(self, directory: Path, chunks: list[IndexedChunk]) -> ChunkIndex:
        """Returns an index of a folder, filled."""
        index = self.open(directory)
        (rebuilt if self.rebuilding else incremental)(index, chunks)
        return index

    def open(self, directory: Path, encoder: str = "encoder-1", dimension: int = DIMENSION) -> ChunkIndex:
        """Returns the index of a folder as another process opens it."""
        return self.opening(directory, encoder, dimension)


def reference_of(index: ChunkIndex, chunks: list[IndexedChunk]) -> Reference:
    """Returns what an index with these chunks must answer."""
    return Reference(chunks, of_all=isinstance(index, EmbeddedIndex))


def rebuilt(index: ChunkIndex, chunks: list[IndexedChunk]) -> None:
    """All at once, into a new generation."""
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(chunks)
        builder.finish(7)


def incremental(index: ChunkIndex, chunks: list[IndexedChunk]) -> None:
    """Document by document, over other documents and other content that had been there before."""
    by_document: dict[str, list[IndexedChunk]] = {}
    for each in chunks:
        by_document.setdefault(each.document, []).append(each)
    others = [replace(each, key=each.key ^ 1, document=f"{each.document}-old") for each in chunks[::3]]
    index.apply(others, [], 1)
    index.apply([replace(each, text="once liability", labels=()) for each in chunks[:25]], [], 2)
    for number, document in enumerate(by_document.values()):
        index.apply(document, [each.document for each in others[: 4 * number]], 3)
    index.apply([], sorted({each.document for each in others}), 7)


EMBEDDED = ("embedded, rebuilt", "embedded, incremental")
BACKENDS = (*EMBEDDED, "opensearch, 1 shard", "opensearch, 1 shard, incremental", "opensearch, 3 shards")


@pytest.fixture(scope="session", params=BACKENDS)
def fill(request: pytest.FixtureRequest) -> Backend:
    return backend(request, request.param)


def backend(request: pytest.FixtureRequest, name: str) -> Backend:
    """Returns a backend by its name; starts a server where it needs one."""
    rebuilding = "incremental" not in name
    if name in EMBEDDED:
        return Backend(EmbeddedIndex, rebuilding)
    url = request.getfixturevalue("opensearch_url")
    shards = 3 if "3 shards" in name else 1
    return Backend(partial(opened, url, shards=shards), rebuilding)


@pytest.fixture(scope="session")
def chunks() -> list[IndexedChunk]:
    return corpus()


@pytest.fixture(scope="session")
def index(fill: Backend, chunks: list[IndexedChunk], tmp_path_factory: pytest.TempPathFactory) -> ChunkIndex:
    """A filled index that the tests only read."""
    return fill(tmp_path_factory.mktemp("index"), chunks)


@pytest.fixture(scope="session")
def reference(index: ChunkIndex, chunks: list[IndexedChunk]) -> Reference:
    return reference_of(index, chunks)
