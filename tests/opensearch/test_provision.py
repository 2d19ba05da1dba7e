"""What is installed in a cluster for its other clients: idempotent, versioned, and nothing else touched."""

import json

import pytest
from opensearchpy import OpenSearch

from indexer.errors import IndexerError, WriterBusyError
from indexer.index.opensearch import Connection, OpenSearchIndex
from indexer.index.opensearch.event_index import EventIndex
from indexer.index.opensearch.lock import writer_lock
from indexer.index.opensearch.provision import install, uninstall
from indexer.index.opensearch.provision.objects import cluster_objects
from indexer.index.opensearch.provision.values import Kind, Step
from tests.contract.corpus import DIMENSION, corpus
from tests.opensearch.backend import prefix_of

FUSING = {"hybrid-rrf", "hybrid-mean", "hybrid"}
INDEX_TEMPLATES = {"chunks", "ubi-queries", "ubi-events"}
SEARCHES = {"keyword", "semantic"}


@pytest.fixture
def connection(opensearch_url, tmp_path):
    prefix = "p" + prefix_of(tmp_path)
    return Connection((opensearch_url,), prefix=prefix, engine="lucene", replicas=0)


@pytest.fixture
def client(connection):
    with OpenSearch(list(connection.hosts)) as made:
        yield made


@pytest.fixture
def neighbours(connection, client):
    """Objects of others, their names as near to ours as they can be."""
    name = connection.prefix
    client.indices.put_index_template(
        name=f"{name}", body={"index_patterns": [f"{name}-*"], "priority": 1, "template": {}}
    )
    client.indices.put_index_template(
        name=f"{name}-chunks-2", body={"index_patterns": [f"{name}2-chunks-*"], "priority": 200}
    )
    client.search_pipeline.put(id=f"{name}-hybrid", body={"description": "theirs"})
    client.put_script(id=f"{name}-keywords", body=script('{"query": {"match_all": {}}}'))
    client.indices.create(index=f"{name}-chunky", body={"aliases": {f"{name}-alias": {}}})
    client.index(index=f"{name}-chunky", id="1", body={"theirs": True}, params={"refresh": "true"})
    yield
    client.indices.delete_index_template(name=name)
    client.indices.delete_index_template(name=f"{name}-chunks-2")
    client.search_pipeline.delete(id=f"{name}-hybrid")
    client.delete_script(id=f"{name}-keywords")
    client.indices.delete(index=f"{name}-chunky")


def script(source):
    return {"script": {"lang": "mustache", "source": source}}


def everything(client):
    """All that the cluster keeps beside documents: templates, scripts, pipelines, indexes, settings."""
    state = client.cluster.state(metric="metadata")["metadata"]
    for name in ("cluster_coordination", "index-graveyard"):
        state.pop(name, None)
    state["indices"] = {
        name: {part: each[part] for part in ("settings", "mappings", "aliases", "state")}
        for name, each in state["indices"].items()
    }
    return json.dumps([state, client.cluster.get_settings()], sort_keys=True)


def steps(connection, outcomes):
    return {each.name.removeprefix(f"{connection.prefix}-"): each.step for each in outcomes}


def test_a_first_install_creates_what_the_cluster_can_take_and_names_what_is_missing(connection, client):
    outcomes = install(connection, DIMENSION)
    assert steps(connection, outcomes) == {
        **dict.fromkeys(INDEX_TEMPLATES | SEARCHES, Step.CREATED),
        **dict.fromkeys(FUSING, Step.IMPOSSIBLE),
    }
    reasons = {each.reason for each in outcomes if each.step is Step.IMPOSSIBLE}
    assert reasons == {
        "the neural-search plugin is missing, which brings score-ranker-processor",
        "the neural-search plugin is missing, which brings normalization-processor",
    }
    uninstall(connection)


def test_a_second_install_changes_nothing(connection, client, neighbours):
    install(connection, DIMENSION)
    before = everything(client)
    outcomes = install(connection, DIMENSION)
    assert {each.step for each in outcomes} == {Step.UNCHANGED, Step.IMPOSSIBLE}
    assert everything(client) == before
    uninstall(connection)


def test_uninstall_leaves_the_cluster_as_it_was_before_install(connection, client, neighbours):
    before = everything(client)
    install(connection, DIMENSION)
    assert everything(client) != before
    assert steps(connection, uninstall(connection)) == {
        **dict.fromkeys(INDEX_TEMPLATES | SEARCHES, Step.REMOVED),
        **dict.fromkeys(FUSING, Step.ABSENT),
    }
    assert everything(client) == before
    assert {each.step for each in uninstall(connection)} == {Step.ABSENT}


