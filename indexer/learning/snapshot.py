"""Datasets: what was learned from, whole and unchangeable, under the hash of its content."""

import base64
import json
import zlib
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from indexer.blobs import BlobStore
from indexer.errors import ModelRegistryError
from indexer.learning.gather import Gathered, Lesson
from indexer.records import schema
from indexer.records.write import insert_new
from indexer.registry.journal import RANKER
from models.classifier.dataset import TrainingDocument, TrainingPassage

FORMAT = 1
_datasets = schema.datasets


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as the records know it.

    Attributes:
        id: SHA-256 of its content.
        digest: Of the file among the stored ones that holds it.
        upto: Number of the newest decision that was looked at.
        decisions: Lessons in it; ``left_out`` those that are not.
    """

    id: str
    pack: str
    digest: str
    upto: int
    documents: int
    decisions: int
    left_out: int
    created_at: str


def content(pack: str, gathered: Gathered) -> bytes:
    """Returns a dataset as JSON: equal decisions on equal texts give equal bytes."""
    lessons: dict[tuple[int, int], list[Lesson]] = defaultdict(list)
    for lesson in gathered.lessons:
        lessons[lesson.document, lesson.passage].append(lesson)
    whole = {
        "format": FORMAT,
        "pack": pack,
        "labels": list(gathered.data.labels),
        "upto": gathered.upto,
        "left_out": [list(each) for each in gathered.left_out],
        "documents": [
            _document(document, [lessons[number, place] for place in range(len(document.passages))])
            for number, document in enumerate(gathered.data.documents)
        ],
    }
    return json.dumps(whole, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def keep(connection: Connection, blobs: BlobStore, pack: str, gathered: Gathered, now: str) -> Dataset:
    """Stores a dataset inside the caller's transaction; one that is there already stays as it is."""
    found = content(pack, gathered)
    made = Dataset(
        id=sha256(found).hexdigest(),
        pack=pack,
        digest=blobs.put(zlib.compress(found, 9)),
        upto=gathered.upto,
        documents=len(gathered.data.documents),
        decisions=len(gathered.lessons),
        left_out=len(gathered.left_out),
        created_at=now,
    )
    insert_new(connection, _datasets, [{name: getattr(made, name) for name in Dataset.__slots__}])
    return made


def read_datasets(connection: Connection, pack: str = "") -> list[Dataset]:
    """Returns the datasets of decisions of a pack (of all packs), the newest first."""
    query = select(_datasets).order_by(_datasets.c.created_at.desc(), _datasets.c.id)
    wanted = _datasets.c.pack == pack if pack else _datasets.c.pack != RANKER
    rows = connection.execute(query.where(wanted))
    return [Dataset(*row) for row in rows]


def dataset(connection: Connection, id_: str) -> Dataset | None:
    """Returns a dataset; None for one that is not known."""
    row = connection.execute(select(_datasets).where(_datasets.c.id == id_)).first()
    return Dataset(*row) if row is not None else None


def learned_upto(connection: Connection, id_: str) -> int:
    """Returns the number of the newest decision in a dataset; 0 for an unknown one, and for an empty name."""
    found = dataset(connection, id_) if id_ else None
    return found.upto if found is not None else 0


def read_content(blobs: BlobStore, known: Dataset) -> dict[str, Any]:
    """Returns what a dataset holds. Raises ModelRegistryError where its file is missing or damaged."""
    try:
        found = zlib.decompress(blobs.path(known.digest).read_bytes())
    except (OSError, zlib.error) as error:
        raise ModelRegistryError(f"The dataset {known.id[:12]}… cannot be read: {error}") from None
    if sha256(found).hexdigest() != known.id:
        raise ModelRegistryError(f"The dataset {known.id[:12]}… is damaged: its content is another")
    read: dict[str, Any] = json.loads(found)
    return read


def _document(document: TrainingDocument, lessons: list[list[Lesson]]) -> dict[str, Any]:
    passages = zip(document.passages, lessons, strict=True)
    return {"name": document.name, "passages": [_passage(each, learned) for each, learned in passages]}


def _passage(passage: TrainingPassage, lessons: list[Lesson]) -> dict[str, Any]:
    readings = passage.passage.readings
    return {
        "text": passage.passage.text,
        "section": passage.passage.section,
        "readings": None
        if readings is None
        else base64.b64encode(readings.astype(np.float16).tobytes()).decode(),
        "evidence": [[item.start, item.end, item.label] for item in passage.evidence],
        "said": [[item.label, item.applies, item.act, item.seq, item.by, item.sampled] for item in lessons],
    }
