"""Changes to a generation: tantivy's commit first, then the manifest that makes both parts visible."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import tantivy

from indexer.index.embedded import lexical
from indexer.index.embedded.compact import compacted_if_small
from indexer.index.embedded.filters import documents_query
from indexer.index.embedded.layout import Layout, Manifest
from indexer.index.embedded.schema import HEAP_BYTES, THREADS, to_document
from indexer.index.embedded.segment import Rows
from indexer.index.embedded.state import State
from indexer.index.embedded.terms import postings_of
from indexer.index.embedded.vectors import VectorChange, apply_change
from indexer.index.encoding import number, payload, print_of
from indexer.index.protocol import IndexedChunk


@dataclass(frozen=True, slots=True)
class Update:
    """What an apply is to make true.

    Attributes:
        chunks: All chunks that the documents have afterwards, each key once.
        documents: Ids of all documents that are replaced or removed.
    """

    chunks: tuple[IndexedChunk, ...]
    documents: frozenset[str]


def to_update(upserts: Sequence[IndexedChunk], removed_documents: Sequence[str]) -> Update:
    """Returns the update for some upserts, the last of each key, and some removals."""
    chunks = tuple({each.key: each for each in upserts}.values())
    return Update(chunks, frozenset(each.document for each in chunks) | frozenset(removed_documents))


def to_rows(chunks: Sequence[IndexedChunk], dimension: int) -> Rows:
    """Returns the vector rows of some chunks. Raises ValueError for a wrong dimension or no number."""
    codes = np.empty((len(chunks), dimension), np.float16)
    for row, chunk in enumerate(chunks):
        if chunk.vector.shape != (dimension,):
            raise ValueError(
                f"Chunk {chunk.key} has a vector of shape {chunk.vector.shape}, expected ({dimension},)."
            )
        codes[row] = chunk.vector
    if not np.isfinite(codes).all():
        raise ValueError("A vector has a component that is no number.")
    return Rows(
        np.array([each.key for each in chunks], np.int64),
        np.array([number(each.document) for each in chunks], np.int64),
        codes,
        postings_of(chunks),
    )


def apply_update(layout: Layout, present: State, update: Update, position: int) -> Manifest:
    """Makes a change visible, then tidies up; returns the manifest of the last state.

    Killed at any line, it can be done again with the same result: each part skips what it already
    contains, and a state is visible only when its manifest is.

    Args:
        layout: Where.
        present: The state to change, the newest one.
        update: The change.
        position: Outbox row up to which the index is complete afterwards.
    """
    generation = present.pointer.generation
    rows = to_rows(update.chunks, present.manifest.dimension)
    serial = present.manifest.serial + 1
    writer = _change_words(present, update)
    words = compacted_if_small(layout.generation(generation), present, serial)
    numbers = np.array(sorted(number(each) for each in update.documents), np.int64)
    segments = apply_change(layout.vectors(generation), present.vectors, VectorChange(numbers, rows), serial)
    manifest = replace(
        present.manifest,
        lexical=words,
        position=max(position, present.manifest.position),
        serial=serial,
        segments=tuple(segments),
        chunks=sum(each.rows - each.dead for each in segments),
    )
    layout.write_manifest(generation, manifest)
    if writer is not None:
        writer.wait_merging_threads()
    return manifest


def _change_words(present: State, update: Update) -> tantivy.IndexWriter | None:
    """Commits what differs to tantivy; returns the writer, None where nothing differs.

    Deleted documents weigh in BM25 until tantivy merges them away, so what is already there in the
    same words stays untouched.
    """
    stored = _stored_prints(present.searcher, update.documents)
    contents = {each.key: payload(each) for each in update.chunks}
    changed = [each for each in update.chunks if stored.get(each.key) != print_of(contents[each.key])]
    gone = (stored.keys() - contents.keys()) | ({each.key for each in changed} & stored.keys())
    if not changed and not gone:
        return None
    writer = present.index.writer(HEAP_BYTES, THREADS)
    for key in sorted(gone):
        writer.delete_documents_by_term("key", key)
    for chunk in changed:
        writer.add_document(to_document(chunk, contents[chunk.key]))
    writer.commit()
    return writer


def _stored_prints(searcher: tantivy.Searcher, documents: frozenset[str]) -> dict[int, int]:
    """Returns the fingerprint of each chunk that the index has of some documents."""
    if not documents:
        return {}
    query = documents_query(documents)
    addresses = lexical.addresses(searcher, query, lexical.number(searcher, query))
    keys = searcher.fast_field_values("key", addresses)
    prints = searcher.fast_field_values("print", addresses)
    return {int(key or 0): int(each or 0) for key, each in zip(keys, prints, strict=True)}
