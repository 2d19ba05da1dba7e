"""How vectors, blocks, boxes and times are written into columns."""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from indexer.documents import Block, BlockKind

VECTOR_TYPE = np.dtype("<f2")
BOX_TYPE = np.dtype("<i2")


def time_to_text(moment: datetime) -> str:
    """Returns a moment as UTC ISO 8601 with milliseconds; raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def vector_to_bytes(vector: NDArray[np.float32]) -> bytes:
    """Returns a vector, or readings, as little-endian float16."""
    return vector.astype(VECTOR_TYPE).tobytes()


def vector_from_bytes(stored: bytes) -> NDArray[np.float32]:
    """Returns a stored vector as float32, of unit length again."""
    vector = np.frombuffer(stored, VECTOR_TYPE).astype(np.float32)
    length = np.sqrt(vector.dot(vector))
    return vector / length if length else vector


def readings_from_bytes(stored: Sequence[bytes]) -> NDArray[np.float32]:
    """Returns stored log-odds as float32, shape (len(stored), labels)."""
    if not stored:
        return np.empty((0, 0), np.float32)
    return np.frombuffer(b"".join(stored), VECTOR_TYPE).reshape(len(stored), -1).astype(np.float32)


def blocks_to_bytes(blocks: Sequence[Block]) -> bytes:
    """Returns blocks as compressed JSON."""
    rows = [[block.kind.value, block.start, block.end, block.page, block.level] for block in blocks]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def blocks_from_bytes(stored: bytes) -> tuple[Block, ...]:
    """Returns stored blocks."""
    rows = json.loads(zlib.decompress(stored))
    return tuple(Block(BlockKind(kind), start, end, page, level) for kind, start, end, page, level in rows)


def boxes_to_bytes(boxes: NDArray[np.int16]) -> bytes:
    """Returns character boxes, shape (characters, 4), compressed."""
    return zlib.compress(np.ascontiguousarray(boxes, BOX_TYPE).tobytes())


def boxes_from_bytes(stored: bytes) -> NDArray[np.int16]:
    """Returns stored character boxes, shape (characters, 4)."""
    return np.frombuffer(zlib.decompress(stored), BOX_TYPE).reshape(-1, 4).astype(np.int16)


def storable(text: str) -> str:
    """Returns a text that every database takes: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
