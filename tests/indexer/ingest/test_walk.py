"""Which files are found, and in which order."""

import os
from pathlib import Path

import pytest

from indexer.errors import UnknownPathError
from indexer.ingest.walk import is_temporary, uri_of, walk


def found(*paths: Path, excluded: Path | None = None) -> list[str]:
    return [item.path.name for item in walk(paths, excluded)]


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_files_come_in_order_of_their_names_folder_by_folder(tmp_path: Path) -> None:
    make(tmp_path, "b.txt", "a/z.txt", "a/y.txt", "c.txt")
    assert found(tmp_path) == ["y.txt", "z.txt", "b.txt", "c.txt"]


def test_a_file_that_is_reached_twice_comes_once(tmp_path: Path) -> None:
    make(tmp_path, "a/x.txt")
    assert found(tmp_path / "a" / "x.txt", tmp_path, tmp_path / "a", tmp_path / "a" / ".." / "a") == ["x.txt"]


@pytest.mark.parametrize(
    "name",
    [".hidden", "~$contract.docx", "draft.tmp", "big.pdf.crdownload", "a.swp", "backup~", "Thumbs.db"],
)
def test_hidden_and_unfinished_files_are_passed_over_unless_they_are_named(tmp_path: Path, name: str) -> None:
    make(tmp_path, name)
    assert is_temporary(name)
    assert found(tmp_path) == []
    assert found(tmp_path / name) == [name]


def test_hidden_folders_and_our_own_are_not_entered(tmp_path: Path) -> None:
    make(tmp_path, ".git/a.txt", "var/blobs/b.txt", "c.txt")
    assert found(tmp_path, excluded=tmp_path / "var") == ["c.txt"]
    assert found(tmp_path, excluded=tmp_path / "nowhere") == ["c.txt", "b.txt"]


def test_links_in_a_circle_and_links_to_nowhere_do_no_harm(tmp_path: Path) -> None:
    make(tmp_path, "a/x.txt")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "lost.txt").symlink_to(tmp_path / "nothing.txt")
    assert found(tmp_path) == ["x.txt"]


def test_a_pipe_is_no_file_to_wait_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    make(tmp_path, "x.txt")
    assert found(tmp_path) == ["x.txt"]


def test_deep_folders_are_walked(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(600):
        deep = deep / "a"
    deep.mkdir(parents=True)
    make(deep, "x.txt")
    assert found(tmp_path) == ["x.txt"]


def test_a_path_that_is_not_there_is_told_before_anything_is_done(tmp_path: Path) -> None:
    make(tmp_path, "x.txt")
    with pytest.raises(UnknownPathError, match="nowhere"):
        next(walk([tmp_path, tmp_path / "nowhere"]))
    with pytest.raises(UnknownPathError):
        next(walk([Path("a\0b")]))


def test_a_name_that_is_no_text_still_gives_an_address(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))
    path.write_text("x")
    [item] = walk([tmp_path])
    assert uri_of(item.path) == f"{tmp_path}/\\xff.txt"
