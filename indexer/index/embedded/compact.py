"""Writing the words anew without what was deleted, so that BM25 forgets it.

tantivy's statistics (documents, documents with a term, lengths) count deleted documents until it merges
their segment, and nothing asks it to. So a small index is compacted after each deletion, and a big one
when deletions exceed a share of it: below that its inverse document frequencies are off by at most
ln(1 + DRIFT).
"""

import json
from pathlib import Path

import tantivy

from indexer.errors import IndexUnavailableError
from indexer.index.embedded import lexical
from indexer.index.embedded.layout import REBUILD
from indexer.index.embedded.schema import (
    HEAP_BYTES,
    THREADS,
    from_payload,
    new_lexical,
    to_document,
)

DRIFT = 0.1
SMALL = 2_000


def compaction_due(path: Path) -> bool:
    """Whether the deleted documents of an index of words distort its statistics too much."""
    segments = json.loads((path / "meta.json").read_bytes())["segments"]
    total = sum(each["max_doc"] for each in segments)
    deleted = sum(each["deletes"]["num_deleted_docs"] for each in segments if each["deletes"])
    return bool(deleted) and (total <= SMALL or deleted > DRIFT * (total - deleted))


def compact(searcher: tantivy.Searcher, target: Path) -> None:
    """Writes all live documents into a new index at ``target``, and verifies that they are there."""
    index = new_lexical(target)
    writer = index.writer(HEAP_BYTES, THREADS)
    for address in lexical.addresses(searcher, tantivy.Query.all_query(), searcher.num_docs):
        content = bytes(searcher.doc(address).get_first("payload") or b"")
        writer.add_document(to_document(from_payload(content), content))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    kept = index.searcher().num_docs
    if kept != searcher.num_docs:
        raise IndexUnavailableError(
            f"Compacting into {target} kept {kept} of {searcher.num_docs} chunks. {REBUILD}"
        )