def test_a_dry_run_says_the_same_and_changes_nothing(connection, client, neighbours):
    before = everything(client)
    told = install(connection, DIMENSION, dry_run=True)
    assert everything(client) == before
    assert install(connection, DIMENSION) == told
    installed = everything(client)
    told = uninstall(connection, indexes=True, dry_run=True)
    assert everything(client) == installed
    assert uninstall(connection, indexes=True) == told
    assert everything(client) == before


@pytest.mark.parametrize("kind", [Kind.INDEX_TEMPLATE, Kind.PIPELINE, Kind.SEARCH_TEMPLATE])
def test_a_foreign_object_of_one_of_our_names_is_refused_and_nothing_is_touched(connection, client, kind):
    name = f"{connection.prefix}-keyword"
    if kind is Kind.INDEX_TEMPLATE:
        name = f"{connection.prefix}-ubi-events"
        client.indices.put_index_template(name=name, body={"index_patterns": ["theirs-*"], "_meta": {"a": 1}})
    elif kind is Kind.PIPELINE:
        name = f"{connection.prefix}-hybrid-mean"
        client.search_pipeline.put(id=name, body={"description": "theirs"})
    else:
        client.put_script(id=name, body=script('{"query": {"match_all": {}}}'))
    before = everything(client)
    for change in (lambda: install(connection, DIMENSION), lambda: uninstall(connection)):
        with pytest.raises(IndexerError, match=f"Not made by Clausewatch, and in the way: {kind} {name}"):
            change()
    assert everything(client) == before
    if kind is Kind.INDEX_TEMPLATE:
        client.indices.delete_index_template(name=name)
    elif kind is Kind.PIPELINE:
        client.search_pipeline.delete(id=name)
    else:
        client.delete_script(id=name)


def written_as(client, connection, version):
    """Writes three objects as another version would have made them."""
    mark = f"clausewatch version={version} fingerprint=0123456789abcdef"
    name = connection.prefix
    meta = {"clausewatch": {"version": version, "fingerprint": "0123456789abcdef"}}
    client.indices.put_index_template(
        name=f"{name}-ubi-events", body={"index_patterns": ["nothing-at-all"], "_meta": meta}
    )
    client.search_pipeline.put(id=f"{name}-hybrid-rrf", body={"description": f"Fuses ({mark})"})
    client.put_script(id=f"{name}-keyword", body=script(f'{{{{! {mark} }}}}{{"size": 1}}'))


def test_what_an_older_version_installed_is_replaced(connection, client):
    written_as(client, connection, 0)
    found = steps(connection, install(connection, DIMENSION))
    assert (found["ubi-events"], found["keyword"], found["semantic"]) == ("replaced", "replaced", "created")
    assert found["hybrid-rrf"] == "impossible"  # this cluster cannot take ours
    assert "multi_match" in client.get_script(id=f"{connection.prefix}-keyword")["script"]["source"]
    assert steps(connection, uninstall(connection))["hybrid-rrf"] == "removed"


def test_what_a_newer_version_installed_is_refused_with_what_to_do(connection, client):
    written_as(client, connection, 99)
    before = everything(client)
    with pytest.raises(IndexerError, match=r"by a newer version of Clausewatch: .*-ubi-events \(version 99"):
        install(connection, DIMENSION)
    assert everything(client) == before
    uninstall(connection)


def test_another_dimension_replaces_the_template_of_passages_alone(connection):
    install(connection, DIMENSION)
    found = steps(connection, install(connection, DIMENSION * 2))
    assert [name for name, step in found.items() if step is Step.REPLACED] == ["chunks"]
    uninstall(connection)


@pytest.mark.parametrize("prefix", ["", "*", "a*", "A", "a,b", "-a", "a b", "x" * 65, "_all"])
def test_a_prefix_that_could_name_more_than_ours_is_refused(prefix):
    with pytest.raises(ValueError, match="prefix="):
        cluster_objects(Connection(("http://127.0.0.1:9",), prefix=prefix), DIMENSION)


def test_a_generation_beside_the_template_is_made_as_without_it(connection, client):
    index = OpenSearchIndex(connection, "encoder-1", DIMENSION)
    chunks = corpus(documents=1)
    made = []
    for template in (False, True):
        if template:
            install(connection, DIMENSION * 2)
        with index.rebuild("encoder-1", DIMENSION) as builder:
            builder.add(chunks)
            builder.finish(1)
        [content] = client.indices.get(index=f"{connection.prefix}-chunks").values()
        for own in ("uuid", "creation_date", "provided_name"):
            del content["settings"]["index"][own]
        made.append(content)
    assert made[0] == made[1]
    uninstall(connection, indexes=True)


