"""Writing the words anew without what was deleted, so that BM25 forgets it.

tantivy's statistics (documents, documents with a term, lengths) count deleted documents until it merges
their segment, and nothing asks it to. So a small index is compacted after each deletion, before the
change is visible; a big one afterwards, when deletions exceed a share of it: below that its inverse
document frequencies are off by at most ln(1 + DRIFT).
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import tantivy

from indexer.errors import IndexUnavailableError
from indexer.index.embedded import lexical
from indexer.index.embedded.layout import REBUILD
from indexer.index.embedded.schema import HEAP_BYTES, THREADS, new_lexical, to_document
from indexer.index.embedded.state import State
from indexer.index.encoding import from_payload

DRIFT = 0.1
SMALL = 2_000


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Documents of an index of words, by its own account."""

    total: int
    deleted: int


def compacted_if_small(generation: Path, present: State, serial: int) -> str:
    """Compacts a small index with deletions; returns the name of the index of words to use."""
    name = present.manifest.lexical
    sizes = _sizes(generation / name)
    if not sizes.deleted or sizes.total > SMALL:
        return name
    return compact(generation, present, serial)


def drifted(generation: Path, name: str) -> bool:
    """Whether the deleted documents of an index of words distort its statistics too much."""
    sizes = _sizes(generation / name)
    return sizes.deleted > DRIFT * (sizes.total - sizes.deleted)


def compact(generation: Path, present: State, serial: int) -> str:
    """Writes what tantivy has committed into a new index of words, and verifies it; returns its name."""
    name = f"lexical-{serial}"
    shutil.rmtree(generation / name, ignore_errors=True)  # of a compaction that was killed
    present.index.reload()
    searcher = present.index.searcher()
    index = new_lexical(generation / name)
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
            f"Compacting into {name} kept {kept} of {searcher.num_docs} chunks. {REBUILD}"
        )
    return name


def _sizes(path: Path) -> _Sizes:
    segments = json.loads((path / "meta.json").read_bytes())["segments"]
    return _Sizes(
        total=sum(each["max_doc"] for each in segments),
        deleted=sum(each["deletes"]["num_deleted_docs"] for each in segments if each["deletes"]),
    )
