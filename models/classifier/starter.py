"""The model that ships with the product: a pack's labels from the first run."""

import hashlib
from pathlib import Path

from models.errors import ClassifierError

_FOLDER = Path(__file__).parent / "starters"


def starter_bytes(pack_name: str) -> bytes | None:
    """Returns the content of a pack's starter model; None where it has none.

    Raises:
        ClassifierError: The file is not the one that was shipped: its hash is another, or none is stated.
    """
    path, stated = _FOLDER / f"{pack_name}.npz", _FOLDER / f"{pack_name}.sha256"
    if "/" in pack_name or not path.exists():
        return None
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
