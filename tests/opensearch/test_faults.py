"""A server that goes away, is closed to changes, or holds what it should not: nothing is lost or made up."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from sqlalchemy import select

from indexer.apply import apply_outbox
from indexer.errors import IndexUnreachableError, NewerIndexError
from indexer.index.opensearch import Connection, OpenSearchIndex
from indexer.index.protocol import Filters, Retrieval
from indexer.jobs import Jobs
from indexer.records import schema
from tests.indexer.ingest.office import LEASE, NDA, Office, mail, make_office
from tests.opensearch.backend import prefix_of
from tests.opensearch.server import Node

EVERYTHING = Retrieval(None, None, Filters(), limit=1000, everything=True)


def connected(node: Node, folder: Path) -> OpenSearchIndex:
    """The index of a folder as a process finds it that has just started."""
    connection = Connection(
        (node.url,), prefix=prefix_of(folder), engine="lucene", replicas=0, retries=1, timeout=20
    )
    return OpenSearchIndex(connection, "hashing-1", 8)


@pytest.fixture
def office(own_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office with a dozen files whose index is in the cluster; it takes small steps and waits little."""
    monkeypatch.setattr("indexer.ingest.writer.BATCH_TEXTS", 3)
    monkeypatch.setattr("indexer.ingest.writer.APPLY_SECONDS", 0.0)
    monkeypatch.setattr("indexer.ingest.writer.APPLY_SHARE", 0)
    monkeypatch.setattr("indexer.index.opensearch.bulk.DELAYS", (0.1, 0.2))
    office = make_office(tmp_path, connected(own_node, tmp_path))
    for number in range(10):
        office.write(f"nda {number}.txt", NDA.replace("Delaware", f"Ohio {number}"))
    office.write("mail.eml", mail(LEASE))
    yield office
    office.engine.dispose()


def client_of(node: Node) -> OpenSearch:
    return OpenSearch([node.url])


def restart(node: Node) -> None:
    """Starts a server and waits until its indexes have come back too."""
    node.start()
    wanted = {"wait_for_status": "yellow", "timeout": "60s"}
    health = client_of(node).cluster.health(params=wanted, request_timeout=70)
    assert not health["timed_out"]


def recorded(office: Office) -> set[int]:
    """The keys of the passages that ought to be searchable."""
    chunks, documents = schema.chunks, schema.documents
    query = select(chunks.c.key).join_from(chunks, documents).where(documents.c.status == "active")
    with office.engine.connect() as connection:
        return set(connection.scalars(query))


def found(office: Office) -> set[int]:
    return {each.key for each in office.index.retrieve(EVERYTHING).lexical}


def check_complete(office: Office) -> None:
    assert found(office) == recorded(office)
    assert len(found(office)) >= 22
    assert office.index.count(None, Filters()).chunks == len(recorded(office))


def test_a_server_that_is_down_at_the_start_is_caught_up_with(office: Office, own_node: Node) -> None:
    own_node.kill()
    try:
        summary = office.run()
        assert "cannot be reached. Start it, or correct its address." in summary.behind
        assert (summary.outcomes["failed"], summary.outcomes["indexed"]) == (0, 12)
        jobs = Jobs(office.ingest, threading.Event())
        with pytest.raises(IndexUnreachableError):
            jobs.outbox()
    finally:
        restart(own_node)
    jobs.outbox()
    check_complete(office)


@pytest.mark.parametrize("number", [1, 8])
def test_a_server_that_dies_in_mid_ingest_is_caught_up_with(
    office: Office, own_node: Node, number: int
) -> None:
    def report(done: int, total: int, detail: str = "") -> None:
        if done == number:
            own_node.kill()

    try:
        summary = office.run(report=report)
    finally:
        restart(own_node)
    assert "cannot be reached" in summary.behind
    assert summary.outcomes["indexed"] == 12
    assert office.run().behind == ""
    check_complete(office)


