"""Opens a classifier's file, and packs it again with something changed."""

import io
import json
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


def arrays_of(content: bytes) -> Arrays:
    with np.load(io.BytesIO(content)) as stored:
        return {name: stored[name] for name in stored.files}


def packed(arrays: Arrays) -> bytes:
    written = io.BytesIO()
    np.savez_compressed(written, allow_pickle=True, **arrays)
    return written.getvalue()


def text(value: str) -> np.ndarray:
    return np.frombuffer(value.encode(), np.uint8)


def header_of(content: bytes) -> dict[str, Any]:
    return json.loads(arrays_of(content)["header"].tobytes())


def with_header(content: bytes, **changed: object) -> bytes:
    header = text(json.dumps(header_of(content) | changed))
    return packed(arrays_of(content) | {"header": header})
