"""Chunks as documents of OpenSearch.

A field of text holds its terms as ``indexer.index.analysis`` gives them: the stemmers of Lucene's versions
differ from ours and from each other ("international" is "internat" here and "intern" there).
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index import analysis
from indexer.index.encoding import (
    NO_DAY,
    STRIDE,
    fingerprint,
    label_code,
    millionths,
    number,
    payload,
    risk,
)
from indexer.index.opensearch.schema import GAP, VECTOR
from indexer.index.protocol import IndexedChunk, IndexedLabel

# Titles and headings come again and again.
REMEMBERED = 1_024
# Seven digits of a component keep a cosine within 1e-6.
DECIMALS = 7


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


def components(vector: NDArray[np.float32]) -> list[float]:
    """Returns a vector as JSON numbers."""
    rounded: list[float] = np.round(vector.astype(np.float64), DECIMALS).tolist()
    return rounded


def print_of(chunk: IndexedChunk) -> int:
    """Returns the fingerprint of everything that is kept of a chunk."""
    return fingerprint(payload(chunk) + chunk.vector.astype(np.float32).tobytes())


def to_source(chunk: IndexedChunk) -> dict[str, Any]:
    """Returns the document of a chunk."""
    source: dict[str, Any] = {
        "document": chunk.document,
        "collection": chunk.collection,
        "document_type": chunk.document_type,
        "key": chunk.key,
        "print": print_of(chunk),
        "document_number": number(chunk.document),
        "day": chunk.date.toordinal() if chunk.date else NO_DAY,
        VECTOR: components(chunk.vector),
        "payload": _readable(chunk),
        **_labels(chunk.labels),
    }
    if chunk.date:
        source["year"] = chunk.date.year
    for name, exact, value in (
        ("text", "exact", chunk.text),
        ("title", "title_exact", chunk.title),
        ("section", "section_exact", chunk.section),
    ):
        source[name] = _terms(value, analysis.STEMMED)
        source[exact] = _terms(value, analysis.EXACT)
    return source


@lru_cache(REMEMBERED)
def _terms(text: str, kind: str) -> str:
    return spaced(analysis.terms(text, kind))


def _labels(labels: tuple[IndexedLabel, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "label": sorted({each.label for each in labels}),
        "label_source": sorted({each.source.value for each in labels}),
        "label_probability": [
            label_code(each.label) * STRIDE + millionths(each.probability) for each in labels
        ],
        "severity_probability": [
            int(each.severity) * STRIDE + millionths(each.probability) for each in labels
        ],
        "risk": max((risk(each) for each in labels), default=0),
    }
    if labels:
        values["severity"] = max(int(each.severity) for each in labels)
        values["probability"] = max(millionths(each.probability) for each in labels)
    return values


def _readable(chunk: IndexedChunk) -> dict[str, Any]:
    """What other clients show of a chunk; half characters, which JSON servers refuse, are replaced."""
    content = payload(chunk).decode("utf-8", "surrogatepass")
    whole = content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    values = json.loads(whole)
    return {name: values[name] for name in ("title", "section", "text", "date", "labels")}
