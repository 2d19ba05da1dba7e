"""A reader as one file in the safetensors format: weights, a card, and what was read out of fold."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import EncoderUnavailableError
from models.reader.card import ReaderCard

FORMAT, FORMAT_VERSION = "clausewatch-reader", 1
_DIGITS = 12
_CARD, _WEIGHTS, _TEXTS, _HELD = "card", "weights.", "held.texts", "held.readings"
WITHOUT = "set CLAUSEWATCH_READER=none to do without a reader"

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Held:
    """What readers that had not seen a passage's document read of it, for each passage trained on.

    A model that learns from readings must learn from these: of what a reader was trained on it reads better
    than of anything else.

    Attributes:
        texts: ``text_key`` of each passage, ascending, uint64, shape (passages,).
        readings: Log-odds, float16, shape (passages, labels).
    """

    texts: NDArray[np.uint64]
    readings: NDArray[np.float16]

    def of(self, text: str) -> NDArray[np.float32] | None:
        """Returns the readings of a passage, shape (labels,); None where nobody was trained on it."""
        key = text_key(text)
        row = int(np.searchsorted(self.texts, key))
        if row == len(self.texts) or self.texts[row] != key:
            return None
        readings: NDArray[np.float32] = self.readings[row].astype(np.float32)
        return readings


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader's file, read.

    Attributes:
        version: The first twelve hexadecimal digits of the SHA-256 of its file.
        weights: Of its network, by name, float16.
        held: What was read out of fold.
    """

    version: str
    card: ReaderCard
    weights: Tensors
    held: Held


def text_key(text: str) -> np.uint64:
    """Returns the number that stands for a text: the first 64 bits of its SHA-256."""
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def held(texts: Sequence[str], readings: NDArray[np.float32]) -> Held:
    """Returns readings out of fold, shape (len(texts), labels), fit for a file; equal texts are one."""
    keys, rows = np.unique(np.array([text_key(text) for text in texts], np.uint64), return_index=True)
    return Held(keys, readings[rows].astype(np.float16))


def write_reader(card: ReaderCard, weights: Tensors, out_of_fold: Held) -> bytes:
    """Returns the content of a reader's file; equal readers give equal bytes."""
    from safetensors.numpy import save  # noqa: PLC0415 - a reader is read where an encoder is exported

    header = {"format": FORMAT, "version": FORMAT_VERSION, "card": asdict(card)}
    tensors: dict[str, NDArray[Any]] = {_TEXTS: out_of_fold.texts, _HELD: out_of_fold.readings}
    tensors |= {f"{_WEIGHTS}{name}": np.ascontiguousarray(each, np.float16) for name, each in weights.items()}
    return bytes(save(tensors, {_CARD: json.dumps(header)}))


def read_reader(path: Path) -> Reader:
    """Reads a reader's file.

    Raises:
        EncoderUnavailableError: It is missing, damaged, foreign, or of a newer version; the message has its
            name and what to do.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        content = path.read_bytes()
        tensors, card = load(content), _card(_header(content))
        out_of_fold = Held(tensors.pop(_TEXTS), tensors.pop(_HELD))
        _check(card, out_of_fold)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise EncoderUnavailableError(f"{path} is no reader that can be used ({error}); {WITHOUT}") from error
    weights = {name.removeprefix(_WEIGHTS): each for name, each in tensors.items()}
    return Reader(file_version(content), card, weights, out_of_fold)


def file_version(content: bytes) -> str:
    """Returns what readings are known under: the first twelve hexadecimal digits of the file's SHA-256."""
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def _header(content: bytes) -> Mapping[str, Any]:
    """Returns our part of a safetensors header: eight bytes of length, then JSON."""
    length = int.from_bytes(content[:8], "little")
    header: Mapping[str, Any] = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][_CARD])
    if header["format"] != FORMAT:
        raise ValueError(f"it is a {header['format']!r}")
    if header["version"] > FORMAT_VERSION:
        raise ValueError(
            f"its format is {header['version']}, this version of Clausewatch reads {FORMAT_VERSION}"
        )
    return header


def _card(header: Mapping[str, Any]) -> ReaderCard:
    values = header["card"]
    return ReaderCard(**(values | {"labels": tuple(values["labels"])}))


def _check(card: ReaderCard, out_of_fold: Held) -> None:
    if out_of_fold.readings.shape != (len(out_of_fold.texts), len(card.labels)):
        raise ValueError("its parts do not fit together: readings out of fold")
    if not card.labels or card.layers < 1:
        raise ValueError("it reads no labels")
