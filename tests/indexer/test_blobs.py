"""The stored originals."""

import os
from pathlib import Path

import pytest

from indexer.blobs import BlobStore, file_digest

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # SHA-256 of "hello"


def test_bytes_lie_under_their_hash_and_nothing_else_is_left(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs")
    assert store.put(b"hello") == HELLO
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [
        Path("blobs", "2c", HELLO)
    ]
    assert store.path(HELLO).read_bytes() == b"hello"


def test_a_file_is_stored_under_the_same_hash_as_its_bytes(tmp_path: Path) -> None:
    source = tmp_path / "NDA (final).txt"
    source.write_bytes(b"hello")
    store = BlobStore(tmp_path / "blobs")
    assert store.put_file(source) == HELLO == file_digest(source)
    assert store.has(HELLO)


def test_storing_twice_changes_nothing(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    store.put(b"hello")
    first = store.path(HELLO).stat().st_mtime_ns
    store.put(b"hello")
    assert store.path(HELLO).stat().st_mtime_ns == first


def test_bytes_that_were_discarded_are_gone(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    store.put(b"hello")
    store.discard(HELLO)
    store.discard(HELLO)
    assert not store.has(HELLO)


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    store.put(b"hello")
    old, new = tmp_path / "incoming-old", tmp_path / "incoming-new"
    for path in (old, new):
        path.write_bytes(b"hal")
    os.utime(old, (1, 1))
    store.sweep()
    assert (old.exists(), new.exists(), store.has(HELLO)) == (False, True, True)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", HELLO.upper(), HELLO + "/..", "a" * 63, HELLO + "\n"]
)
def test_a_name_that_is_no_hash_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        BlobStore(tmp_path).path(name)
