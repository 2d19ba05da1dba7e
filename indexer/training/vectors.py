"""Gives passages the vectors that labelling finds in the records."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from indexer.encode import store_vectors, vector_rows
from indexer.ids import text_hash
from indexer.records import schema
from indexer.records.codec import vector_from_bytes
from indexer.records.database import writing
from models.classifier.dataset import TrainingDocument, TrainingSet
from models.protocols import Encoder

_BATCH = 256

Report = Callable[[int, int], None]


def with_vectors(
    data: TrainingSet, encoder: Encoder, engine: Engine, report: Report = lambda _done, _total: None
) -> TrainingSet:
    """Returns the data with a vector for every passage, rounded as the records keep them.

    Vectors lie in the records by their texts: those that are there are taken, others are encoded and put
    there, so that a second training, or one that was interrupted, encodes nothing twice.

    Args:
        data: The passages.
        encoder: Of the vectors.
        engine: The records.
        report: Called with the number of different texts that have a vector, and that of all.
    """
    texts = {
        text_hash(each.passage.text): each.passage.text
        for document in data.documents
        for each in document.passages
    }
    keys = list(texts)
    vectors: dict[bytes, NDArray[np.float32]] = {}
    for start in range(0, len(keys), _BATCH):
        batch = {key: texts[key] for key in keys[start : start + _BATCH]}
        vectors |= _vectors(batch, encoder, engine)
        report(len(vectors), len(keys))
    return replace(data, documents=tuple(_filled(document, vectors) for document in data.documents))


def _vectors(
    texts: Mapping[bytes, str], encoder: Encoder, engine: Engine
) -> Mapping[bytes, NDArray[np.float32]]:
    table = schema.vectors
    query = select(table.c.text_hash, table.c.vector)
    query = query.where(table.c.encoder == encoder.version, table.c.text_hash.in_(list(texts)))
    with engine.connect() as connection:
        found = {row.text_hash: row.vector for row in connection.execute(query)}
    rows = vector_rows(encoder, {key: text for key, text in texts.items() if key not in found})
    if rows:
        with writing(engine) as connection:
            store_vectors(connection, rows)
    found |= {row["text_hash"]: row["vector"] for row in rows}
    return {key: vector_from_bytes(vector) for key, vector in found.items()}


def _filled(document: TrainingDocument, vectors: Mapping[bytes, NDArray[np.float32]]) -> TrainingDocument:
    passages = tuple(
        replace(each, passage=replace(each.passage, vector=vectors[text_hash(each.passage.text)]))
        for each in document.passages
    )
    return replace(document, passages=passages)
