"""The archive of a classifier's file: named arrays, and a header that says what it is."""

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.classifier.card import ClassifierCard, card_of_values
from models.classifier.features import features
from models.errors import ClassifierError

FORMAT, FORMAT_VERSION = "clausewatch-classifier", 4
_HEADER = "header"
# What reading a file raises that somebody else wrote, or that was changed after it was written.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, MemoryError)
UNUSABLE = (ClassifierError, KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)

Arrays = dict[str, NDArray[Any]]


def check_classifier(content: bytes, name: str) -> ClassifierCard:
    """Returns the card of a file after a look at its header alone; ``name`` is for messages.

    Raises:
        ClassifierError: The file is damaged, foreign, or of a newer version; the message has name and hash.
    """
    try:
        return _card(_read(content, {_HEADER}))
    except UNUSABLE as error:
        raise refused(content, name, error) from error


def packed(card: ClassifierCard, arrays: Arrays) -> bytes:
    """Returns the content of a file; equal values give equal bytes."""
    names = features(read=bool(card.reader))
    header = {"format": FORMAT, "version": FORMAT_VERSION, "features": names, "card": asdict(card)}
    written = io.BytesIO()
    np.savez_compressed(written, header=text_array(json.dumps(header)), **arrays)  # type: ignore[arg-type]
    return written.getvalue()


def unpacked(content: bytes) -> tuple[ClassifierCard, Arrays]:
    """Returns the card and the arrays of a file; raises one of ``UNUSABLE`` where that cannot be."""
    arrays = _read(content, None)
    return _card(arrays), {name: array for name, array in arrays.items() if name != _HEADER}


def refused(content: bytes, name: str, error: Exception) -> ClassifierError:
    """Returns the error that names a file, its hash, and why it cannot be used."""
    what, remedy = f"it is no model of Clausewatch ({error})", ""
    if isinstance(error, ClassifierError):
        what, remedy = error.what, error.remedy
    digest = hashlib.sha256(content).hexdigest()
    return ClassifierError(f"{name} (SHA-256 {digest}) cannot be used: {what.removesuffix('.')}.", remedy)


def text_array(text: str) -> NDArray[np.uint8]:
    """Returns a text as the array of its bytes in UTF-8."""
    return np.frombuffer(text.encode(), np.uint8)


def string(array: NDArray[Any]) -> str:
    """Returns the text of such an array."""
    return array.tobytes().decode()


def _read(content: bytes, names: set[str] | None) -> Arrays:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return {name: stored[name] for name in names or stored.files}
    except _DAMAGED as error:
        raise ClassifierError(f"it is damaged ({error})") from error


def _card(arrays: Arrays) -> ClassifierCard:
    header = json.loads(string(arrays[_HEADER]))
    if header["format"] != FORMAT:
        raise ClassifierError(f"it is a {header['format']!r}")
    if header["version"] > FORMAT_VERSION:
        raise ClassifierError(
            f"its format is {header['version']}, this version of Clausewatch reads {FORMAT_VERSION}"
        )
    card = card_of_values(header["card"])
    if tuple(header["features"]) != tuple(features(read=bool(card.reader))):
        raise ClassifierError("it looks at other features of a passage than this version of Clausewatch")
    return card
