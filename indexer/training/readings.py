"""Gives passages the readings that labelling finds in the records."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from indexer.encode import store_vectors, stored_readings, vector_rows
from indexer.ids import text_hash
from indexer.records.codec import readings_from_bytes
from indexer.records.database import writing
from models.classifier.dataset import TrainingDocument, TrainingSet
from models.protocols import Encoder
from models.reader.file import Held

_BATCH = 256

Report = Callable[[int, int], None]


def with_readings(
    data: TrainingSet,
    encoder: Encoder,
    engine: Engine,
    report: Report = lambda _done, _total: None,
    out_of_fold: Held | None = None,
) -> TrainingSet:
    """Returns the data with readings for every passage, rounded as the records keep them.

    They lie in the records by their texts, beside the vectors: those that are there are taken, others are
    read and put there, so that a second training, or one that was interrupted, reads nothing twice.

    Args:
        data: The passages.
        encoder: One with a reader.
        engine: The records.
        report: Called with the number of different texts that were read, and that of all.
        out_of_fold: To learn from the readings: of what the reader was trained on, the readings of those that
            had not seen it, which are taken instead.
    """
    known = out_of_fold.of if out_of_fold else lambda _text: None
    texts = {
        text_hash(each.passage.text): each.passage.text
        for document in data.documents
        for each in document.passages
        if known(each.passage.text) is None
    }
    keys = list(texts)
    readings: dict[bytes, NDArray[np.float32]] = {}
    for start in range(0, len(keys), _BATCH):
        batch = {key: texts[key] for key in keys[start : start + _BATCH]}
        readings |= _readings(batch, encoder, engine)
        report(len(readings), len(keys))

    def read(document: TrainingDocument) -> TrainingDocument:
        passages = []
        for each in document.passages:
            found = readings.get(text_hash(each.passage.text), known(each.passage.text))
            passages.append(replace(each, passage=replace(each.passage, readings=found)))
        return replace(document, passages=tuple(passages))

    return replace(data, documents=tuple(map(read, data.documents)))


def _readings(
    texts: Mapping[bytes, str], encoder: Encoder, engine: Engine
) -> Mapping[bytes, NDArray[np.float32]]:
    with engine.connect() as connection:
        found = stored_readings(connection, encoder.version, list(texts))
    rows = vector_rows(encoder, {key: text for key, text in texts.items() if key not in found})
    if rows:
        with writing(engine) as connection:
            store_vectors(connection, rows)
    found |= {row["text_hash"]: row["readings"] for row in rows}
    return dict(zip(found, readings_from_bytes(list(found.values())), strict=True))
