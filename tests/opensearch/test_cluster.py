"""Three servers, of which one is killed: no acknowledged change is lost, no answer is wrong, errors end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from indexer.errors import IndexUnreachableError
from indexer.index.opensearch import Connection, OpenSearchIndex
from indexer.index.protocol import Filters, IndexedChunk, Retrieval
from indexer.index.query import Word
from tests.contract.conftest import rebuilt
from tests.contract.corpus import DIMENSION, corpus
from tests.opensearch.backend import prefix_of
from tests.opensearch.server import Node

pytestmark = pytest.mark.slow
# Until the others have noticed that a server is gone and its copies have taken over; a slow machine's time.
RECOVERY_SECONDS = 90.0
ALL = Retrieval(None, None, Filters(), limit=1000, everything=True)


def connected(nodes: list[Node], folder: Path, replicas: int) -> OpenSearchIndex:
    connection = Connection(
        tuple(each.url for each in nodes),
        prefix=prefix_of(folder),
        engine="lucene",
        shards=3,
        replicas=replicas,
        timeout=20,
    )
    return OpenSearchIndex(connection, "encoder-1", DIMENSION)


def client_of(nodes: list[Node]) -> OpenSearch:
    return OpenSearch([each.url for each in nodes], timeout=60)


def await_status(nodes: list[Node], status: str, servers: int) -> None:
    """Waits until all copies that are wanted are there."""
    wanted = {"wait_for_status": status, "wait_for_nodes": str(servers), "timeout": "120s"}
    health = client_of(nodes).cluster.health(params=wanted, request_timeout=130)
    assert not health["timed_out"], health


def manager_of(nodes: list[Node]) -> Node:
    """The server that leads the cluster: its death is the hardest."""
    name = client_of(nodes).cat.cluster_manager(params={"h": "node"}).strip()
    return nodes[int(name.removeprefix("node-"))]


@contextmanager
def killed(node: Node, nodes: list[Node]) -> Iterator[None]:
    """A server is gone while the block runs, and back with all its copies afterwards."""
    node.kill()
    try:
        yield
    finally:
        node.start()
        await_status(nodes, "green", 3)


def keys_of(index: OpenSearchIndex) -> set[int]:
    return {each.key for each in index.retrieve(ALL).lexical}


@dataclass
class Load:
    """Searches without a pause, each answer compared with the one before the fault."""

    index: OpenSearchIndex
    vector: object
    answers: int = 0
    refusals: list[float] = field(default_factory=list)
    wrong: list[object] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> object:
        found = self.index.retrieve(Retrieval(Word("liability"), self.vector, Filters(), limit=20))  # type: ignore[arg-type]
        counts = self.index.count(Word("liability"), Filters())
        nearest = [each.key for each in found.nearest]
        return [each.key for each in found.lexical], nearest, counts.chunks, counts.documents

    def run(self, expected: object) -> None:
        while not self._done.is_set():
            try:
                answer = self.ask()
            except IndexUnreachableError:
                self.refusals.append(time.monotonic())
            except Exception as error:  # noqa: BLE001 - whatever else it is, is wrong
                self.wrong.append(error)
            else:
                self.answers += 1
                if answer != expected:
                    self.wrong.append(answer)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        expected = self.ask()
        threads = [threading.Thread(target=self.run, args=(expected,)) for _ in range(3)]
        for each in threads:
            each.start()
        try:
            yield self
        finally:
            self._done.set()
            for each in threads:
                each.join()

    def await_answers(self, more: int) -> None:
        wanted, end = self.answers + more, time.monotonic() + RECOVERY_SECONDS
        while self.answers < wanted:
            assert time.monotonic() < end, f"{self.answers} answers, {len(self.refusals)} refusals"
            time.sleep(0.05)


def test_searches_stay_right_when_a_server_is_killed(nodes: list[Node], tmp_path: Path) -> None:
    chunks = corpus(documents=12)
    index = connected(nodes, tmp_path, replicas=1)
    rebuilt(index, chunks)
    await_status(nodes, "green", 3)
    load = Load(connected(nodes, tmp_path, replicas=1), chunks[0].vector)
    with load.running():
        load.await_answers(10)
        with killed(manager_of(nodes), nodes):
            load.await_answers(30)
        load.await_answers(10)
    assert load.wrong == []
    assert len(load.refusals) <= load.answers
    assert keys_of(index) == {each.key for each in chunks}


def test_no_acknowledged_change_is_lost_when_a_server_is_killed(nodes: list[Node], tmp_path: Path) -> None:
    documents: dict[str, list[IndexedChunk]] = {}
    for each in corpus(documents=24, passages=5):
        documents.setdefault(each.document, []).append(each)
    index = connected(nodes, tmp_path, replicas=1)
    expected: set[int] = set()
    tries = 0
    for number, (document, chunks) in enumerate(documents.items(), 1):
        if number == 8:
            await_status(nodes, "green", 3)
            victim = manager_of(nodes)
            victim.kill()
        if number == 20:
            victim.start()
        tries += _applied(index, chunks, number)
        expected |= {each.key for each in chunks}
        if number % 4 == 0:
            assert keys_of_patiently(index) == expected, document
    await_status(nodes, "green", 3)
    assert keys_of(index) == expected
    assert (index.status().position, index.status().chunks) == (24, 120)
    assert tries <= 24 + 10


def _applied(index: OpenSearchIndex, chunks: list[IndexedChunk], position: int) -> int:
    """Applies until it is acknowledged; returns how often it took."""
    end = time.monotonic() + RECOVERY_SECONDS
    tries = 0
    while True:
        tries += 1
        try:
            index.apply(chunks, [], position)
        except IndexUnreachableError:
            assert time.monotonic() < end
            time.sleep(1.0)
        else:
            return tries


def keys_of_patiently(index: OpenSearchIndex) -> set[int]:
    end = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return keys_of(index)
        except IndexUnreachableError:
            assert time.monotonic() < end


def test_an_index_that_lacks_shards_is_refused_and_never_half_answered(
    nodes: list[Node], tmp_path: Path
) -> None:
    chunks = corpus()
    index = connected(nodes, tmp_path, replicas=0)
    rebuilt(index, chunks)
    expected = keys_of(index)
    alias = f"{prefix_of(tmp_path)}-chunks"
    shards = client_of(nodes).cat.shards(index=alias, params={"format": "json"})
    assert len({each["node"] for each in shards}) == 3
    victim = nodes[2]
    with killed(victim, nodes):
        await_status(nodes[:2], "red", 2)
        for ask in (
            lambda: keys_of(index),
            lambda: index.count(None, Filters()),
            lambda: index.vectors([each.key for each in chunks]),
            lambda: index.apply(chunks[:10], [], 9),
        ):
            with pytest.raises(IndexUnreachableError):
                ask()
    assert keys_of(index) == expected
    index.apply(chunks[:10], [], 9)
    assert index.status().position == 9
