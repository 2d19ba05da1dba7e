"""What only the OpenSearch index has: a server that may be away, aliases, analysers for other clients."""

import traceback
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from indexer.errors import IndexerError, IndexUnavailableError, WriterBusyError
from indexer.index import analysis
from indexer.index.mapping import chunk_mapping
from indexer.index.opensearch import Connection, OpenSearchIndex, lock
from indexer.index.opensearch import index as index_module
from indexer.index.opensearch.lock import Lease
from indexer.index.opensearch.schema import VECTOR
from indexer.index.protocol import Filters, Retrieval
from indexer.index.query import TextField, Word
from models.labels import Standing
from tests.contract.corpus import DIMENSION, corpus
from tests.opensearch.backend import opened

CHUNKS = corpus(documents=2)
LIABILITY = Retrieval(Word("liability"), CHUNKS[0].vector, Filters())


@pytest.fixture
def index(opensearch_url, tmp_path):
    made = opened(opensearch_url, tmp_path, "encoder-1", DIMENSION)
    made.apply(CHUNKS, [], 3)
    return made


def test_a_server_that_is_away_is_named_without_the_password(tmp_path):
    (tmp_path / "password").write_text("hunter2-secret\n")
    connection = Connection(
        ("http://127.0.0.1:9",), user="reader", password_file=tmp_path / "password", retries=0
    )
    with pytest.raises(IndexUnavailableError, match=r"http://127.0.0.1:9 cannot be reached") as caught:
        OpenSearchIndex(connection, "encoder-1", DIMENSION).status()
    assert "hunter2-secret" not in "".join(traceback.format_exception(caught.value)) + repr(connection)


@pytest.mark.parametrize("host", ["https://admin:hunter2@search.example.com", "search.example.com:9200"])
def test_an_address_with_credentials_or_without_a_scheme_is_refused(host):
    with pytest.raises(ValueError, match="address of OpenSearch") as caught:
        Connection((host,))
    assert "hunter2" not in str(caught.value)


def test_a_chunk_that_the_server_refuses_is_named(index):
    zero = replace(CHUNKS[0], vector=np.zeros(DIMENSION, np.float32))
    with pytest.raises(IndexerError, match=f"refused chunk {zero.key} .400.: .*zero vector"):
        index.apply([zero], [], 4)
    assert index.status().position == 3


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"mapping": "0123456789abcdef"}, "made with the field mapping 0123456789abcdef"),
        ({"format": 2}, "made by a newer version of Clausewatch"),
        ({"format": "?", "mapping": None, "unknown": 1}, "does not say what it was made with"),
    ],
)
def test_an_index_of_another_version_is_refused_with_what_to_do(
    index, tmp_path, opensearch_url, changed, expected
):
    [content] = index.client.indices.get_mapping(index=index.alias).values()
    meta = {**content["mappings"]["_meta"], **changed}
    index.client.indices.put_mapping(index=index.alias, body={"_meta": meta})
    other = opened(opensearch_url, tmp_path, "encoder-1", DIMENSION)
    with pytest.raises(IndexUnavailableError, match=f"{expected}.*clausewatch rebuild"):
        other.status()


@pytest.fixture
def wary(index, opensearch_url, tmp_path, monkeypatch):
    """The index as a process sees it that looks at the generation beside every search."""
    monkeypatch.setattr(index_module, "TRUSTED_SECONDS", 0.0)
    reader = opened(opensearch_url, tmp_path, "encoder-1", DIMENSION)
    assert reader.retrieve(LIABILITY).by_words == index.count(LIABILITY.lexical, Filters()).by_words > 0
    return reader


def test_a_search_is_refused_once_the_generation_fits_no_longer(index, wary):
    [content] = index.client.indices.get_mapping(index=index.alias).values()
    meta = {**content["mappings"]["_meta"], "format": 2}
    index.client.indices.put_mapping(index=index.alias, body={"_meta": meta})
    with pytest.raises(IndexUnavailableError, match="made by a newer version"):
        wary.retrieve(LIABILITY)


def test_a_new_generation_with_more_shards_is_asked_as_such(wary, opensearch_url, tmp_path):
    before = wary.retrieve(LIABILITY)
    other = opened(opensearch_url, tmp_path, "encoder-1", DIMENSION, shards=3)
    with other.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(CHUNKS)
        builder.finish(4)
    after = wary.retrieve(LIABILITY)
    assert after == other.retrieve(LIABILITY) == replace(before, generation="g000002")


