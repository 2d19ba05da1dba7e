"""A chunk's values as every index keeps them: numbers for ranges and order, bytes for the rest."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache

import numpy as np

from indexer.index.protocol import IndexedChunk, IndexedLabel
from models.labels import LabelSource, Severity, Standing

# Probabilities are whole millionths, so that ranges of them are ranges of integers; a code (label or
# severity) and a probability share one number: code * STRIDE + millionths.
MILLION = 1_000_000
STRIDE = MILLION + 1
CODE_BITS = 42
NO_DAY = -1
# Labels and documents come again and again.
REMEMBERED = 4_096
LABEL_BITS = 31
# Where the labels of a payload begin; inside a text its quotation marks would be escaped.
_LABELS = b', "labels": '


def millionths(probability: float) -> int:
    """Returns a probability as whole millionths, bounded to [0, 1]."""
    return min(max(round(probability * MILLION), 0), MILLION)


@lru_cache(REMEMBERED)
def number(identifier: str) -> int:
    """Returns the 63-bit number that stands for a document id in numeric fields."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:8], "big") >> 1


def payload(chunk: IndexedChunk) -> bytes:
    """Returns everything of a chunk but its vector; equal chunks give equal bytes."""
    content = {
        "key": chunk.key,
        "document": chunk.document,
        "collection": chunk.collection,
        "title": chunk.title,
        "section": chunk.section,
        "text": chunk.text,
        "document_type": chunk.document_type,
        "date": chunk.date.isoformat() if chunk.date else None,
        "labels": [asdict(each) for each in chunk.labels],
    }
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def from_payload(content: bytes) -> IndexedChunk:
    """Returns the chunk of a payload, its vector empty."""
    values = json.loads(content.decode("utf-8", "surrogatepass"))
    values["date"] = date.fromisoformat(values["date"]) if values["date"] else None
    values["labels"] = tuple(
        IndexedLabel(
            each["label"],
            each["probability"],
            LabelSource(each["source"]),
            Severity(each["severity"]),
            each["model"],
            Standing(each["standing"]),
        )
        for each in values["labels"]
    )
    return IndexedChunk(**values, vector=np.empty(0, np.float32))


def fingerprint(content: bytes) -> int:
    """Returns the 63-bit fingerprint of a payload."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big") >> 1


def print_of(content: bytes) -> int:
    """Returns the 63-bit print of a payload: its lower LABEL_BITS are of the labels, the others of the rest.

    So two prints tell whether chunks are alike but for their labels.
    """
    at = content.rindex(_LABELS)
    rest, labels = fingerprint(content[:at]), fingerprint(content[at:])
    return rest >> LABEL_BITS << LABEL_BITS | labels >> (63 - LABEL_BITS)


@lru_cache(REMEMBERED)
def label_code(label: str) -> int:
    """Returns the number that stands for a label name in ranges of probability.

    Derived from the name, so that no table of codes can be lost in a crash; two of a thousand
    labels have the same one with probability 1e-7.
    """
    return number(label) >> (63 - CODE_BITS)


def label_at(label: str, sure: int) -> str:
    """Returns a label with its probability in millionths, as other clients ask for ranges of it.

    Texts of one label are ordered as its probabilities: "Audit Rights=0.800000" to "Audit Rights=1.000000".
    """
    return f"{label}={sure // MILLION}.{sure % MILLION:06}"


def risk(label: IndexedLabel) -> int:
    """Returns severity x probability in millionths."""
    return int(label.severity) * millionths(label.probability)


def numbers_and_names(chunk: IndexedChunk) -> dict[str, list[str] | list[int]]:
    """Returns the values of a chunk for every field of the mapping that is a keyword or a number."""
    return {
        "document": [chunk.document],
        "collection": [chunk.collection],
        "document_type": [chunk.document_type],
        "key": [chunk.key],
        "document_number": [number(chunk.document)],
        "day": [chunk.date.toordinal() if chunk.date else NO_DAY],
        "year": [chunk.date.year] if chunk.date else [],
        **label_values(chunk.labels),
    }


def label_values(labels: Sequence[IndexedLabel]) -> dict[str, list[str] | list[int]]:
    """Returns those of the values that come from the labels alone; what is unsure is no claim."""
    claimed = [each for each in labels if each.standing is Standing.SPEAKS]
    return {
        **(_claims(claimed) if claimed else _NOTHING_CLAIMED),  # as of most chunks
        "unsure": sorted({each.label for each in labels if each.standing is Standing.UNSURE}),
        "standing": sorted({each.standing.value for each in labels}),
    }


def _claims(labels: Sequence[IndexedLabel]) -> dict[str, list[str] | list[int]]:
    surely = [millionths(each.probability) for each in labels]
    return {
        "label": sorted({each.label for each in labels}),
        "label_at": [label_at(each.label, sure) for each, sure in zip(labels, surely, strict=True)],
        "label_source": sorted({each.source.value for each in labels}),
        "label_model": sorted({each.model for each in labels}),
        "severity": [max(int(each.severity) for each in labels)],
        "probability": [max(surely)],
        "label_probability": [
            label_code(each.label) * STRIDE + sure for each, sure in zip(labels, surely, strict=True)
        ],
        "severity_probability": [
            int(each.severity) * STRIDE + sure for each, sure in zip(labels, surely, strict=True)
        ],
        "risk": [max(risk(each) for each in labels)],
    }


_NOTHING_CLAIMED: dict[str, list[str] | list[int]] = {
    "label": [],
    "label_at": [],
    "label_source": [],
    "label_model": [],
    "severity": [],
    "probability": [],
    "label_probability": [],
    "severity_probability": [],
    "risk": [0],
}


def texts(chunk: IndexedChunk) -> tuple[tuple[str, str, str], ...]:
    """Returns what is searched of a chunk: the stemmed field, the exact field, and the text of both."""
    return (
        ("text", "exact", chunk.text),
        ("title", "title_exact", chunk.title),
        ("section", "section_exact", chunk.section),
    )
