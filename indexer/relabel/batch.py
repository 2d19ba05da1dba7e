"""One batch of documents: read with all that labelling needs, labelled, and written where labels differ."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from indexer.decisions import project
from indexer.labelling import Labelling, Labels, house_version, rules_version
from indexer.records import schema
from indexer.records.codec import readings_from_bytes
from indexer.records.labels import MACHINES, prediction_from_row, prediction_row
from indexer.relabel.stale import Old
from models.labels import LabelPrediction, LabelSource, Passage
from models.packs import Pack

_documents, _chunks, _vectors = schema.documents, schema.chunks, schema.vectors
_predictions = schema.predictions
_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage in the records, and what machines said of it.

    Attributes:
        said: Rows of ``predictions`` without those of people.
    """

    key: int
    document: str
    passage: Passage
    said: list[Any]


@dataclass(slots=True)
class Change:
    """What is to be written.

    Attributes:
        documents: Those that were labelled, with all their passages.
        left: Those that cannot be labelled yet, since a passage has no vector.
        keys: Passages whose labels differ from those that are stored.
        rows: All that machines say of these passages.
        changed: Documents with such a passage, or whose severities may have changed.
        unfamiliar: Number of passages in words that the classifier did not learn from, by document.
    """

    documents: list[Old] = field(default_factory=list)
    left: list[Old] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unfamiliar: dict[str, int] = field(default_factory=dict)


def read_passages(
    connection: Connection, ids: Sequence[str], encoder: str, keys: Collection[int] | None = None
) -> list[Stored]:
    """Returns the passages of some documents in reading order.

    Args:
        connection: To the records.
        ids: The documents.
        encoder: The version whose readings they carry; empty where they need none.
        keys: Only these passages; all where it is None.
    """
    own = [_chunks.c.key, _chunks.c.document, _chunks.c.text, _chunks.c.section]
    chosen: ColumnElement[bool] = _chunks.c.document.in_(ids)
    if keys is not None:
        chosen &= _chunks.c.key.in_(keys)
    query = select(*own).where(chosen).order_by(_chunks.c.document, _chunks.c.ordinal)
    if encoder:
        same = and_(_vectors.c.text_hash == _chunks.c.text_hash, _vectors.c.encoder == encoder)
        query = query.add_columns(_vectors.c.readings).outerjoin(_vectors, same)
    rows = connection.execute(query).all()
    readings = _by_key(rows) if encoder else {}
    said = _said(connection, chosen)
    return [
        Stored(row.key, row.document, Passage(row.text, row.section, readings.get(row.key)), said[row.key])
        for row in rows
    ]


def labelled(documents: Sequence[Old], stored: Sequence[Stored], target: Labelling) -> Change:
    """Labels some documents; rules are asked again only where theirs was another version."""
    change = Change()
    passages = {id_: list(group) for id_, group in groupby(stored, lambda each: each.document)}
    for document in documents:
        own = passages.get(document.id, [])
        if target.encoder and any(each.passage.readings is None for each in own):
            change.left.append(document)
            continue
        same_rules = rules_version(document.labelled_by) == target.rules.version
        same_house = house_version(document.labelled_by) == target.house.version
        rules = [said_by(each, LabelSource.RULE) for each in own] if same_rules else None
        house = [said_by(each, LabelSource.HOUSE) for each in own] if same_rules and same_house else None
        found = target.label([each.passage for each in own], rules, house)
        change.documents.append(document)
        change.unfamiliar[document.id] = found.unfamiliar
        # Other rules may come with other severities, which the index holds too.
        if compare(change, own, found.labels) or (not same_rules and any(found.labels)):
            change.changed.append(document.id)
    return change


def write_batch(
    connection: Connection, change: Change, fingerprint: str, packs: Mapping[str, Pack], now: str
) -> None:
    """Writes what changed, inside the caller's transaction; what was made anew meanwhile is left alone.

    What people decided is kept, under the labels' present names.
    """
    gone = _made_anew(connection, change.documents)
    ids = [each.id for each in change.documents if each.id not in gone]
    differing = set(change.changed)
    differing |= project(connection, ids, packs)
    changed = [each for each in ids if each in differing]
    keys, rows = change.keys, change.rows
    if gone:
        keys = list(_still_there(connection, keys, ids))
        kept = set(keys)
        rows = [row for row in rows if row["chunk"] in kept]
    for start in range(0, len(keys), _PER_STATEMENT):
        own = _predictions.c.chunk.in_(keys[start : start + _PER_STATEMENT])
        connection.execute(delete(_predictions).where(own, _predictions.c.source.in_(MACHINES)))
    if rows:
        connection.execute(insert(_predictions), rows)
    for count in sorted({change.unfamiliar[each] for each in ids}):
        alike = [each for each in ids if change.unfamiliar[each] == count]
        values = {"labelled_by": fingerprint, "unfamiliar": count}
        for start in range(0, len(alike), _PER_STATEMENT):
            own = _documents.c.id.in_(alike[start : start + _PER_STATEMENT])
            connection.execute(update(_documents).where(own).values(values))
    if changed:
        connection.execute(insert(schema.outbox), [{"document": each, "created_at": now} for each in changed])


def _by_key(rows: Sequence[Any]) -> dict[int, NDArray[np.float32]]:
    present = [row for row in rows if row.readings is not None]
    readings = readings_from_bytes([row.readings for row in present])
    return {row.key: each for row, each in zip(present, readings, strict=True)}


def _said(connection: Connection, chosen: ColumnElement[bool]) -> Mapping[int, list[Any]]:
    query = (
        select(_predictions)
        .join_from(_predictions, _chunks)
        .where(chosen, _predictions.c.source.in_(MACHINES))
    )
    said: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        said[row.chunk].append(row)
    return said


def said_by(stored: Stored, source: LabelSource) -> Labels:
    """Returns what one source said of a passage."""
    return tuple(
        prediction_from_row(row, stored.passage.text) for row in stored.said if row.source == source.value
    )


def compare(change: Change, own: Sequence[Stored], found: Sequence[Sequence[LabelPrediction]]) -> bool:
    """Adds the passages whose labels differ; returns whether there are any."""
    before = len(change.keys)
    for stored, items in zip(own, found, strict=True):
        if not items and not stored.said:
            continue
        rows = [prediction_row(stored.key, item) for item in items]
        if {_values(row) for row in rows} != {_values(row._mapping) for row in stored.said}:
            change.keys.append(stored.key)
            change.rows += rows
    return len(change.keys) > before


def _values(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in _predictions.c)


def _made_anew(connection: Connection, documents: Sequence[Old]) -> set[str]:
    """Returns those that are not any more what was read; their passages may be others."""
    expected = {each.id: (*each.made, each.labelled_by) for each in documents}
    found: dict[str, tuple[str, str, str]] = {}
    own = _documents.c
    for start in range(0, len(documents), _PER_STATEMENT):
        ids = [each.id for each in documents[start : start + _PER_STATEMENT]]
        query = select(own.id, own.extractor, own.chunker, own.labelled_by).where(own.id.in_(ids))
        found |= {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}
    return {id_ for id_ in expected if found.get(id_) != expected[id_]}


def _still_there(connection: Connection, keys: Sequence[int], documents: Sequence[str]) -> list[int]:
    wanted = set(documents)
    found = []
    for start in range(0, len(keys), _PER_STATEMENT):
        part = keys[start : start + _PER_STATEMENT]
        query = select(_chunks.c.key, _chunks.c.document).where(_chunks.c.key.in_(part))
        found += [row.key for row in connection.execute(query) if row.document in wanted]
    return found
