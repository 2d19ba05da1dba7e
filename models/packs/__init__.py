"""Packs: a use case as one YAML file of labels, rules, document types and searches."""

import functools
from pathlib import Path

from models.errors import PackError
from models.packs.definition import (
    DocumentType,
    ExampleSearch,
    GoldenPassage,
    GoldenQuery,
    LabelDefinition,
    Pack,
    Rule,
)
from models.packs.golden import read_golden
from models.packs.reading import read_pack

__all__ = [
    "DocumentType",
    "ExampleSearch",
    "GoldenPassage",
    "GoldenQuery",
    "LabelDefinition",
    "Pack",
    "Rule",
    "golden_passages",
    "load_pack",
    "pack_names",
]

_FOLDER = Path(__file__).parent
_FILE = "pack.yaml"
_GOLDEN = "golden.jsonl"


def pack_names() -> tuple[str, ...]:
    """Returns the names of the packs that ship with the product, sorted."""
    return tuple(sorted(path.parent.name for path in _FOLDER.glob(f"*/{_FILE}")))


def load_pack(name_or_path: str) -> Pack:
    """Returns a pack; the same object while its file is unchanged.

    Args:
        name_or_path: A name from ``pack_names()``, or the path of a folder with a pack.yaml or of a
            YAML file; what holds a slash or ends in .yaml or .yml is a path.

    Raises:
        PackError: There is no such pack, or its file is wrong.
    """
    path = _path(name_or_path)
    try:
        status = path.stat()
    except OSError as error:
        known = ", ".join(pack_names())
        raise PackError(f"{name_or_path}: no such pack; there are {known}, or give a path") from error
    return _read(path, status.st_mtime_ns, status.st_size)


def golden_passages(name_or_path: str) -> tuple[GoldenPassage, ...]:
    """Returns the golden set of a pack, in the order of its file; empty where the pack has none.

    It lies beside the pack: golden.jsonl beside pack.yaml, NAME.golden.jsonl beside NAME.yaml.

    Args:
        name_or_path: As for ``load_pack``.

    Raises:
        PackError: There is no such pack, or a line of its golden set is wrong.
    """
    path = _path(name_or_path)
    name = _GOLDEN if path.name == _FILE else f"{path.stem}.{_GOLDEN}"
    return read_golden(path.with_name(name), load_pack(name_or_path))


def _path(name_or_path: str) -> Path:
    if "/" not in name_or_path and "\\" not in name_or_path and not name_or_path.endswith((".yaml", ".yml")):
        return _FOLDER / name_or_path / _FILE
    path = Path(name_or_path)
    return path / _FILE if path.is_dir() else path


@functools.lru_cache(maxsize=32)
def _read(path: Path, modified: int, size: int) -> Pack:  # noqa: ARG001 - a changed file is another key
    return read_pack(path)