def test_an_index_that_another_makes_under_the_pattern_takes_our_documents(connection, client):
    install(connection, DIMENSION)
    index = OpenSearchIndex(connection, "encoder-1", DIMENSION)
    index.apply(corpus(documents=1), [], 1)
    copy = f"{connection.prefix}-chunks-copy"
    client.indices.create(index=copy)
    hits = client.search(index=f"{connection.prefix}-chunks", body={"size": 10})["hits"]["hits"]
    for hit in hits:
        client.index(index=copy, id=hit["_id"], body=hit["_source"], params={"refresh": "true"})
    query = {"query": {"match": {"exact": "liability"}}}
    both = [client.count(index=name, body=query)["count"] for name in (f"{connection.prefix}-chunks", copy)]
    assert both[0] == both[1] > 0
    client.indices.delete(index=copy)
    uninstall(connection, indexes=True)


def with_data(connection):
    OpenSearchIndex(connection, "encoder-1", DIMENSION).apply(corpus(documents=1), [], 1)
    EventIndex(connection, "ubi_queries").send([("q1", {"query_id": "q1"})], 1)


def test_indexes_stay_unless_they_are_named(connection, client, neighbours):
    with_data(connection)
    install(connection, DIMENSION)
    uninstall(connection)
    own = f"{connection.prefix}-*"
    assert len(client.indices.get(index=own)) == 4  # passages, state, searches, and that of others
    outcomes = uninstall(connection, indexes=True)
    removed = {each.name.removeprefix(connection.prefix) for each in outcomes if each.kind is Kind.INDEX}
    assert removed == {"-chunks-g000001", "-state", "-ubi-queries"}
    assert list(client.indices.get(index=own)) == [f"{connection.prefix}-chunky"]


def test_indexes_of_others_under_our_names_are_refused_and_nothing_is_touched(connection, client):
    with_data(connection)
    install(connection, DIMENSION)
    theirs = f"{connection.prefix}-chunks-g1-reports"
    client.indices.delete_index_template(name=f"{connection.prefix}-chunks")
    client.indices.create(index=theirs)
    before = everything(client)
    with pytest.raises(IndexerError, match=f"index {theirs}"):
        uninstall(connection, indexes=True)
    assert everything(client) == before
    client.indices.delete(index=theirs)
    uninstall(connection, indexes=True)


def test_indexes_that_are_being_written_are_not_deleted(connection, client):
    with_data(connection)
    install(connection, DIMENSION)
    before = everything(client)
    with (
        writer_lock(client, f"{connection.prefix}-state", "rebuilding"),
        pytest.raises(WriterBusyError, match="rebuilding"),
    ):
        uninstall(connection, indexes=True)
    assert everything(client) == before
    uninstall(connection, indexes=True)


def test_a_changed_definition_has_a_new_version():
    """A definition whose fingerprint changes gets a higher version, and both change here."""
    objects = cluster_objects(Connection(("http://127.0.0.1:9",)), 384)
    found = {each.name: (each.mark.version, each.mark.fingerprint) for each in objects}
    del found["clausewatch-chunks"]  # made with the settings of a generation; tests of the mapping watch it
    assert found == {
        "clausewatch-ubi-queries": (1, "b9ea9872f21fd459"),
        "clausewatch-ubi-events": (2, "58c2b61c019571b3"),
        "clausewatch-hybrid-rrf": (1, "1f32d2d04a309ded"),
        "clausewatch-hybrid-mean": (1, "f5df0e64785d3ff6"),
        "clausewatch-keyword": (1, "75701f2a31649446"),
        "clausewatch-semantic": (1, "51436eb0c34cd7a5"),
        "clausewatch-hybrid": (1, "14eccd1112cae809"),
    }


def test_the_pipelines_are_those_that_the_cluster_documents():
    objects = {each.name: each for each in cluster_objects(Connection(("http://127.0.0.1:9",)), 384)}
    rrf, mean = objects["clausewatch-hybrid-rrf"].body, objects["clausewatch-hybrid-mean"].body
    assert rrf["phase_results_processors"] == [
        {"score-ranker-processor": {"combination": {"technique": "rrf", "rank_constant": 60}}}
    ]
    assert mean["phase_results_processors"] == [
        {
            "normalization-processor": {
                "normalization": {"technique": "min_max"},
                "combination": {"technique": "arithmetic_mean", "parameters": {"weights": [0.5, 0.5]}},
            }
        }
    ]
    assert (rrf["version"], mean["version"]) == (1, 1)
    assert rrf["description"].endswith(f"({objects['clausewatch-hybrid-rrf'].mark})")
