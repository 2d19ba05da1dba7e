"""Each test of the contract runs on every backend, in every way that a backend comes to its content."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.index.embedded import EmbeddedIndex
from indexer.index.protocol import ChunkIndex, IndexedChunk
from tests.contract.corpus import DIMENSION, corpus
from tests.contract.reference import Reference

Fill = Callable[[Path, list[IndexedChunk]], ChunkIndex]


def rebuilt(directory: Path, chunks: list[IndexedChunk]) -> ChunkIndex:
    """All at once, into a new generation."""
    index = EmbeddedIndex(directory, "encoder-1", DIMENSION)
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(chunks)
        builder.finish(7)
    return index


def incremental(directory: Path, chunks: list[IndexedChunk]) -> ChunkIndex:
    """Document by document, over other documents and other content that had been there before."""
    index = EmbeddedIndex(directory, "encoder-1", DIMENSION)
    by_document: dict[str, list[IndexedChunk]] = {}
    for each in chunks:
        by_document.setdefault(each.document, []).append(each)
    others = [replace(each, key=each.key ^ 1, document=f"{each.document}-old") for each in chunks[::3]]
    index.apply(others, [], 1)
    index.apply([replace(each, text="once liability", labels=()) for each in chunks[:25]], [], 2)
    for number, document in enumerate(by_document.values()):
        index.apply(document, [each.document for each in others[: 4 * number]], 3)
    index.apply([], sorted({each.document for each in others}), 7)
    return index


BACKENDS: dict[str, Fill] = {"embedded, rebuilt": rebuilt, "embedded, incremental": incremental}


@pytest.fixture(scope="session", params=list(BACKENDS))
def fill(request: pytest.FixtureRequest) -> Fill:
    return BACKENDS[request.param]


@pytest.fixture(scope="session")
def chunks() -> list[IndexedChunk]:
    return corpus()


@pytest.fixture(scope="session")
def index(fill: Fill, chunks: list[IndexedChunk], tmp_path_factory: pytest.TempPathFactory) -> ChunkIndex:
    """A filled index that the tests only read."""
    return fill(tmp_path_factory.mktemp("index"), chunks)


@pytest.fixture(scope="session")
def reference(chunks: list[IndexedChunk]) -> Reference:
    return Reference(chunks)
