"""How far new documents are from those that stood there before, by collection and source."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from indexer.monitoring.sides import LEAST_NEW, LEAST_OLD, Frame, Sides, sides
from indexer.monitoring.values import Measurement, Metric, Series
from indexer.records import schema
from indexer.records.codec import vector_from_bytes
from models.evaluation.drift import Shift, binned, deciles, direction_shift, shifts

_documents, _profiles = schema.documents, schema.document_profiles
_PER_STATEMENT = 200
_STRANGE = np.array([0.0, 0.1, 0.3, 0.6])  # shares of a document's passages that are in unknown words
_SOME = np.array([0.5])
_LEAST_CENTROIDS = 10
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profiles:
    """What documents look like, a row for each; the first ``new`` of them are new.

    Attributes:
        passages: Number of each document's, and so on; at least one.
        labels: Passages that have a label, a column for each of ``names``.
        centroids: Means of vectors; those of documents without any are NaN.
    """

    new: int
    passages: _Floats
    characters: _Floats
    digits: _Floats
    unfamiliar: _Floats
    warned: _Floats
    by_tika: _Floats
    names: tuple[str, ...]
    labels: _Floats
    centroids: NDArray[np.float32]


def drift(
    connection: Connection, limits: Frame, of: Series, report: Callable[[str], None]
) -> Iterator[Measurement]:
    """Yields how far the new documents of a collection are from the old ones, of all and of each source.

    A source that is new itself is compared with the old documents of all sources. Where there are too few
    documents on a side, nothing is yielded.

    Args:
        connection: To the records.
        limits: Which documents are new, and which are old.
        of: The pack and the collection.
        report: Called before each source; may raise to end it.
    """
    found = sides(connection, of.collection, limits)
    for source in sorted(found):
        both = found[source]
        if not both.comparable() and source:
            both = Sides(both.new, found[""].old, both.all_new, found[""].all_old)
        if both.comparable() and (source == "" or len(found) > 2):
            report(source or "all sources")
            known = profiles_of(connection, both)
            if known.new >= LEAST_NEW and len(known.passages) - known.new >= LEAST_OLD:
                yield from measured(known, replace(of, source=source))


def measured(found: Profiles, of: Series) -> list[Measurement]:
    """Returns all that can be said of both sides, each with its value on either."""
    new, old = slice(None, found.new), slice(found.new, None)
    per = found.passages
    counts = {
        Metric.LENGTH: deciles(found.characters / per),
        Metric.DIGITS: deciles(found.digits / np.maximum(found.characters, 1)),
        Metric.UNFAMILIAR: binned(found.unfamiliar / per, _STRANGE),
        Metric.WARNINGS: binned(found.warned, _SOME),
        Metric.TIKA: binned(found.by_tika, _SOME),
        Metric.LABELS: _presence(found.labels),
    }
    shares = {
        Metric.LENGTH: (found.characters, per),
        Metric.DIGITS: (found.digits, found.characters),
        Metric.UNFAMILIAR: (found.unfamiliar, per),
        Metric.WARNINGS: (found.warned, np.ones_like(per)),
        Metric.TIKA: (found.by_tika, np.ones_like(per)),
        Metric.LABELS: (found.labels.sum(axis=1), per),
    }
    by_label = {name: binned(found.labels[:, place], _SOME) for place, name in enumerate(found.names)}
    apart = shifts({**{str(name): rows for name, rows in counts.items()}, **by_label}, found.new)
    made = [
        _point(replace(of, metric=metric), _ratio(*shares[metric], new), _ratio(*shares[metric], old),
               found, apart[str(metric)])
        for metric in counts
    ]  # fmt: skip
    for place, name in enumerate(found.names):
        has = found.labels[:, place] > 0
        series = replace(of, metric=Metric.LABEL_RATE, label=name)
        made.append(_point(series, float(has[new].mean()), float(has[old].mean()), found, apart[name]))
    return made + _meaning(found, of)


def _meaning(found: Profiles, of: Series) -> list[Measurement]:
    if not found.centroids.size:
        return []
    known = np.array(~np.isnan(found.centroids).any(axis=1))
    new = int(known[: found.new].sum())
    old = int(known.sum()) - new
    if min(new, old) < _LEAST_CENTROIDS:
        return []
    cosine, shift = direction_shift(found.centroids[known], new)
    point = Measurement(replace(of, metric=Metric.MEANING), cosine, new, before_n=old)
    return [replace(point, distance=shift.distance, chance=shift.chance)]


def _point(of: Series, value: float, before: float, found: Profiles, shift: Shift) -> Measurement:
    return Measurement(
        of,
        value,
        found.new,
        None,
        None,
        before,
        len(found.passages) - found.new,
        shift.distance,
        shift.chance,
    )


def _ratio(above: _Floats, below: _Floats, side: slice) -> float:
    return float(above[side].sum() / max(float(below[side].sum()), 1.0))


def _presence(labels: _Floats) -> _Floats:
    """Returns which labels each document has, and a last column for those without any."""
    has = (labels > 0).astype(np.float64)
    return np.column_stack([has, has.sum(axis=1) == 0])


def profiles_of(connection: Connection, both: Sides) -> Profiles:
    """Returns the profiles of the documents of both sides; one without a passage or a profile is left out."""
    rows = {side: _read(connection, ids) for side, ids in (("new", both.new), ("old", both.old))}
    every = [*rows["new"], *rows["old"]]
    labels = [json.loads(row["labels"]) for row in every]
    names = tuple(sorted({name for each in labels for name in each}))
    given = np.array([[each.get(name, 0) for name in names] for each in labels], np.float64)
    return Profiles(
        new=len(rows["new"]),
        passages=_column(every, "passages"),
        characters=_column(every, "characters"),
        digits=_column(every, "digits"),
        unfamiliar=_column(every, "unfamiliar"),
        warned=np.array([row["warnings"] != "[]" for row in every], np.float64),
        by_tika=np.array(["+tika" in row["extractor"] for row in every], np.float64),
        names=names,
        labels=given.reshape(len(every), len(names)),
        centroids=_centroids([row["centroid"] for row in every]),
    )


def _read(connection: Connection, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    own = _documents.c
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(ids), _PER_STATEMENT):
        part = ids[start : start + _PER_STATEMENT]
        query = (
            select(_profiles, own.unfamiliar, own.warnings, own.extractor)
            .join_from(_profiles, _documents)
            .where(own.id.in_(part), _profiles.c.passages > 0)
            .order_by(own.id)
        )
        found += [dict(row) for row in connection.execute(query).mappings()]
    return found


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> _Floats:
    return np.array([row[name] for row in rows], np.float64)


def _centroids(stored: Sequence[Any]) -> NDArray[np.float32]:
    known = {place: vector_from_bytes(each) for place, each in enumerate(stored) if each is not None}
    if not known:
        return np.empty((len(stored), 0), np.float32)
    size = max(vector.size for vector in known.values())
    found = np.full((len(stored), size), np.nan, np.float32)
    for place, vector in known.items():
        if vector.size == size:
            found[place] = vector
    return found
