"""A trail of searches in real records: who searched, what was shown, what was clicked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from indexer.export import KINDS, Pseudonyms, Request, Selection, stream
from indexer.export.formats import NDJSON
from indexer.ids import chunk_id, chunk_key, text_hash
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.events import Event, QueryEvent, record_events, record_query
from indexer.records.write import insert_new

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
SECRET = b"0123456789abcdef" * 4
NAMES = Pseudonyms(SECRET)
ANN, BOB = "a" * 32, "b" * 32
LEASE, LOAN = "1" * 32, "2" * 32


def at(seconds: float) -> str:
    """A time, by seconds after the start."""
    return time_to_text(START + timedelta(seconds=seconds))


def passage(document: str, ordinal: int) -> str:
    """The id of a passage."""
    return chunk_id(document, ordinal, "c1")


@dataclass
class Trail:
    """Records searches and what follows them."""

    engine: Engine
    _made: int = field(default=0)

    def search(
        self,
        query: str,
        text: str,
        chunks: Sequence[str],
        *,
        client: str = ANN,
        seconds: float = 0.0,
        ranker: str = "rrf",
        **scores: float,
    ) -> None:
        """Records a search that showed some passages from the first place on."""
        shown = [
            self._event("impression", query, client, seconds, text, chunk, place, f"{query}-{place}", ranker)
            | {"details": {"keyword_rank": place + 1, "semantic_rank": None, **scores}}
            for place, chunk in enumerate(chunks)
        ]
        with writing(self.engine) as connection:
            record_query(
                connection,
                QueryEvent(
                    query, "clausewatch", client, at(seconds), text, f"{query}-0", json.dumps(list(chunks)),
                    json.dumps({"mode": "hybrid", "offset": 0}),
                ),
            )  # fmt: skip
            record_events(connection, [_made(item) for item in shown])

    def act(
        self,
        action: str,
        query: str,
        text: str,
        chunk: str,
        place: int,
        *,
        client: str = ANN,
        seconds: float = 1.0,
        **extra: object,
    ) -> None:
        """Records what somebody did with a hit."""
        self._made += 1
        item = self._event(action, query, client, seconds, text, chunk, place, f"{action}-{self._made}", None)
        with writing(self.engine) as connection:
            record_events(connection, [_made(item | {"extra": extra})])

    def open(self, document: str, *, client: str = ANN, seconds: float = 1.0, action: str = "open") -> None:
        """Records that a document was opened, without a search."""
        attributes = {"object": {"object_id": document, "object_id_field": "document"}}
        event = Event(
            f"{action}-{'s' * 32}-{document}", "clausewatch", action, None, client, "s" * 32, at(seconds),
            "INFO", None, json.dumps(attributes),
        )  # fmt: skip
        with writing(self.engine) as connection:
            record_events(connection, [event])

    @staticmethod
    def _event(
        action: str, query: str, client: str, seconds: float, text: str, chunk: str, place: int, name: str,
        ranker: str | None,
    ) -> dict[str, object]:  # fmt: skip
        return {
            "action": action, "query": query, "client": client, "seconds": seconds, "text": text,
            "chunk": chunk, "place": place, "name": name, "ranker": ranker,
        }  # fmt: skip


def _made(item: dict[str, object]) -> Event:
    details, extra = item.get("details", {}), item.get("extra", {})
    assert isinstance(details, dict)
    assert isinstance(extra, dict)
    attributes = {
        "position": {"ordinal": item["place"]},
        "object": {"object_id": item["chunk"], "object_id_field": "chunk", **details},
        **({"ranker": item["ranker"]} if item["ranker"] else {}),
        **extra,
    }
    return Event(
        str(item["name"]), "clausewatch", str(item["action"]), str(item["query"]), str(item["client"]),
        f"{str(item['client'])[0]}1" * 16, at(float(str(item["seconds"]))), "INFO", str(item["text"]),
        json.dumps(attributes),
    )  # fmt: skip


def add_document(
    engine: Engine, document: str, texts: Sequence[str], *, collection: str = "contracts", day: float = 0.0
) -> None:
    """Records a document with its passages, the first of which is said to cap liability."""
    with writing(engine) as connection:
        insert_new(
            connection,
            schema.collections,
            [{"name": collection, "pack": "contracts", "created_at": at(0)}],
        )
        insert_new(connection, schema.documents, [_document(document, collection, at(day * 86400))])
        insert_new(
            connection,
            schema.chunks,
            [
                {
                    "key": chunk_key(passage(document, ordinal)), "id": passage(document, ordinal),
                    "document": document, "ordinal": ordinal, "start": 100 * ordinal,
                    "end": 100 * ordinal + len(text), "page": None, "section": "", "text": text,
                    "text_hash": text_hash(text),
                }
                for ordinal, text in enumerate(texts)
            ],
        )  # fmt: skip
        insert_new(
            connection,
            schema.predictions,
            [
                {
                    "chunk": chunk_key(passage(document, 0)), "label": label, "source": source,
                    "probability": probability, "model": model, "triggers": "[]", "standing": standing,
                }
                for label, source, probability, model, standing in (
                    ("Cap On Liability", "rule", 1.0, "rules:1", "outvoted"),
                    ("Cap On Liability", "model", 0.75, "model:1", "speaks"),
                    ("Audit Rights", "model", 0.5, "model:1", "unsure"),
                )
            ],
        )  # fmt: skip


def _document(document: str, collection: str, created_at: str) -> dict[str, object]:
    return {
        "id": document, "collection": collection, "digest": document * 2, "parent": None,
        "title": f"Agreement {document[0]}", "file_name": f"{document}.txt", "media_type": "text/plain",
        "document_type": "unknown", "document_date": None, "pages": 0, "characters": 10, "bytes": 10,
        "warnings": "[]", "facts": "{}", "extractor": "1", "chunker": "c1", "labelled_by": "model:1 rules:1",
        "status": "active", "created_at": created_at,
    }  # fmt: skip


def rows(
    engine: Engine, kind: str, selection: Selection | None = None, after: int = 0
) -> list[dict[str, object]]:
    """All rows of a kind, by the names of their columns."""
    request = Request(KINDS[kind], NDJSON, selection or Selection(), (after,) if after else ())
    lines = b"".join(stream(request, engine, NAMES)[1]).splitlines()
    return [json.loads(line) for line in lines]


def records(folder: Path) -> str:
    """The URL of records under a folder."""
    return f"sqlite:///{folder / 'records.sqlite'}"
