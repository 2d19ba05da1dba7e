"""Chunks as documents of tantivy, with a schema derived from the mapping."""

from functools import cache
from pathlib import Path

import tantivy

from indexer.index import analysis
from indexer.index.encoding import NO_DAY, STRIDE, fingerprint, label_code, millionths, number, risk
from indexer.index.mapping import FieldType, chunk_mapping
from indexer.index.protocol import IndexedChunk, IndexedLabel

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
