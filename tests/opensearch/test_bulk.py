"""Bulk requests that are refused in whole or in part."""

import pytest
from opensearchpy import OpenSearch

from indexer.errors import IndexerError, IndexUnavailableError
from indexer.index.opensearch import bulk
from tests.opensearch.stub import answering

CHANGES = [bulk.put(key, b'{"text": "liability"}') for key in range(8)]


def send(answer, changes=CHANGES):
    """Sends to a stub; returns the ids of each request, and the seconds waited."""
    waited = []
    with answering(answer) as (url, requests), OpenSearch([url]) as client:
        bulk.send(client, "index", changes, waited.append)
    return requests, waited


def test_only_the_items_that_a_busy_server_refused_are_sent_again_after_a_while():
    tries = []

    def answer(ids):
        tries.append(ids)
        return 200, [429 if each == "3" and len(tries) < 3 else 201 for each in ids]

    requests, waited = send(answer)
    assert requests == [[str(each) for each in range(8)], ["3"], ["3"]]
    assert waited == [0.2, 0.5]


def test_a_request_that_is_refused_as_a_whole_is_sent_again():
    tries = []

    def answer(ids):
        tries.append(ids)
        return (429, []) if len(tries) == 1 else (200, [201 for _ in ids])

    requests, waited = send(answer)
    assert requests[0] == requests[1]
    assert waited == [0.2]


def test_a_server_that_stays_busy_is_given_up_with_the_number_of_chunks():
    with pytest.raises(IndexUnavailableError, match="too busy to take 8 chunks after 8 tries"):
        send(lambda _: (429, []))


def test_a_request_that_is_too_large_is_sent_in_halves():
    requests, _ = send(lambda ids: (413, []) if len(ids) > 3 else (200, [201 for _ in ids]))
    taken = [each for each in requests if len(each) <= 3]
    assert taken == [["0", "1"], ["2", "3"], ["4", "5"], ["6", "7"]]


def test_a_chunk_that_alone_is_too_large_is_named():
    with pytest.raises(IndexerError, match="Chunk 0 has 44 bytes, more than OpenSearch takes"):
        send(lambda _: (413, []))


def test_a_chunk_that_is_refused_for_good_is_named_with_the_reason():
    with pytest.raises(IndexerError, match=r"refused chunk 5 \(400\): refused: by the stub"):
        send(lambda ids: (200, [400 if each == "5" else 201 for each in ids]))
