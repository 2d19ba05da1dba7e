"""Finds the files under the given paths."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import UnknownPathError

_TEMPORARY_STARTS = (".", "~$", "~lock.")
_TEMPORARY_ENDS = ("~", ".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp", ".lock")
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or a folder that cannot be opened (then ``problem`` says why)."""

    path: Path
    problem: str = ""


def walk(paths: Sequence[Path], excluded: Path | None = None) -> Iterator[Found]:
    """Yields each file once, in order of the paths given and then of their names.

    Hidden files, lock files and unfinished downloads inside folders are passed over; a file that is
    named itself is taken whatever its name. Links are followed, each folder once.

    Args:
        paths: Files and folders.
        excluded: A folder that is never entered (where our own files lie).

    Raises:
        UnknownPathError: A path does not exist; before anything is yielded.
    """
    roots = [resolved(path) for path in paths]
    entered: set[tuple[int, int]] = set()
    if excluded is not None and excluded.exists():
        entered.add(_identity(excluded.stat()))
    seen: set[Path] = set()
    for root in roots:
        for found in _walk_folder(root, entered) if root.is_dir() else [Found(root)]:
            if found.path not in seen:
                seen.add(found.path)
                yield found


def resolved(path: Path) -> Path:
    """Returns the absolute path. Raises UnknownPathError for one that is not there.

    Links keep their names: a file is known by the path that people see, however it was come upon.
    """
    try:
        absolute = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - pathlib keeps ".." in paths
        absolute.stat()
    except (OSError, RuntimeError, ValueError) as error:
        raise UnknownPathError(f"There is no file or folder {path}") from error
    return absolute


def uri_of(path: Path) -> str:
    """Returns the path as text that a database takes; bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_temporary(name: str) -> bool:
    """Returns whether a file of this name is hidden, a lock, or not completely written."""
    lowered = name.lower()
    return (
        lowered.startswith(_TEMPORARY_STARTS) or lowered.endswith(_TEMPORARY_ENDS) or lowered in _SYSTEM_FILES
    )


def _walk_folder(folder: Path, entered: set[tuple[int, int]]) -> Iterator[Found]:
    try:
        identity = _identity(folder.stat())
        if identity in entered:
            return
        entered.add(identity)
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Found(folder, f"The folder cannot be opened: {error.strerror}.")
        return
    for entry in entries:
        if is_temporary(entry.name):
            continue
        path = folder / entry.name
        if _is_folder(entry):
            yield from _walk_folder(path, entered)
        elif _is_file(entry):
            yield Found(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    # Reading a pipe or a device would wait for ever.
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:  # a link that leads nowhere
        return False


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
