"""Chunks as documents of tantivy, with a schema derived from the mapping."""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import tantivy

from indexer.index import analysis
from indexer.index.mapping import FieldType, chunk_mapping
from indexer.index.protocol import IndexedChunk, IndexedLabel
from models.labels import LabelSource, Severity

# Probabilities are whole millionths, so that ranges of them are ranges of integers; a code (label or
# severity) and a probability share one number: code * STRIDE + millionths.
MILLION = 1_000_000
STRIDE = MILLION + 1
CODE_BITS = 42
NO_DAY = -1
HEAP_BYTES = 128_000_000
THREADS = 2


@cache
def schema() -> tantivy.Schema:
    """Returns tantivy's schema; signed integers throughout, as a mismatch kills its writer thread."""
    builder = tantivy.SchemaBuilder()
    for each in chunk_mapping().fields:
        if each.type is FieldType.TEXT:
            builder.add_text_field(each.name, tokenizer_name=each.analyzer)
        elif each.type is FieldType.KEYWORD:
            builder.add_text_field(each.name, tokenizer_name="raw", index_option="basic", fast=True)
        elif each.type is FieldType.LONG:
            builder.add_integer_field(each.name, indexed=True, fast=True)
        else:
            builder.add_bytes_field(each.name, stored=True)
    return builder.build()


def register_analyzers(index: tantivy.Index) -> None:
    """Gives an opened index the analysers that its schema names."""
    for kind in (analysis.STEMMED, analysis.EXACT):
        index.register_tokenizer(kind, analysis.analyzer(kind))


def new_lexical(path: Path) -> tantivy.Index:
    """Makes an empty index of words in a new directory."""
    path.mkdir(parents=True)
    index = tantivy.Index(schema(), str(path), reuse=False)
    index.config_reader("manual")
    register_analyzers(index)
    return index


def millionths(probability: float) -> int:
    """Returns a probability as whole millionths, bounded to [0, 1]."""
    return min(max(round(probability * MILLION), 0), MILLION)


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
            each["label"], each["probability"], LabelSource(each["source"]), Severity(each["severity"])
        )
        for each in values["labels"]
    )
    return IndexedChunk(**values, vector=np.empty(0, np.float32))


def fingerprint(content: bytes) -> int:
    """Returns the 63-bit fingerprint of a payload."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big") >> 1


def label_code(label: str) -> int:
    """Returns the number that stands for a label name in ranges of probability.

    Derived from the name, so that no table of codes can be lost in a crash; two of a thousand
    labels have the same one with probability 1e-7.
    """
    return number(label) >> (63 - CODE_BITS)


def to_document(chunk: IndexedChunk, content: bytes) -> tantivy.Document:
    """Returns tantivy's document for a chunk, ``content`` its payload."""
    document = tantivy.Document()
    _add_words(document, chunk)
    for name in ("document", "collection", "document_type"):
        document.add_text(name, getattr(chunk, name))
    _add_labels(document, chunk.labels)
    document.add_integer("key", chunk.key)
    document.add_integer("print", fingerprint(content))
    document.add_integer("document_number", number(chunk.document))
    document.add_integer("day", chunk.date.toordinal() if chunk.date else NO_DAY)
    if chunk.date:
        document.add_integer("year", chunk.date.year)
    document.add_bytes("payload", content)
    return document


def _add_words(document: tantivy.Document, chunk: IndexedChunk) -> None:
    for stemmed, exact, value in (
        ("text", "exact", chunk.text),
        ("title", "title_exact", chunk.title),
        ("section", "section_exact", chunk.section),
    ):
        words = analysis.words(value)
        document.add_text(stemmed, words)
        document.add_text(exact, words)


def _add_labels(document: tantivy.Document, labels: tuple[IndexedLabel, ...]) -> None:
    for name in sorted({each.label for each in labels}):
        document.add_text("label", name)
    for source in sorted({each.source.value for each in labels}):
        document.add_text("label_source", source)
    for each in labels:
        surely = millionths(each.probability)
        document.add_integer("label_probability", label_code(each.label) * STRIDE + surely)
        document.add_integer("severity_probability", int(each.severity) * STRIDE + surely)
    if labels:
        document.add_integer("severity", max(int(each.severity) for each in labels))
        document.add_integer("probability", max(millionths(each.probability) for each in labels))
    document.add_integer("risk", max((risk(each) for each in labels), default=0))


def risk(label: IndexedLabel) -> int:
    """Returns severity x probability in millionths."""
    return int(label.severity) * millionths(label.probability)
