"""A small law office behind the real pages: real records, index and files, an encoder that counts words."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from indexer.blobs import BlobStore
from indexer.extract.tika import TikaServer
from indexer.index.embedded import EmbeddedIndex
from indexer.ingest import Ingest, Limits
from indexer.records import schema
from indexer.records.database import open_records
from indexer.registry import Rankers, Registry
from models.packs import Pack, load_pack
from search_app.app import create_app
from search_app.grounds import Grounds
from search_app.pages.site import KEY, Site
from search_app.search import Searcher
from search_app.settings import Settings
from tests.classifiers import WordModels
from tests.indexer.ingest.office import InlinePool
from tests.search_app.library import DIMENSION, WordEncoder

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "documents"
READER = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
SYNONYMS = {"rent": "pay", "pay": "pay", "liable": "liability", "liability": "liability", "law": "law"}
SUPPLY = """SUPPLY AGREEMENT

This Supply Agreement is made on 3 March 2021 between Acme Ltd and Hooli Inc.

1. Delivery

The Supplier shall deliver the goods within ten days of each order.

2. Limitation of Liability

In no event shall the Supplier's total aggregate liability under this Agreement exceed the fees paid in
the twelve months before the claim. Neither party is liable for indirect or consequential damages.

3. Governing Law

This Agreement shall be governed by and construed in accordance with the laws of the State of New York.
"""
HOSTILE = """SERVICES AGREEMENT <script>alert(1)</script>

This Services Agreement is made between the parties named below.

1. "><img src=x onerror=alert(2)> Liability

The Supplier's liability <b onclick="alert(3)">shall not exceed</b> the fees paid; {{ 7 * 7 }} & more.
"""


@dataclass
class House:
    """The pages over some documents, with what a test looks into."""

    app: Flask
    client: FlaskClient
    engine: Engine
    home: Path

    @property
    def site(self) -> Site:
        site: Site = self.app.extensions[KEY]
        return site

    def get(self, address: str, **options: Any) -> str:
        """The text of a page that must answer 200."""
        response = self.client.get(address, **options)
        assert response.status_code == 200, (address, response.status_code, response.text[:500])
        return response.text

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, after what is queued was written."""
        self.site.recorder.flush()
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(schema.metadata.tables[table])).mappings()]

    def events(self, action: str) -> list[dict[str, Any]]:
        """The events of an action, their attributes read."""
        return [
            {**row, "event_attributes": json.loads(row["event_attributes"])}
            for row in self.rows("ubi_events")
            if row["action_name"] == action
        ]

    def document(self, file_name: str) -> dict[str, Any]:
        return next(row for row in self.rows("documents") if row["file_name"] == file_name)

    def chunks(self, file_name: str) -> list[dict[str, Any]]:
        document = self.document(file_name)["id"]
        return [row for row in self.rows("chunks") if row["document"] == document]

    def chunk(self, file_name: str, words: str) -> dict[str, Any]:
        """The passage of a document that holds some words."""
        return next(row for row in self.chunks(file_name) if words in row["text"])

    def token(self, client: FlaskClient | None = None) -> str:
        """The token of the upload form."""
        page = (client or self.client).get("/upload").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        return found[1]


@dataclass
class TestParts:
    """What the composition root hands to the pages, with stand-ins where speed asks for it."""

    __test__ = False
    settings: Settings
    engine: Engine
    index: EmbeddedIndex
    encoder: WordEncoder
    packs: Mapping[str, Pack]
    blobs: BlobStore

    registry: Registry

    @cached_property
    def rankers(self) -> Rankers:
        return Rankers(self.engine, self.blobs, None)

    @cached_property
    def grounds(self) -> Grounds:
        return Grounds(self.engine, self.registry)

    @property
    def searcher(self) -> Searcher:
        return Searcher(self.index, self.encoder, self.engine, self.packs, self.grounds)


def fill(root: Path, url: str = "", starter: bytes = b"") -> None:
    """Ingests the documents into the home under a folder."""
    files = root / "files"
    files.mkdir(parents=True)
    (files / "supply.txt").write_text(SUPPLY)
    (files / "<b>hostile.txt").write_text(HOSTILE)
    (files / "photo.xyz").write_bytes(b"\x00\x01\x02\x03" * 99)
    (files / "broken.pdf").write_bytes(b"%PDF-1.7\nthis is no PDF")
    for name in ("Office Lease 18 Calloway Square.pdf", "data-processing-agreement-pellworth.html"):
        shutil.copy(SAMPLES / name, files)
    parts = open_parts(root, url, starter)

    @contextmanager
    def open_pool(limits: Limits, encoder: str, tika: TikaServer | None) -> Iterator[InlinePool]:
        yield InlinePool([])

    Ingest(
        parts.settings.home, parts.engine, parts.blobs, parts.index, parts.encoder, parts.packs,
        open_pool=open_pool, classifiers=parts.registry,
    ).run([files])  # fmt: skip
    parts.engine.dispose()


def open_parts(root: Path, url: str = "", starter: bytes = b"", **settings: Any) -> TestParts:
    """Opens what lies under a folder, its records there too unless a URL says where.

    ``starter`` is the model that ships with the product; none unless given.
    """
    home = root / "home"
    encoder = WordEncoder(SYNONYMS)
    engine, blobs = open_records(url or f"sqlite:///{home / 'records.sqlite'}"), BlobStore(home / "blobs")
    return TestParts(
        settings=Settings(home=home, **settings),
        engine=engine,
        index=EmbeddedIndex(home / "index", encoder.version, DIMENSION),
        encoder=encoder,
        packs={"contracts": load_pack("contracts")},
        blobs=blobs,
        registry=Registry(engine, blobs, WordModels({"contracts": [starter]} if starter else {})),
    )


@contextmanager
def open_house(root: Path, url: str = "", **settings: Any) -> Iterator[House]:
    """Opens the pages over what lies under a folder."""
    parts = open_parts(root, url, **settings)
    app = create_app(parts)  # type: ignore[arg-type]
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = READER
    house = House(app, client, parts.engine, parts.settings.home)
    try:
        yield house
    finally:
        house.site.recorder.close()
        parts.engine.dispose()
