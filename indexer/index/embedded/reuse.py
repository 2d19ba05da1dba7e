"""Vector rows of the generation that is served, taken over by the next one where only labels differ.

Labels lie in the index of words alone (docs/decisions/0005-embedded-index.md): after a relabelling neither
the vectors nor the words beside them have changed, and making them anew takes most of a rebuild's time. What
is taken over is compared, not trusted: key, everything of the chunk but its labels, and its vector.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from indexer.index.embedded import lexical
from indexer.index.embedded.layout import Layout, SegmentEntry
from indexer.index.embedded.segment import write_live
from indexer.index.embedded.state import State
from indexer.index.encoding import LABEL_BITS
from indexer.index.protocol import IndexedChunk

LIVE = ".live"


class Reusable:
    """The live rows of a state, by key; remembers which were taken over."""

    def __init__(self, layout: Layout, state: State) -> None:
        self._state = state
        self._directory = layout.vectors(state.pointer.generation)
        keys, contents = _contents(state)
        rows = [np.flatnonzero(each.live) for each in state.vectors.segments]
        own = [each.keys[live] for each, live in zip(state.vectors.segments, rows, strict=True)]
        numbers = [np.full(len(each), number, np.int64) for number, each in enumerate(rows)]
        every = np.concatenate([np.empty(0, np.int64), *own])
        order = np.argsort(every)
        self._keys = every[order]
        self._rows = np.concatenate([np.empty(0, np.int64), *rows])[order]
        self._segments = np.concatenate([np.empty(0, np.int64), *numbers])[order]
        at = np.minimum(np.searchsorted(keys, self._keys), max(len(keys) - 1, 0))
        known = keys[at] == self._keys if len(keys) else np.zeros(len(self._keys), np.bool_)
        self._contents = np.where(known, contents[at] if len(keys) else 0, -1)
        self._taken = np.zeros(len(self._keys), np.bool_)

    @property
    def serial(self) -> int:
        """A number that no file of the state has."""
        return self._state.manifest.serial + 1

    @property
    def taken(self) -> int:
        """How many rows were taken over."""
        return int(np.count_nonzero(self._taken))

    def take(self, chunks: Sequence[IndexedChunk], prints: Sequence[int]) -> NDArray[np.bool_]:
        """Returns which of some chunks have a row already, which is taken over from here on.

        Args:
            chunks: Each with a vector of any dimension.
            prints: ``print_of`` their payloads.
        """
        if not len(self._keys):
            return np.zeros(len(chunks), np.bool_)
        keys = np.array([each.key for each in chunks], np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        same: NDArray[np.bool_] = self._keys[at] == keys
        same &= self._contents[at] == np.array(prints, np.int64) >> LABEL_BITS
        for place in np.flatnonzero(same).tolist():
            segment = self._state.vectors.segments[self._segments[at[place]]]
            codes, vector = segment.codes[self._rows[at[place]]], chunks[place].vector
            same[place] = vector.shape == codes.shape and bool((vector.astype(np.float16) == codes).all())
        self._taken[at[same]] = True
        return same

    def link(self, target: Path) -> list[SegmentEntry]:
        """Puts the files of the rows that were taken over into another folder; returns their segments."""
        entries = []
        for number, segment in enumerate(self._state.vectors.segments):
            mine = self._taken & (self._segments == number)
            if not mine.any():
                continue
            name, rows = segment.entry.name, segment.entry.rows
            for path in self._directory.glob(f"{name}.*"):
                if path.suffix != LIVE:
                    _link(path, target / path.name)
            entry = SegmentEntry(name=name, rows=rows, kind=segment.entry.kind)
            live = np.zeros(rows, np.bool_)
            live[self._rows[mine]] = True
            entries.append(entry if live.all() else write_live(target, entry, live, self.serial))
        return entries


def _contents(state: State) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the keys of all chunks, ascending, and what their prints say of all but their labels."""
    searcher = state.searcher
    every = lexical.addresses(searcher, tantivy.Query.all_query(), searcher.num_docs)
    keys = np.array(searcher.fast_field_values("key", every), np.int64)
    prints = np.array(searcher.fast_field_values("print", every), np.int64)
    order = np.argsort(keys)
    return keys[order], prints[order] >> LABEL_BITS


def _link(source: Path, target: Path) -> None:
    """Gives a file a second name; a file system that cannot has a second copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
