"""The index in files under one directory: tantivy for words and filters, FAISS for vectors."""

from indexer.index.embedded.index import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
