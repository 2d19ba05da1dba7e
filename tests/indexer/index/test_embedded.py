"""What only the embedded index has: files, which may be missing, damaged, or left over."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import IndexUnavailableError
from indexer.index.embedded import EmbeddedIndex
from indexer.index.protocol import Filters, Retrieval
from indexer.index.query import Word
from tests.contract.corpus import DIMENSION, corpus


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An index of ten chunks in one document."""
    EmbeddedIndex(tmp_path, "encoder-1", DIMENSION).apply(corpus(documents=1), [], 3)
    return tmp_path


def opened(directory):
    return EmbeddedIndex(directory, "encoder-1", DIMENSION)


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        ("CURRENT", b"{"),
        ("CURRENT", b"[]"),
        ("generations/*/manifest.json", b""),
        ("generations/*/manifest.json", b'{"format": 99}'),
        ("generations/*/vectors/*.codes.faiss", b"no index"),
        ("generations/*/vectors/*.keys.npy", b"no array"),
        ("generations/*/lexical-*/meta.json", b"no index"),
    ],
)
def test_a_damaged_file_is_said_with_what_to_do(directory, pattern, content):
    [path] = directory.glob(pattern)
    path.write_bytes(content)
    with pytest.raises(IndexUnavailableError, match="clausewatch rebuild"):
        opened(directory).status()


def test_a_missing_vector_file_is_said_with_what_to_do(directory):
    next(directory.glob("generations/*/vectors/*.codes.faiss")).unlink()
    with pytest.raises(IndexUnavailableError, match=r"damaged.*clausewatch rebuild"):
        opened(directory).status()


def test_an_index_of_another_field_mapping_is_refused(directory):
    [path] = directory.glob("generations/*/manifest.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "mapping": "0123456789abcdef"}))
    with pytest.raises(IndexUnavailableError, match=r"field mapping 0123456789abcdef.*clausewatch rebuild"):
        opened(directory).status()


@pytest.mark.parametrize("name", ["CURRENT", "generations/g000001/manifest.json"])
def test_a_damaged_index_can_be_rebuilt(directory, name):
    (directory / name).write_bytes(b"")
    index = opened(directory)
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(corpus(documents=2))
        builder.finish(5)
    assert index.status().chunks == 20


def test_files_of_older_states_are_deleted_a_minute_later_and_not_before(directory):
    index = opened(directory)
    index.apply([], ["document-0"], 4)
    [vectors] = directory.glob("generations/*/vectors")
    assert {each.name.split(".")[0] for each in vectors.iterdir()} == {"s2"}
    for each in vectors.parent.rglob("*"):
        os.utime(each, (1, 1))
    index.apply([], [], 5)
    assert list(vectors.iterdir()) == []
    assert len(list(vectors.parent.glob("lexical-*"))) == 1


def test_an_older_reader_answers_from_its_state_while_a_writer_deletes_it(directory):
    reader = opened(directory)
    state = reader._present()
    with opened(directory).rebuild("encoder-1", DIMENSION) as builder:
        builder.finish(9)
    with opened(directory).rebuild("encoder-1", DIMENSION) as builder:
        builder.finish(10)
    assert not (directory / "generations" / "g000001").exists()
    request = Retrieval(Word("liability"), corpus(documents=1)[0].vector, Filters())
    assert len(state.retrieve(request).nearest) == 10
    assert reader.retrieve(request).nearest == ()


def test_a_relabelled_generation_shares_the_files_of_its_vectors(directory):
    index = EmbeddedIndex(directory, "encoder-1", DIMENSION)
    before = index.status().generation
    with index.rebuild("encoder-1", DIMENSION, relabelled=True) as builder:
        builder.add([replace(each, labels=()) for each in corpus(documents=1)])
        builder.finish(9)
    after = index.status().generation
    generations = directory / "generations"
    files = {path.name: path.stat().st_ino for path in (generations / after / "vectors").iterdir()}
    assert files
    assert files == {path.name: path.stat().st_ino for path in (generations / before / "vectors").iterdir()}


def test_a_rebuild_that_is_asked_for_takes_nothing_over(directory):
    index = EmbeddedIndex(directory, "encoder-1", DIMENSION)
    before = index.status().generation
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(corpus(documents=1))
        builder.finish(9)
    after = index.status().generation
    inodes = [
        {path.stat().st_ino for path in (directory / "generations" / name / "vectors").iterdir()}
        for name in (before, after)
    ]
    assert not inodes[0] & inodes[1]
