"""Chunks as documents of OpenSearch.

A field of text holds its terms as ``indexer.index.analysis`` gives them: the stemmers of Lucene's versions
differ from ours and from each other ("international" is "internat" here and "intern" there).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from indexer.index import analysis
from indexer.index.encoding import fingerprint, label_values, numbers_and_names, texts
from indexer.index.opensearch.schema import GAP, VECTOR
from indexer.index.protocol import IndexedChunk, IndexedLabel
from models.labels import Standing

# Of a print; the bits above are those of everything but the labels.
LABEL_BITS = 31


def spaced(found: Sequence[tuple[int, str]]) -> str:
    """Returns (position, term) pairs as a field takes them, from the first position on."""
    if not found:
        return ""
    first, last = found[0][0], found[-1][0]
    laid = [GAP] * (last - first + 1)
    for position, term in found:
        laid[position - first] = term
    return " ".join(laid)


def checked(vector: NDArray[np.float32], key: int, dimension: int) -> NDArray[np.float32]:
    """Returns a vector that can be kept. Raises ValueError for another dimension or no number."""
    if vector.shape != (dimension,):
        raise ValueError(f"Chunk {key} has a vector of shape {vector.shape}, expected ({dimension},).")
    if not np.isfinite(vector).all():
        raise ValueError("A vector has a component that is no number.")
    return vector


def print_of(chunk: IndexedChunk) -> int:
    """Returns the 63-bit fingerprint of everything that is kept of a chunk.

    Its lower LABEL_BITS are those of the labels, the others those of all the rest, so that two prints tell
    whether only the labels differ.
    """
    return _print(chunk, _readable(chunk), _readable_labels(chunk))


def differ_in_labels_only(one: int, other: int) -> bool:
    """Whether two prints are those of chunks that are alike but for their labels."""
    return one != other and one >> LABEL_BITS == other >> LABEL_BITS


def to_source(chunk: IndexedChunk) -> bytes:
    """Returns the document of a chunk as JSON."""
    readable, labels = _readable(chunk), _readable_labels(chunk)
    source: dict[str, Any] = {
        **numbers_and_names(chunk),
        "print": _print(chunk, readable, labels),
        VECTOR: chunk.vector.astype(np.float32, copy=False),
        "payload": orjson.Fragment(readable[:-1] + b"," + labels[1:]),
    }
    for stemmed, exact, value in texts(chunk):
        source[stemmed], source[exact] = analysis.laid(value, GAP)
    return orjson.dumps(source, option=orjson.OPT_SERIALIZE_NUMPY)


def to_relabelled(chunk: IndexedChunk, wanted: int) -> bytes:
    """Returns what changes of the document of a chunk when its labels do, as JSON, given its new print."""
    source: dict[str, Any] = {
        **label_values(chunk.labels),
        "print": wanted,
        "payload": orjson.Fragment(_readable_labels(chunk)),
    }
    return orjson.dumps(source)


def _print(chunk: IndexedChunk, readable: bytes, labels: bytes) -> int:
    facts = orjson.dumps((chunk.key, chunk.document, chunk.collection, chunk.document_type))
    vector = chunk.vector.astype(np.float32, copy=False).tobytes()
    rest = fingerprint(b"".join((facts, readable, vector)))
    return rest >> LABEL_BITS << LABEL_BITS | fingerprint(labels) >> (63 - LABEL_BITS)


def _readable(chunk: IndexedChunk) -> bytes:
    """Returns what other clients show of a chunk, but for its labels, as a JSON object."""
    return orjson.dumps(
        {
            "title": _whole(chunk.title),
            "section": _whole(chunk.section),
            "text": _whole(chunk.text),
            "date": chunk.date,
        }
    )


def _readable_labels(chunk: IndexedChunk) -> bytes:
    """Returns what is claimed, and apart from it what nobody should take for a claim, as a JSON object."""
    named = {"labels": Standing.SPEAKS, "unsure": Standing.UNSURE}
    return orjson.dumps(
        {
            name: [_readable_label(each) for each in chunk.labels if each.standing is standing]
            for name, standing in named.items()
        }
    )


def _readable_label(label: IndexedLabel) -> dict[str, Any]:
    return {
        "label": label.label,
        "probability": label.probability,
        "source": label.source.value,
        "severity": int(label.severity),
        "model": label.model,
    }


def _whole(text: str) -> str:
    """Replaces half characters, which JSON servers refuse."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
