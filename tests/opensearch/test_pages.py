"""The pages while OpenSearch is away: what they say, what still works, and what is made up for."""

import io
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.extract.tika import TikaServer
from indexer.index.opensearch import Connection, OpenSearchIndex
from indexer.index.protocol import IndexStatus
from indexer.ingest import Ingest, Limits
from indexer.jobs import Jobs
from search_app.app import create_app
from tests.indexer.ingest.office import InlinePool
from tests.indexer.ingest.test_worker import eventually
from tests.opensearch.backend import prefix_of
from tests.opensearch.server import Node
from tests.opensearch.test_faults import restart
from tests.search_app.library import DIMENSION
from tests.search_app.pages.house import READER, SUPPLY, House, fill, open_house, open_parts

ADDED = "LEASE\n\n1. Rent. The tenant shall pay the zebrawood rent and is liable for damages without limit.\n"


@pytest.fixture
def house(own_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, Jobs]]:
    """The pages and a worker's jobs over a document, its passages in a server that may be killed."""
    monkeypatch.setattr("search_app.pages.health.FRESH_SECONDS", 0.0)
    connection = Connection(
        (own_node.url,), prefix=prefix_of(tmp_path), engine="lucene", replicas=0, retries=1, timeout=20
    )
    parts = open_parts(tmp_path)
    parts = replace(parts, index=OpenSearchIndex(connection, parts.encoder.version, DIMENSION))  # type: ignore[arg-type]

    @contextmanager
    def open_pool(limits: Limits, encoder: str, tika: TikaServer | None) -> Iterator[InlinePool]:
        yield InlinePool([], tika)

    (tmp_path / "supply.txt").write_text(SUPPLY)
    ingest = Ingest(
        parts.settings.home, parts.engine, parts.blobs, parts.index, parts.encoder, parts.packs,
        open_pool=open_pool,
    )  # fmt: skip
    assert ingest.run([tmp_path / "supply.txt"]).behind == ""
    app = create_app(parts)  # type: ignore[arg-type]
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = READER
    house = House(app, client, parts.engine, parts.settings.home)
    yield house, Jobs(ingest, threading.Event())
    house.site.recorder.close()
    parts.engine.dispose()


def test_what_is_degraded_is_said_and_all_else_works_until_the_server_is_back(
    house: tuple[House, Jobs], own_node: Node
) -> None:
    pages, jobs = house
    assert "1 passage in 1 contract" in pages.get("/?q=damages&mode=keyword")
    own_node.kill()
    try:
        answer = pages.client.get("/?q=liability+cap")
        assert answer.status_code == 503
        assert "Nothing can be searched now" in answer.text
        assert (
            f"OpenSearch at {own_node.url} cannot be reached. Start it, or correct its address."
            in answer.text
        )
        assert 'value="liability cap"' in answer.text
        assert int(answer.headers["Retry-After"]) > 0
        document = pages.document("supply.txt")["id"]
        assert f"/documents/{document}" in answer.text
        assert "before the claim" in pages.get(f"/documents/{document}")
        assert "indexed" in pages.get("/runs")
        assert "Nothing can be searched; documents, runs and uploads are there as ever." in pages.get(
            "/status"
        )
        assert (
            pages.client.get(f"/similar/{pages.chunk('supply.txt', 'aggregate')['key']}").status_code == 503
        )
        said = pages.client.get("/api/search?q=liability")
        assert (said.status_code, said.json["error"]["code"]) == (503, "index_unavailable")
        assert pages.client.get("/health/live").json == {"live": True}
        ready = pages.client.get("/health/ready")
        assert (ready.status_code, ready.json) == (503, {"ready": False, "down": ["index"]})
        health = pages.client.get("/health")
        assert (health.status_code, health.json["live"], health.json["ready"]) == (503, True, False)

        files = {"files": (io.BytesIO(ADDED.encode()), "lease.txt"), "csrf_token": pages.token()}
        sent = pages.client.post("/upload", data={**files, "collection": "contracts"})
        assert sent.status_code == 303
        jobs.uploads()
        assert "zebrawood" in pages.get(f"/documents/{pages.document('lease.txt')['id']}")
    finally:
        restart(own_node)
    jobs.outbox()
    assert "zebrawood" in pages.get("/?q=zebrawood&mode=keyword")
    assert pages.client.get("/health/ready").json == {"ready": True, "down": []}
    assert not (pages.home / "index").exists()


def test_a_server_that_hangs_keeps_no_page_waiting(
    house: tuple[House, Jobs], own_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, _ = house
    monkeypatch.setattr("search_app.pages.health.ANSWER_SECONDS", 0.3)
    release = threading.Event()
    index = pages.site.parts.index
    answer = index.status

    def slow() -> IndexStatus:
        release.wait(60)
        return answer()

    monkeypatch.setattr(index, "status", slow)
    health = pages.client.get("/health").json
    release.set()
    parts = {part["name"]: part for part in health["parts"]}
    assert parts["index"]["detail"] == "Gave no answer within 0.3 seconds."
    assert parts["records"]["state"] == "ok"
    assert eventually(lambda: pages.client.get("/health").json["ready"])


def test_an_embedded_index_that_is_absent_is_said_the_same_way(tmp_path: Path) -> None:
    fill(tmp_path)
    shutil.rmtree(tmp_path / "home" / "index")
    with open_house(tmp_path) as pages:
        answer = pages.client.get("/?q=liability")
        assert answer.status_code == 503
        assert "Nothing can be searched now" in answer.text
        assert "clausewatch rebuild" in answer.text
        assert f"/documents/{pages.document('supply.txt')['id']}" in answer.text
