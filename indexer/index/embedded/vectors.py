"""The vectors of one state: segments that are searched together, and how a change makes the next state."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.index.embedded.layout import SegmentEntry
from indexer.index.embedded.matching import Mask
from indexer.index.embedded.segment import Rows, Segment, write_live, write_segment
from indexer.index.embedded.terms import joined
from indexer.index.protocol import Candidate

# Segments within one tier (a factor of this in size) are merged when so many have gathered.
TIER = 8
# A segment with a larger share of deleted rows is written anew.
DEAD_SHARE = 0.3

Masks = Sequence[NDArray[np.bool_]]


class VectorSet:
    """The opened segments of one state; nothing of it changes."""

    def __init__(
        self, directory: Path, entries: Sequence[SegmentEntry], opened: "VectorSet | None" = None
    ) -> None:
        """Opens the segments; those that ``opened`` has in the same state are taken from there."""
        known = {each.entry: each for each in opened.segments} if opened else {}
        self.segments: tuple[Segment, ...] = tuple(
            known.get(each) or Segment(directory, each) for each in entries
        )

    def masks(self, keys: NDArray[np.int64]) -> list[NDArray[np.bool_]]:
        """Returns for each segment which rows have one of some keys."""
        ordered = np.sort(keys)
        return [each.mask(ordered) for each in self.segments]

    def search(self, query: NDArray[np.float32], limit: int, allowed: Masks | None) -> tuple[Candidate, ...]:
        """Returns the nearest live vectors, best first, ties by key.

        Args:
            query: Shape (dimension,), unit length.
            limit: At most so many.
            allowed: For each segment which rows may be returned; None allows all.
        """
        if limit < 1 or not self.segments:
            return ()
        keys, scores = [], []
        for number, segment in enumerate(self.segments):
            found = segment.search(query, limit, None if allowed is None else allowed[number])
            keys.append(segment.keys[found.rows])
            scores.append(found.scores)
        every_key, every_score = np.concatenate(keys), np.clip(np.concatenate(scores), -1.0, 1.0)
        order = np.lexsort((every_key, -every_score))[:limit]
        return tuple(
            Candidate(key, score)
            for key, score in zip(every_key[order].tolist(), every_score[order].tolist(), strict=True)
        )

    def get(self, keys: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Returns the stored vectors of those keys that live here."""
        found: dict[int, NDArray[np.float32]] = {}
        wanted = np.unique(np.asarray(keys, dtype=np.int64))
        for segment in self.segments:
            present = wanted[segment.among(wanted, None)]
            for row in np.searchsorted(segment.keys, present).tolist():
                found[int(segment.keys[row])] = segment.codes[row].astype(np.float32)
        return found

    def keys(self, allowed: Masks) -> list[int]:
        """Returns the keys of the live rows that are allowed."""
        found = [each.keys[each.live & mask] for each, mask in zip(self.segments, allowed, strict=True)]
        return [int(key) for key in np.concatenate([np.empty(0, np.int64), *found])]

    def among(self, keys: NDArray[np.int64], allowed: Masks | None) -> Mask:
        """Returns which of some keys live here in an allowed row; ``keys`` of shape (n,)."""
        found = np.zeros(len(keys), np.bool_)
        for number, segment in enumerate(self.segments):
            found |= segment.among(keys, None if allowed is None else allowed[number])
        return found


@dataclass(frozen=True, slots=True)
class VectorChange:
    """What an update does to the vectors.

    Attributes:
        documents: int64, ascending: numbers of the documents that are replaced or removed.
        rows: All the rows that these documents have afterwards.
    """

    documents: NDArray[np.int64]
    rows: Rows


def apply_change(
    directory: Path, present: VectorSet, change: VectorChange, serial: int
) -> list[SegmentEntry]:
    """Writes what a change needs; returns the segments of the next state. Rows that stay are not written."""
    fresh = np.ones(len(change.rows.keys), np.bool_)
    order = np.argsort(change.rows.keys)
    entries = []
    for segment in present.segments:
        affected = np.flatnonzero(np.isin(segment.documents, change.documents) & segment.live)
        kept = _unchanged(segment, affected, change.rows, order)
        fresh[kept[1]] = False
        gone = np.setdiff1d(affected, kept[0], assume_unique=True)
        if not len(gone):
            entries.append(segment.entry)
            continue
        live = segment.live.copy()
        live[gone] = False
        if live.any():
            entries.append(write_live(directory, segment.entry, live, serial))
    if fresh.any():
        entries.append(write_segment(directory, f"s{serial}", _take(change.rows, np.flatnonzero(fresh))))
    return entries


def _unchanged(
    segment: Segment, affected: NDArray[np.int64], rows: Rows, order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns pairs (row of the segment, index into ``rows``) of equal key, document, vector and words."""
    if not len(affected) or not len(order):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys = segment.keys[affected]
    at = np.searchsorted(rows.keys, keys, sorter=order)
    index = order[np.minimum(at, len(order) - 1)]
    same = (
        (rows.keys[index] == keys)
        & (rows.documents[index] == segment.documents[affected])
        & (rows.codes[index] == segment.codes[affected]).all(axis=1)
        & (rows.postings.prints[index] == segment.postings.prints[affected])
    )
    return affected[same], index[same]


def merge_due(entries: Sequence[SegmentEntry]) -> list[SegmentEntry]:
    """Returns the segments that should become one: a full tier, or one with many deleted rows."""
    tiers: dict[int, list[SegmentEntry]] = {}
    for entry in sorted(entries, key=lambda each: each.rows - each.dead):
        if entry.dead > DEAD_SHARE * entry.rows:
            return [entry]
        size = max(entry.rows - entry.dead, 1)
        tiers.setdefault(_tier(size), []).append(entry)
    for tier in sorted(tiers):
        if len(tiers[tier]) >= TIER:
            return tiers[tier]
    return []


def merge(
    directory: Path, present: VectorSet, due: Sequence[SegmentEntry], serial: int
) -> list[SegmentEntry]:
    """Writes some segments as one; returns the segments of the next state."""
    merged = [each for each in present.segments if each.entry in due]
    live = [np.flatnonzero(each.live) for each in merged]
    rows = Rows(
        np.concatenate([each.keys[rows] for each, rows in zip(merged, live, strict=True)]),
        np.concatenate([each.documents[rows] for each, rows in zip(merged, live, strict=True)]),
        np.concatenate([each.codes[rows] for each, rows in zip(merged, live, strict=True)]),
        joined([each.postings.take(rows) for each, rows in zip(merged, live, strict=True)]),
    )
    kept = [each.entry for each in present.segments if each.entry not in due]
    return [*kept, write_segment(directory, f"s{serial}", rows)]


def _tier(size: int) -> int:
    tier = 0
    while size >= TIER:
        size //= TIER
        tier += 1
    return tier


def _take(rows: Rows, index: NDArray[np.int64]) -> Rows:
    return Rows(rows.keys[index], rows.documents[index], rows.codes[index], rows.postings.take(index))
