"""A large home made of a small one: real chunks, varied and repeated until there are enough.

A copy of a document keeps its structure; in each of its chunks a tenth of the words is exchanged for
words drawn from the whole corpus, every number is redrawn, and its vector is moved by a quarter towards
that of another chunk of the corpus, so that neither words nor vectors of two copies are alike, and all
vectors stay where those of contracts lie. What a reader read of the chunk stays.
"""

import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Table, insert, select

from indexer.ids import chunk_id, chunk_key, digest, document_id, text_hash
from indexer.records.database import open_records
from indexer.records.schema import (
    chunks,
    collections,
    document_texts,
    documents,
    predictions,
    sources,
    vectors,
)

EXCHANGED = 0.1
DRAWN = 5000
MOVED = 0.25
NO_BLOCKS = zlib.compress(b"[]")
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What copies are varied with: words as frequent as in the corpus, and vectors, shape (n, dimension)."""

    words: list[str]
    vectors: NDArray[np.float32]


def grow(base: Path, target: Path, wanted: int, seed: int = 7) -> int:
    """Writes records with about ``wanted`` chunks under ``target`` from those under ``base``.

    The index is not built; ``clausewatch rebuild`` does that. Returns the number of chunks.
    """
    target.mkdir(parents=True, exist_ok=True)
    source = open_records(f"sqlite:///{base / 'records.sqlite'}")
    destination = open_records(f"sqlite:///{target / 'records.sqlite'}")
    written = copy = 0
    with source.connect() as reading, destination.begin() as writing:
        _copy_rows(reading, writing, collections)
        drawn = _draw(reading)
        live = select(documents).where(documents.c.status == "active").order_by(documents.c.id)
        originals = [dict(row) for row in reading.execute(live).mappings()]
        while written < wanted:
            for original in originals:
                rng = np.random.default_rng([seed, copy, int(original["id"][:8], 16)])
                written += _copy_document(reading, writing, original, copy=copy, drawn=drawn, rng=rng)
                if written >= wanted:
                    break
            copy += 1
    return written


def _copy_rows(reading: Connection, writing: Connection, table: Table) -> None:
    rows = [dict(row) for row in reading.execute(select(table)).mappings()]
    writing.execute(insert(table), rows)


def _draw(reading: Connection) -> Drawn:
    joined = chunks.join(vectors, vectors.c.text_hash == chunks.c.text_hash)
    query = select(chunks.c.text, vectors.c.vector).select_from(joined).order_by(chunks.c.key).limit(DRAWN)
    rows = reading.execute(query).all()
    found = np.stack([np.frombuffer(row.vector, "<f2").astype(np.float32) for row in rows])
    return Drawn([word for row in rows for word in row.text.split()], found)


def _copy_document(
    reading: Connection,
    writing: Connection,
    original: dict[str, Any],
    *,
    copy: int,
    drawn: Drawn,
    rng: np.random.Generator,
) -> int:
    content_digest = digest(f"{original['digest']}/{copy}".encode())
    name = document_id(original["collection"], content_digest)
    found = [dict(row) for row in reading.execute(_chunk_rows(original["id"])).mappings()]
    if not found:
        return 0
    made = list(_vary(found, name, original["chunker"], drawn, rng))
    title = f"{original['title']} ({copy})" if copy else original["title"]
    document = original | {"id": name, "digest": content_digest, "parent": None, "title": title}
    writing.execute(insert(documents), [document])
    text = "\n".join(row["chunk"]["text"] for row in made)
    writing.execute(
        insert(document_texts),
        [{"document": name, "text": text, "blocks": NO_BLOCKS}],
    )
    writing.execute(insert(sources), [_source_row(document, copy)])
    writing.execute(insert(chunks), [row["chunk"] for row in made])
    writing.execute(insert(vectors).prefix_with("OR IGNORE"), [row["vector"] for row in made])
    labels = list(_labels(reading, found, made))
    if labels:
        writing.execute(insert(predictions), labels)
    return len(made)


def _chunk_rows(document: str) -> Select[Any]:
    joined = chunks.join(vectors, vectors.c.text_hash == chunks.c.text_hash)
    columns = (chunks, vectors.c.encoder, vectors.c.vector, vectors.c.readings)
    return (
        select(*columns).select_from(joined).where(chunks.c.document == document).order_by(chunks.c.ordinal)
    )


def _source_row(document: dict[str, Any], copy: int) -> dict[str, Any]:
    return {
        "collection": document["collection"],
        "uri": f"/copies/{copy}/{document['id']}",
        "document": document["id"],
        "version": 1,
        "bytes": document["bytes"],
        "modified_ns": 0,
        "first_seen": document["created_at"],
        "last_seen": document["created_at"],
    }


def _vary(
    found: Sequence[dict[str, Any]],
    document: str,
    chunker: str,
    drawn: Drawn,
    rng: np.random.Generator,
) -> Iterator[dict[str, dict[str, Any]]]:
    start = 0
    for row in found:
        text = _vary_text(row["text"], drawn.words, random.Random(int(rng.integers(2**62))))
        other = drawn.vectors[rng.integers(len(drawn.vectors))]
        vector = (1 - MOVED) * np.frombuffer(row["vector"], "<f2").astype(np.float32) + MOVED * other
        vector /= np.linalg.norm(vector)
        identity = chunk_id(document, row["ordinal"], chunker)
        kept = {name: row[name] for name in ("ordinal", "page", "section")}
        hashed = text_hash(text)
        yield {
            "chunk": kept
            | {
                "key": chunk_key(identity),
                "id": identity,
                "document": document,
                "text": text,
                "text_hash": hashed,
            }
            | {"start": start, "end": start + len(text)},
            "vector": {
                "text_hash": hashed,
                "encoder": row["encoder"],
                "vector": vector.astype("<f2").tobytes(),
                "readings": row["readings"],
            },
        }
        start += len(text) + 1


def _vary_text(text: str, vocabulary: Sequence[str], rng: random.Random) -> str:
    words = text.split(" ")
    for place in range(len(words)):
        if words[place] and rng.random() < EXCHANGED:
            words[place] = rng.choice(vocabulary)
    return NUMBER.sub(lambda match: str(rng.randrange(10 ** len(match[0]))), " ".join(words))


def _labels(
    reading: Connection, found: Sequence[dict[str, Any]], made: Sequence[dict[str, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    keys = {old["key"]: new["chunk"]["key"] for old, new in zip(found, made, strict=True)}
    for row in reading.execute(select(predictions).where(predictions.c.chunk.in_(keys))).mappings():
        yield dict(row) | {"chunk": keys[row["chunk"]], "triggers": "[]"}
