"""A snapshot of the index, as docs/operations.md has it taken and restored."""

import pytest
from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from indexer.index.protocol import Filters
from tests.contract.corpus import DIMENSION, corpus
from tests.opensearch.backend import opened, prefix_of

CHUNKS = corpus(documents=3)
REPOSITORY = "clausewatch"


@pytest.fixture
def repository(opensearch_url):
    client = OpenSearch([opensearch_url])
    body = {"type": "fs", "settings": {"location": "clausewatch"}}
    try:
        client.snapshot.create_repository(repository=REPOSITORY, body=body)
    except RequestError as error:
        pytest.skip(f"this server has no path.repo to keep snapshots in: {error.error}")
    yield client.snapshot
    client.snapshot.delete_repository(repository=REPOSITORY)


def test_restored_snapshot_answers_as_before_and_knows_how_far_it_is(opensearch_url, tmp_path, repository):
    index = opened(opensearch_url, tmp_path, "encoder-1", DIMENSION)
    half = [chunk for chunk in CHUNKS if chunk.document == CHUNKS[0].document]
    index.apply(half, [], 5)
    kept = index.count(None, Filters()).chunks
    prefix = prefix_of(tmp_path)
    body = {"indices": f"{prefix}-*", "include_global_state": False}
    name = f"{prefix}-1"
    taken = repository.create(
        repository=REPOSITORY, snapshot=name, body=body, params={"wait_for_completion": "true"}
    )
    assert taken["snapshot"]["state"] == "SUCCESS"
    index.apply(CHUNKS, [], 9)
    assert index.count(None, Filters()).chunks == len(CHUNKS) > kept
    index.client.indices.delete(index=f"{prefix}-chunks-g*,{prefix}-state")
    restored = repository.restore(
        repository=REPOSITORY, snapshot=name, body=body, params={"wait_for_completion": "true"}
    )
    assert restored["snapshot"]["shards"]["failed"] == 0
    again = opened(opensearch_url, tmp_path, "encoder-1", DIMENSION)
    assert again.status().position == 5
    assert again.count(None, Filters()).chunks == kept
    again.apply(CHUNKS, [], 9)  # what the outbox still has
    assert again.count(None, Filters()).chunks == len(CHUNKS)
    repository.delete(repository=REPOSITORY, snapshot=name)
