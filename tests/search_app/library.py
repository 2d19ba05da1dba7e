"""A small collection of passages in real records and a real index, and an encoder that counts words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from indexer.ids import chunk_id, chunk_key, digest, document_id, text_hash
from indexer.index.embedded import EmbeddedIndex
from indexer.index.protocol import IndexedChunk, IndexedLabel
from indexer.records import schema
from indexer.records.database import open_records, writing
from indexer.records.write import insert_new
from models.labels import LabelSource, Severity
from models.packs import LabelDefinition, Pack
from search_app.search import Searcher

NOW = "2026-01-31T09:00:00.000Z"
DIMENSION = 64
CHUNKER = "test"


class WordEncoder:
    """Each word of a fixed list is a direction; synonyms share one. Equal texts, equal vectors."""

    version = "words"
    dimension = DIMENSION
    max_tokens = 256
    reads = ()

    def __init__(self, synonyms: Mapping[str, str]) -> None:
        self.synonyms = synonyms
        self.words: dict[str, int] = {}
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        return np.stack([self._vector(text) for text in texts])

    def read(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.encode(texts), np.empty((len(texts), 0), np.float32)

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(DIMENSION, np.float32)
        for word in text.lower().replace(".", " ").replace(",", " ").split():
            meaning = self.synonyms.get(word)
            if meaning:
                vector[self.words.setdefault(meaning, len(self.words))] += 1
        norm = np.linalg.norm(vector)
        if norm == 0:
            vector[DIMENSION - 1] = norm = 1
        return vector / norm


@dataclass(frozen=True)
class Passage:
    text: str
    labels: Mapping[str, float] = field(default_factory=dict)
    section: str = ""


@dataclass(frozen=True)
class Contract:
    title: str
    passages: tuple[Passage, ...]
    document_type: str = "Supply Agreement"
    day: date | None = None
    collection: str = "contracts"

    @property
    def id(self) -> str:
        return document_id(self.collection, digest(self.title.encode()))

    def key(self, ordinal: int) -> int:
        return chunk_key(chunk_id(self.id, ordinal, CHUNKER))


SEVERITIES = {
    "Cap On Liability": Severity.HIGH,
    "Governing Law": Severity.LOW,
    "Audit Rights": Severity.MEDIUM,
}
PACK = Pack(
    name="contracts",
    title="Contracts",
    version="0",
    labels={
        name: LabelDefinition(name, name.capitalize(), "", severity, "")
        for name, severity in SEVERITIES.items()
    },
)


@dataclass(frozen=True)
class Library:
    searcher: Searcher
    index: EmbeddedIndex
    encoder: WordEncoder
    engine: Engine


def build(folder: Path, contracts: Sequence[Contract], synonyms: Mapping[str, str]) -> Library:
    """Records and indexes the contracts."""
    encoder = WordEncoder(synonyms)
    engine = open_records(f"sqlite:///{folder / 'records.sqlite'}")
    index = EmbeddedIndex(folder / "index", encoder.version, DIMENSION)
    with writing(engine) as connection:
        for name in sorted({contract.collection for contract in contracts}):
            insert_new(
                connection, schema.collections, [{"name": name, "pack": "contracts", "created_at": NOW}]
            )
        for contract in contracts:
            insert_new(connection, schema.documents, [_document(contract)])
            insert_new(connection, schema.chunks, _chunks(contract))
            insert_new(connection, schema.predictions, _predictions(contract))
    index.apply([chunk for contract in contracts for chunk in _indexed(contract, encoder)], [], 1)
    packs = dict.fromkeys({contract.collection for contract in contracts}, PACK)
    return Library(Searcher(index, encoder, engine, packs), index, encoder, engine)


def _document(contract: Contract) -> dict[str, object]:
    return {
        "id": contract.id,
        "collection": contract.collection,
        "digest": digest(contract.title.encode()),
        "parent": None,
        "title": contract.title,
        "file_name": f"{contract.title}.txt",
        "media_type": "text/plain",
        "document_type": contract.document_type,
        "document_date": contract.day.isoformat() if contract.day else None,
        "pages": 0,
        "characters": sum(len(passage.text) for passage in contract.passages),
        "bytes": 1,
        "warnings": "[]",
        "facts": "{}",
        "extractor": "test",
        "chunker": CHUNKER,
        "status": "active",
        "created_at": NOW,
    }


def _chunks(contract: Contract) -> list[dict[str, object]]:
    return [
        {
            "key": contract.key(ordinal),
            "id": chunk_id(contract.id, ordinal, CHUNKER),
            "document": contract.id,
            "ordinal": ordinal,
            "start": 1000 * ordinal,
            "end": 1000 * ordinal + len(passage.text),
            "page": None,
            "section": passage.section,
            "text": passage.text,
            "text_hash": text_hash(passage.text),
        }
        for ordinal, passage in enumerate(contract.passages)
    ]


def _predictions(contract: Contract) -> list[dict[str, object]]:
    return [
        {
            "chunk": contract.key(ordinal),
            "label": label,
            "source": "rule",
            "probability": probability,
            "model": "rules:test",
            "triggers": "[[0, 3]]",
        }
        for ordinal, passage in enumerate(contract.passages)
        for label, probability in passage.labels.items()
    ]


def _indexed(contract: Contract, encoder: WordEncoder) -> list[IndexedChunk]:
    vectors = encoder.encode([passage.text for passage in contract.passages])
    return [
        IndexedChunk(
            key=contract.key(ordinal),
            document=contract.id,
            collection=contract.collection,
            title=contract.title,
            section=passage.section,
            text=passage.text,
            document_type=contract.document_type,
            date=contract.day,
            labels=tuple(
                IndexedLabel(
                    label, probability, LabelSource.RULE, SEVERITIES.get(label, Severity.LOW), "rules:library"
                )
                for label, probability in passage.labels.items()
            ),
            vector=vector,
        )
        for ordinal, (passage, vector) in enumerate(zip(contract.passages, vectors, strict=True))
    ]