def test_a_server_that_dies_and_comes_back_in_mid_ingest_is_hardly_noticed(
    office: Office, own_node: Node
) -> None:
    def report(done: int, total: int, detail: str = "") -> None:
        if done == 4:
            own_node.kill()
            restart(own_node)

    summary = office.run(report=report)
    assert (summary.behind, summary.outcomes["indexed"]) == ("", 12)
    check_complete(office)


def test_searches_are_right_or_refused_while_a_server_dies_and_comes_back(
    office: Office, own_node: Node
) -> None:
    office.run()
    expected = found(office)
    wrong: list[object] = []
    answered, refused = threading.Event(), threading.Event()
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            try:
                if found(office) == expected:
                    answered.set()
                else:
                    wrong.append(found(office))
            except IndexUnreachableError:
                refused.set()
            except Exception as error:  # noqa: BLE001 - whatever else it is, is wrong
                wrong.append(error)

    searching = [threading.Thread(target=search) for _ in range(3)]
    for each in searching:
        each.start()
    try:
        assert answered.wait(60)
        own_node.kill()
        assert refused.wait(60)
        restart(own_node)
        answered.clear()
        assert answered.wait(60)
    finally:
        done.set()
        for each in searching:
            each.join()
    assert wrong == []


def test_an_index_that_is_closed_by_a_full_disk_is_said_and_caught_up_with(
    office: Office, own_node: Node, tmp_path: Path
) -> None:
    office.write("first.txt", LEASE)
    office.run(office.folder / "first.txt")
    client, alias = client_of(own_node), f"{prefix_of(tmp_path)}-chunks"
    client.indices.put_settings(index=alias, body={"index.blocks.read_only_allow_delete": True})
    summary = office.run()
    assert "takes no changes now" in summary.behind
    assert "free some space or add a node" in summary.behind
    assert summary.outcomes["failed"] == 0
    jobs = Jobs(office.ingest, threading.Event())
    with pytest.raises(IndexUnreachableError, match="disk usage exceeded flood-stage"):
        jobs.outbox()
    client.indices.put_settings(index=alias, body={"index.blocks.read_only_allow_delete": None})
    jobs.outbox()
    check_complete(office)


def test_an_index_of_a_newer_version_is_neither_written_nor_replaced(
    office: Office, own_node: Node, tmp_path: Path
) -> None:
    office.run()
    client, alias = client_of(own_node), f"{prefix_of(tmp_path)}-chunks"
    [(name, content)] = client.indices.get_mapping(index=alias).items()
    client.indices.put_mapping(index=alias, body={"_meta": {**content["mappings"]["_meta"], "format": 99}})
    office.write("later.txt", NDA.replace("Delaware", "Utah"))
    with pytest.raises(NewerIndexError, match=r"made by a newer version of Clausewatch\. Install"):
        office.run()
    with pytest.raises(NewerIndexError):
        Jobs(office.ingest, threading.Event()).outbox()
    assert list(client.indices.get_alias(name=alias)) == [name]


def test_an_alias_that_vanished_is_made_anew_by_the_worker(
    office: Office, own_node: Node, tmp_path: Path
) -> None:
    office.run()
    client_of(own_node).indices.delete_alias(index="*", name=f"{prefix_of(tmp_path)}-chunks")
    Jobs(office.ingest, threading.Event()).outbox()
    check_complete(office)


def test_an_outbox_that_is_applied_twice_changes_no_document(
    office: Office, own_node: Node, tmp_path: Path
) -> None:
    office.run()
    client, prefix = client_of(own_node), prefix_of(tmp_path)

    def versions() -> dict[str, int]:
        hits = client.search(index=f"{prefix}-chunks", body={"size": 1000, "version": True})["hits"]["hits"]
        return {each["_id"]: each["_version"] for each in hits}

    before, position = versions(), office.index.status().position
    client.index(index=f"{prefix}-state", id=office.index.status().generation, body={"position": 0})
    assert office.index.status().position == 0
    assert apply_outbox(office.engine, office.index, office.ingest.packs) == 12
    assert (versions(), office.index.status().position) == (before, position)
    check_complete(office)
