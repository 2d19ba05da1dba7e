"""The models that ship with the product: a pack's labels from the first run."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from models.errors import ClassifierError

_FOLDER = Path(__file__).parent / "starters"


def starter_files(pack_name: str, reader: str = "") -> Iterator[bytes]:
    """Yields the contents of a pack's starter models, the best last; nothing where it has none.

    Args:
        pack_name: Of the pack.
        reader: Version of the reader whose readings there are: beside the model that does without there may
            be one that was trained with them.

    Raises:
        ClassifierError: A file is not the one that was shipped: its hash is another, or none is stated.
    """
    names = [pack_name, f"{pack_name}-{reader}"] if reader else [pack_name]
    for name in names:
        if "/" not in name and (_FOLDER / f"{name}.npz").exists():
            yield _content(name)


def _content(name: str) -> bytes:
    path, stated = _FOLDER / f"{name}.npz", _FOLDER / f"{name}.sha256"
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if [digest] != _words(stated)[:1]:
        raise ClassifierError(
            f"{path} (SHA-256 {digest}) cannot be used: it is not the file that was shipped."
        )
    return content


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").split()
    except FileNotFoundError:
        return []
