"""Chunks as documents of tantivy, with a schema derived from the mapping."""

from functools import cache
from pathlib import Path

import tantivy

from indexer.index import analysis
from indexer.index.encoding import numbers_and_names, print_of, texts
from indexer.index.mapping import FieldType, chunk_mapping
from indexer.index.protocol import IndexedChunk

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
    for stemmed, exact, text in texts(chunk):
        words = analysis.words(text)
        document.add_text(stemmed, words)
        document.add_text(exact, words)
    for name, values in numbers_and_names(chunk).items():
        for value in values:
            if isinstance(value, str):
                document.add_text(name, value)
            else:
                document.add_integer(name, value)
    document.add_integer("print", print_of(content))
    document.add_bytes("payload", content)
    return document
