"""Stored search templates as another client uses them: plain HTTP against the index of Clausewatch."""

import json
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest

from indexer.index import analysis
from indexer.index.opensearch.provision import install, uninstall
from indexer.index.opensearch.provision.objects import cluster_objects
from indexer.index.protocol import IndexedLabel
from models.labels import LabelSource, Severity, Standing
from tests.contract.corpus import DIMENSION, corpus
from tests.opensearch.backend import opened

MOST = 200
TRICKY = (
    IndexedLabel('Say "no", 100% = Yes', 0.75, LabelSource.HUMAN, Severity.HIGH, "person"),
    IndexedLabel("Audit Rights", 0.000004, LabelSource.RULE, Severity.MEDIUM, "rules:1"),
)


def claims(chunk):
    """The labels that count: what is unsure is no claim."""
    return tuple(each for each in chunk.labels if each.standing is Standing.SPEAKS)


@pytest.fixture(scope="module")
def chunks():
    made = corpus()
    return [replace(made[0], labels=TRICKY), *made[1:]]


@pytest.fixture(scope="module", params=[1, 3])
def connection(request, opensearch_url, tmp_path_factory, chunks):
    """The connection of an index with the corpus, on one shard and on three, and the templates beside it."""
    index = opened(opensearch_url, tmp_path_factory.mktemp("index"), "encoder-1", DIMENSION, request.param)
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(chunks)
        builder.finish(1)
    made = index._connection
    install(made, DIMENSION)
    yield made
    uninstall(made, indexes=True)


def post(connection, path, body):
    """Sends JSON as curl would."""
    request = Request(
        f"{connection.hosts[0]}{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method="POST",
    )
    with urlopen(request) as response:
        return json.load(response)


def asked(connection, template, **params):
    """Returns the hits of a stored template, called by its name."""
    body = {"id": f"{connection.prefix}-{template}", "params": {"size": MOST, **params}}
    path = f"/{connection.prefix}-chunks/_search/template?search_type=dfs_query_then_fetch"
    return post(connection, path, body)["hits"]["hits"]


def keys(hits):
    return [int(hit["_id"]) for hit in hits]


def exact(chunk):
    found = (chunk.text, chunk.title, chunk.section)
    return {term for text in found for _, term in analysis.terms(text, analysis.EXACT)}