def test_a_vanished_alias_says_how_to_make_the_index(index):
    index.client.indices.delete_alias(index="*", name=index.alias)
    with pytest.raises(IndexUnavailableError, match="clausewatch rebuild"):
        index.count(None, Filters())


def test_a_third_generation_drops_the_first(index):
    names = [index.status().generation]
    for position in (4, 5):
        with index.rebuild("encoder-1", DIMENSION) as builder:
            builder.add(CHUNKS)
            builder.finish(position)
        names.append(index.status().generation)
    kept = sorted(index.client.indices.get_alias(index=f"{index.alias}-g*"))
    assert kept == [f"{index.alias}-{name}" for name in names[1:]]


def test_a_lock_that_its_holder_no_longer_renews_is_taken(index, monkeypatch):
    killed = Lease(index.client, index.alias.replace("-chunks", "-state"), "rebuilding")
    killed.take()
    with pytest.raises(WriterBusyError, match="rebuilding"):
        index.apply([], [], 4)
    monkeypatch.setattr(lock, "LEASE_SECONDS", 0.3)
    killed.renew()
    Event().wait(0.5)
    index.apply([], [], 4)
    assert index.status().position == 4
    with pytest.raises(IndexUnavailableError, match="lock of the search index was lost"):
        killed.check()


@pytest.mark.parametrize("kind", [analysis.EXACT, analysis.STEMMED])
def test_other_clients_queries_become_the_terms_of_the_index(index, kind):
    for chunk in corpus():
        analyzed = index.client.indices.analyze(
            index=index.alias, body={"analyzer": kind, "text": chunk.text}
        )
        found = [(each["position"], each["token"]) for each in analyzed["tokens"]]
        assert found == analysis.terms(chunk.text, kind)


@pytest.mark.parametrize(
    ("broken", "means"),
    [
        ({"print": 1}, "content"),
        ({field.field: "other" for field in chunk_mapping().searched[TextField.TEXT]}, "words"),
        ({VECTOR: (-CHUNKS[0].vector).tolist()}, "vector"),
    ],
)
def test_a_generation_that_does_not_answer_as_it_should_is_never_served(index, broken, means):
    before = index.status().generation
    expected = f"does not find chunk {CHUNKS[0].key} by its {means}"
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(CHUNKS[:10])
        name = f"{index.alias}-{builder.name}"
        index.client.update(index=name, id=str(CHUNKS[0].key), body={"doc": broken})
        with pytest.raises(IndexerError, match=expected):
            builder.finish(5)
    assert index.status().generation == before
    assert not index.client.indices.exists(index=name)


def test_labels_name_their_source_and_model_before_and_after_a_relabelling(index):
    assert kept_labels(index) == {each.key: labels_of(each.labels) for each in CHUNKS}
    labelled = next(each for each in CHUNKS if each.labels)
    again = tuple(replace(each, model="classifier:3") for each in labelled.labels)
    of_the_document = [each for each in CHUNKS if each.document == labelled.document]
    relabelled = [replace(each, labels=again) if each is labelled else each for each in of_the_document]
    index.apply(relabelled, [], 4)
    expected = {each.key: labels_of(each.labels) for each in [*CHUNKS, *relabelled]}
    assert kept_labels(index) == expected
    assert ("classifier:3",) in {models for _, models, _ in expected.values()}
    unsure = [replace(each, standing=Standing.UNSURE) for each in again]
    doubted = [
        replace(each, labels=tuple(unsure)) if each.key == labelled.key else each for each in relabelled
    ]
    index.apply(doubted, [], 5)
    assert kept_labels(index)[labelled.key] == (set(), (), {each.label for each in again})


def labels_of(labels):
    """Returns claims as (name, source, model) triples, their models alone, and what is unsure."""
    claims = [each for each in labels if each.standing is Standing.SPEAKS]
    found = {(each.label, each.source.value, each.model) for each in claims}
    unsure = {each.label for each in labels if each.standing is Standing.UNSURE}
    return found, tuple(sorted({each.model for each in claims})), unsure


def kept_labels(index):
    """Returns by key what the documents of the index say of their labels."""
    hits = index.client.search(index=index.alias, body={"size": 1000})["hits"]["hits"]
    return {
        int(hit["_id"]): (
            {(each["label"], each["source"], each["model"]) for each in hit["_source"]["payload"]["labels"]},
            tuple(hit["_source"]["label_model"]),
            {each["label"] for each in hit["_source"]["payload"]["unsure"]},
        )
        for hit in hits
    }
