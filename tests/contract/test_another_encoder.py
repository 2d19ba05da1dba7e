"""A flip to another encoder's generation: who has the old encoder is answered until it changes too."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexUnavailableError
from indexer.index.protocol import ChunkIndex, Filters, IndexedChunk, Retrieval
from tests.contract.conftest import Backend
from tests.contract.corpus import DIMENSION, corpus

OTHER = DIMENSION // 2


def turned(chunks: list[IndexedChunk]) -> list[IndexedChunk]:
    """The same passages as an encoder of half the dimensions sees them: by what the other half held."""
    found = []
    for each in chunks:
        vector = each.vector[OTHER:] + np.float32(0.01)
        found.append(replace(each, vector=vector / np.linalg.norm(vector)))
    return found


def nearest(index: ChunkIndex, vector: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> list[int]:
    found = index.retrieve(Retrieval(None, vector, Filters(), limit=5))
    return [each.key for each in found.nearest]


def test_the_old_encoder_is_answered_as_before_from_the_generation_before(
    fill: Backend, tmp_path: Path
) -> None:
    chunks = corpus()
    old = fill(tmp_path, chunks)
    question, other = chunks[4].vector, turned(chunks)
    before = nearest(old, question)
    assert before[0] == chunks[4].key
    new = fill.open(tmp_path, "encoder-2", OTHER)
    with new.rebuild("encoder-2", OTHER) as builder:
        builder.add(other)
        builder.finish(9)
    assert nearest(new, other[4].vector)[0] == chunks[4].key
    late = fill.open(tmp_path)
    for index in (late, old):
        assert nearest(index, question) == before
        assert index.count(None, Filters()).chunks == len(chunks)
        assert index.vectors([chunks[4].key])[chunks[4].key].shape == (DIMENSION,)
    for write in (
        late.status,
        old.status,
        lambda: old.apply(chunks[:1], [], 10),
    ):
        with pytest.raises(IndexUnavailableError, match="encoder encoder-2"):
            write()
    assert new.status().position == 9


def test_back_again_answers_who_has_either_encoder(fill: Backend, tmp_path: Path) -> None:
    chunks = corpus()
    old = fill(tmp_path, chunks)
    new = fill.open(tmp_path, "encoder-2", OTHER)
    with new.rebuild("encoder-2", OTHER) as builder:
        builder.add(turned(chunks))
        builder.finish(9)
    back = fill.open(tmp_path)
    assert back.rollback().encoder == "encoder-1"
    assert back.status().chunks == len(chunks)
    assert nearest(back, chunks[4].vector)[0] == chunks[4].key
    assert nearest(fill.open(tmp_path, "encoder-2", OTHER), turned(chunks)[4].vector)[0] == chunks[4].key
    assert nearest(old, chunks[4].vector)[0] == chunks[4].key