FILTERS = {
    "none": ({}, lambda _: True),
    "collection": ({"collections": ["emails"]}, lambda chunk: chunk.collection == "emails"),
    "a collection that is no list": ({"collections": "emails"}, lambda chunk: chunk.collection == "emails"),
    "no such collection": ({"collections": ["nowhere"]}, lambda _: False),
    "an empty list": ({"collections": [], "labels": []}, lambda _: True),
    "two labels": (
        {"labels": ["Governing Law", "Audit Rights"]},
        lambda chunk: {"Governing Law", "Audit Rights"} & {each.label for each in claims(chunk)},
    ),
    "a label for sure": (
        {"labels": ["Cap On Liability"], "min_probability": 0.8},
        lambda chunk: any(
            each.label == "Cap On Liability" and each.probability >= 0.8 for each in claims(chunk)
        ),
    ),
    "a label, surely": (
        {"labels": ["Exclusivity"], "min_probability": 1},
        lambda chunk: any(each.label == "Exclusivity" and each.probability == 1 for each in claims(chunk)),
    ),
    "a label, however unsure": (
        {"labels": ["Audit Rights"], "min_probability": 0},
        lambda chunk: any(each.label == "Audit Rights" for each in claims(chunk)),
    ),
    "a label as text": (
        {"labels": "Audit Rights", "min_probability": "0.25"},
        lambda chunk: any(
            each.label == "Audit Rights" and each.probability >= 0.25 for each in claims(chunk)
        ),
    ),
    "a label with signs": (
        {"labels": ['Say "no", 100% = Yes'], "min_probability": 0.75},
        lambda chunk: claims(chunk) == TRICKY,
    ),
    "any label for sure": (
        {"min_probability": 0.9},
        lambda chunk: any(each.probability >= 0.9 for each in claims(chunk)),
    ),
    "at least nothing": ({"min_probability": 0}, lambda _: True),
    "severity": (
        {"min_severity": 3},
        lambda chunk: any(each.severity >= Severity.HIGH for each in claims(chunk)),
    ),
    "years": (
        {"year_from": 2020, "year_to": 2021},
        lambda chunk: chunk.date is not None and 2020 <= chunk.date.year <= 2021,
    ),
    "several": (
        {"labels": ["Governing Law"], "min_probability": 0.5, "collections": ["contracts", "emails"],
         "document_types": ["License", "NDA"]},
        lambda chunk: any(each.label == "Governing Law" and each.probability >= 0.5 for each in claims(chunk))
        and chunk.collection in {"contracts", "emails"} and chunk.document_type in {"License", "NDA"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERS)
def test_keyword_finds_every_passage_with_the_exact_word_that_passes_the_filters(connection, chunks, name):
    params, passes = FILTERS[name]
    hits = asked(connection, "keyword", query="liability", **params)
    expected = {each.key for each in chunks if "liability" in exact(each) and passes(each)}
    assert set(keys(hits)) == expected
    assert len(hits) == len(expected)
    assert name in {"no such collection"} or hits


@pytest.mark.parametrize("name", FILTERS)
def test_semantic_finds_the_nearest_passages_that_pass_the_filters(connection, chunks, name):
    params, passes = FILTERS[name]
    vector = chunks[7].vector
    hits = asked(connection, "semantic", vector=[float(each) for each in vector], k=MOST, **params)
    cosines = {each.key: float(each.vector @ vector) for each in chunks if passes(each)}
    assert set(keys(hits)) == set(cosines)
    found = [2 * hit["_score"] - 1 for hit in hits]
    assert np.allclose(found, sorted(cosines.values(), reverse=True), atol=1e-5)
    assert np.allclose(found, [cosines[key] for key in keys(hits)], atol=1e-5)


def test_words_are_those_of_the_exact_fields_and_not_their_stems(connection, chunks):
    for word in ("parties", "notices", "Licensor", "§ 5.2", "l’accord", "RÉSUMÉ", "the"):
        wanted = {term for _, term in analysis.terms(word, analysis.EXACT)}
        expected = {each.key for each in chunks if wanted & exact(each)}
        assert set(keys(asked(connection, "keyword", query=word))) == expected, word


def test_all_words_are_asked_for_with_the_operator_and(connection, chunks):
    found = set(keys(asked(connection, "keyword", query="liability lease", operator="and")))
    assert found == {each.key for each in chunks if {"liability", "lease"} <= exact(each)}
    assert found < set(keys(asked(connection, "keyword", query="liability lease")))


def test_a_hit_says_what_it_is_without_its_vector(connection, chunks):
    [hit] = asked(connection, "keyword", query="liability", size=1)
    chunk = next(each for each in chunks if each.key == int(hit["_id"]))
    source = hit["_source"]
    assert (source["document"], source["collection"]) == ([chunk.document], [chunk.collection])
    assert source["payload"]["text"] == chunk.text
    assert "vector" not in source


def test_pages_follow_each_other(connection):
    every = keys(asked(connection, "keyword", query="the liability"))
    parts = [
        keys(asked(connection, "keyword", query="the liability", size=7, **{"from": at})) for at in (0, 7)
    ]
    assert parts[0] + parts[1] == every[:14]


def test_quotes_and_braces_in_a_query_are_words_and_nothing_more(connection):
    for query in ('liability"}}}, "size": 1000', "{{query}}", "\\", '"', "liability\n"):
        assert isinstance(asked(connection, "keyword", query=query), list)
    assert keys(asked(connection, "keyword", query='"liability"')) == keys(
        asked(connection, "keyword", query="liability")
    )


@pytest.mark.parametrize(
    "params",
    [
        {"min_probability": "often"},
        {"min_probability": 0.00001},  # a template renders it as 1.0E-5, and cannot compare that
        {"min_severity": "high"},
        {"size": "many"},
    ],
)
def test_a_value_that_is_no_number_is_refused_and_not_left_out(connection, params):
    with pytest.raises(HTTPError, match="400") as caught:
        asked(connection, "keyword", query="liability", labels=["Governing Law"], **params)
    caught.value.close()


def test_the_hybrid_template_asks_both_with_the_filters_in_both(connection, chunks):
    objects = {each.name: each for each in cluster_objects(connection, DIMENSION)}
    source = objects[f"{connection.prefix}-hybrid"].body["script"]["source"]
    params = {
        "query": "liability", "vector": [float(each) for each in chunks[7].vector], "k": MOST,
        "labels": ["Cap On Liability"], "min_probability": 0.8, "collections": ["contracts"],
    }  # fmt: skip
    body = post(connection, "/_render/template", {"source": source, "params": params})["template_output"]
    assert list(body["query"]) == ["hybrid"]
    words, near = body["query"]["hybrid"]["queries"]
    passing = {
        each.key
        for each in chunks
        if each.collection == "contracts"
        and any(label.label == "Cap On Liability" and label.probability >= 0.8 for label in claims(each))
    }
    # The server of the tests knows no hybrid query; it answers the two queries within it.
    path = f"/{connection.prefix}-chunks/_search?size={MOST}"
    found = [set(keys(post(connection, path, {"query": each})["hits"]["hits"])) for each in (words, near)]
    assert found[0] == {each.key for each in chunks if each.key in passing and "liability" in exact(each)}
    assert found[1] == passing
