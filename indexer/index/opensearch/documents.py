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
from indexer.index.encoding import fingerprint, numbers_and_names, payload, texts
from indexer.index.opensearch.schema import GAP, VECTOR
from indexer.index.protocol import IndexedChunk

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
        **numbers_and_names(chunk),
        "print": print_of(chunk),
        VECTOR: components(chunk.vector),
        "payload": _readable(chunk),
    }
    for stemmed, exact, value in texts(chunk):
        source[stemmed] = _terms(value, analysis.STEMMED)
        source[exact] = _terms(value, analysis.EXACT)
    return source


@lru_cache(REMEMBERED)
def _terms(text: str, kind: str) -> str:
    return spaced(analysis.terms(text, kind))


def _readable(chunk: IndexedChunk) -> dict[str, Any]:
    """What other clients show of a chunk; half characters, which JSON servers refuse, are replaced."""
    content = payload(chunk).decode("utf-8", "surrogatepass")
    whole = content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    values = json.loads(whole)
    return {name: values[name] for name in ("title", "section", "text", "date", "labels")}
