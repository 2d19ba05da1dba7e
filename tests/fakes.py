"""Hand-written stand-ins for our own seams: an encoder and an index that keep state in the open."""
# ruff: noqa: ARG002 - a fake takes all arguments of its seam and needs few of them

import hashlib
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexUnavailableError
from indexer.index.protocol import (
    Candidate,
    Candidates,
    Counts,
    Detail,
    Filters,
    IndexedChunk,
    IndexStatus,
    Retrieval,
)
from indexer.index.query import Node
from models.classifier.card import ClassifierCard, LabelCard
from models.labels import LabelPrediction, LabelSource, Passage


class HashingEncoder:
    """Gives each text a direction of its own, drawn from its hash; remembers what it encoded.

    Its reader, whose version is what follows the hyphen, reads the first components, tenfold.
    """

    max_tokens = 256

    def __init__(
        self,
        version: str = "hashing-1",
        dimension: int = 8,
        reads: tuple[str, ...] = ("Governing Law", "Audit Rights"),
    ) -> None:
        self.version = version
        self.dimension = dimension
        self.reads = reads
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        rows = [self._direction(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimension)

    def read(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        vectors = self.encode(texts)
        return vectors, 10 * vectors[:, : len(self.reads)]

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def _direction(self, text: str) -> NDArray[np.float32]:
        seed = int.from_bytes(hashlib.sha256(f"{self.version}{text}".encode()).digest()[:8], "big")
        row = np.random.default_rng(seed).normal(size=self.dimension)
        return (row / np.linalg.norm(row)).astype(np.float32)


class WordClassifier:
    """Gives a label, at the probability of its word, to each passage that holds the word; in the open.

    ``seen`` are the passages of each document it scored; it speaks from 0.8 and is unsure from 0.4. A passage
    that holds the word ``unfamiliar`` is.
    """

    def __init__(
        self,
        words: Mapping[str, Mapping[str, float]],
        *,
        version: str = "classifier:contracts:0123456789ab",
        reader: str = "",
        left_to_rules: Mapping[str, str] | None = None,
        unfamiliar: str = "",
    ) -> None:
        self.words = words
        self._unfamiliar = unfamiliar
        self.version = version
        self.seen: list[list[Passage]] = []
        figures = LabelCard(20, 5, 0.4, 0.8, 8, 10, 0.7, 0.5, 3)
        self.card = ClassifierCard(
            pack=version.split(":")[1],
            labels=dict.fromkeys(words, figures),
            left_to_rules=left_to_rules or {},
            data="f" * 64,
            data_name="a few",
            documents=5,
            passages=50,
            seed=1,
            precision=0.8,
            reader=reader,
            figures={"macro_ap": 0.7},
        )

    def scores(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        self.seen.append(list(passages))
        rows = [[self._score(each.text, words) for words in self.words.values()] for each in passages]
        return np.array(rows, np.float32).reshape(len(rows), len(self.words))

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        return [
            tuple(
                LabelPrediction(label, float(chance), LabelSource.MODEL, self.version)
                for label, chance in zip(self.words, row, strict=True)
                if chance >= 0.8
            )
            for row in self.scores(passages)
        ]

    def unfamiliar(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        return np.array([bool(self._unfamiliar) and self._unfamiliar in each.text for each in passages])

    @staticmethod
    def _score(text: str, words: Mapping[str, float]) -> float:
        return max((chance for word, chance in words.items() if word in text), default=0.0)


class DictIndex:
    """An index in a dictionary, kept in a file where it is given one; nearest by brute force, no words."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._status: IndexStatus | None = None
        self._chunks: dict[int, IndexedChunk] = {}
        self._previous: tuple[IndexStatus, dict[int, IndexedChunk]] | None = None
        self.applied: list[tuple[list[str], list[str], int]] = []

    @property
    def chunks(self) -> dict[int, IndexedChunk]:
        self._load()
        return self._chunks

    def documents(self) -> set[str]:
        return {chunk.document for chunk in self.chunks.values()}

    def retrieve(self, request: Retrieval) -> Candidates:
        self.status()
        if request.vector is None:
            return Candidates((), ())
        vector = request.vector() if callable(request.vector) else request.vector
        scored = [Candidate(chunk.key, float(chunk.vector @ vector)) for chunk in self.chunks.values()]
        scored.sort(key=lambda candidate: (-candidate.score, candidate.key))
        return Candidates((), tuple(scored[: request.limit]))

    def count(
        self,
        lexical: Node | None,
        filters: Filters,
        also: frozenset[int] = frozenset(),
        detail: Detail = Detail.FACETS,
    ) -> Counts:
        return Counts(len(self.chunks), len(self.documents()), 0, {})

    def apply(self, upserts: Sequence[IndexedChunk], removed_documents: Sequence[str], position: int) -> None:
        status = self.status()
        replaced = {chunk.document for chunk in upserts}
        self.applied.append((sorted(replaced), list(removed_documents), position))
        stale = replaced | set(removed_documents)
        kept = {key: chunk for key, chunk in self.chunks.items() if chunk.document not in stale}
        self._chunks = kept | {chunk.key: chunk for chunk in upserts}
        self._status = replace(status, chunks=len(self._chunks), position=position)
        self._save()

    def vectors(self, keys: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        return {key: self.chunks[key].vector for key in keys if key in self.chunks}

    @contextmanager
    def rebuild(self, encoder: str, dimension: int, *, relabelled: bool = False) -> Iterator["DictBuilder"]:
        yield DictBuilder(self, encoder)

    def rollback(self) -> IndexStatus:
        self._load()
        if self._previous is None:
            raise IndexUnavailableError("There is no previous generation")
        self._status, self._chunks = self._previous
        self._previous = None
        self._save()
        return self.status()

    def status(self) -> IndexStatus:
        self._load()
        if self._status is None:
            raise IndexUnavailableError("There is no index")
        return self._status

    def lose(self) -> None:
        """Forgets everything, as if the files had been deleted."""
        self._status, self._chunks, self._previous = None, {}, None
        self._save()

    def replace(self, chunks: Iterable[IndexedChunk], encoder: str, position: int) -> None:
        self._load()
        old = self._status
        if old is not None:
            self._previous = (old, self._chunks)
        self._chunks = {chunk.key: chunk for chunk in chunks}
        number = int(old.generation) + 1 if old else 1
        previous = old.generation if old else None
        self._status = IndexStatus(
            "dict", str(number), previous, len(self._chunks), position, "Flat", encoder, 0
        )
        self._save()

    def _load(self) -> None:
        if self._path is not None and self._path.exists():
            self._status, self._chunks, self._previous = pickle.loads(self._path.read_bytes())

    def _save(self) -> None:
        if self._path is not None:
            temporary = self._path.with_suffix(".new")
            temporary.write_bytes(pickle.dumps((self._status, self._chunks, self._previous)))
            temporary.replace(self._path)


class DictBuilder:
    """A generation of a DictIndex that nobody sees yet."""

    def __init__(self, index: DictIndex, encoder: str) -> None:
        self._index = index
        self._encoder = encoder
        self._chunks: list[IndexedChunk] = []

    def add(self, chunks: Iterable[IndexedChunk]) -> None:
        self._chunks += chunks

    def finish(self, position: int) -> None:
        self._index.replace(self._chunks, self._encoder, position)
