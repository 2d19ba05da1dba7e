"""Changes to the generation that is served; they show together, once all of them are there."""

from collections.abc import Sequence

from opensearchpy import OpenSearch

from indexer.index.opensearch import bulk
from indexer.index.opensearch.documents import (
    checked,
    differ_in_labels_only,
    print_of,
    to_relabelled,
    to_source,
)
from indexer.index.opensearch.filters import values_query
from indexer.index.opensearch.generations import Generation, Generations
from indexer.index.opensearch.lock import Lease
from indexer.index.protocol import IndexedChunk

PAGE = 10_000


def apply_update(
    client: OpenSearch,
    generations: Generations,
    present: Generation,
    upserts: Sequence[IndexedChunk],
    removed_documents: Sequence[str],
) -> None:
    """Writes what differs and deletes what is gone, then makes both visible.

    Killed at any line, it can be done again with the same result: what is already there stays untouched.
    Raises ValueError for a vector of another dimension, before anything changed.
    """
    chunks = {each.key: each for each in upserts}
    for each in chunks.values():
        checked(each.vector, each.key, present.dimension)
    index = generations.index(present.name)
    # What an apply that was killed has left behind must be seen.
    generations.refresh(present.name)
    documents = {each.document for each in chunks.values()} | set(removed_documents)
    stored = _stored_prints(client, index, sorted(documents))
    changes = [bulk.remove(key) for key in sorted(stored.keys() - chunks.keys())]
    changes += [
        change for each in chunks.values() if (change := _change(each, stored.get(each.key))) is not None
    ]
    if changes:
        bulk.send(client, index, changes)
        generations.refresh(present.name)


def advance(generations: Generations, lease: Lease, name: str, position: int) -> None:
    """Notes how far a generation got; never less than before."""
    if position > generations.position(name):
        lease.check()
        generations.write_position(name, position)


def _change(chunk: IndexedChunk, stored: int | None) -> bulk.Change | None:
    """Returns what must be sent where the index holds a chunk with this print, or none."""
    wanted = print_of(chunk)
    if stored == wanted:
        return None
    if stored is not None and differ_in_labels_only(stored, wanted):
        return bulk.update(chunk.key, to_relabelled(chunk, wanted))
    return bulk.put(chunk.key, to_source(chunk))


def _stored_prints(client: OpenSearch, index: str, documents: Sequence[str]) -> dict[int, int]:
    """Returns the fingerprint of each chunk that the index has of some documents."""
    found: dict[int, int] = {}
    if not documents:
        return found
    body = {
        "query": {"bool": {"filter": [values_query("document", documents)]}},
        "size": PAGE,
        "sort": [{"key": "asc"}],
        "_source": False,
        "docvalue_fields": ["print"],
    }
    while True:
        hits = client.search(index=index, body=body, params={"allow_partial_search_results": "false"})
        page = hits["hits"]["hits"]
        found |= {int(hit["sort"][0]): int(hit["fields"]["print"][0]) for hit in page}
        if len(page) < PAGE:
            return found
        body["search_after"] = page[-1]["sort"]
