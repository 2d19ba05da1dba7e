"""What every search index does; backends differ in where, never in what they answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.index.query import Node
from models.labels import LabelSource, Severity, Standing


@dataclass(frozen=True, slots=True)
class IndexedLabel:
    """A label as the index holds it: ``LabelPrediction``'s values, and how grave its pack calls it.

    One that is unsure is no claim: it is found by ``Filters.unsure`` and counted by the facets ``unsure`` and
    ``standing``, and by nothing else. What is outvoted is not in the index.
    """

    label: str
    probability: float
    source: LabelSource
    severity: Severity
    model: str
    standing: Standing = Standing.SPEAKS


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """One chunk as the index holds it: one document of the search engine.

    Attributes:
        key: ``indexer.ids.chunk_key`` of its id; the identity in every index and the order of ties.
        document: Id of its document.
        vector: float32, shape (dimension,), unit length.
    """

    key: int
    document: str
    collection: str
    title: str
    section: str
    text: str
    document_type: str
    date: date | None
    labels: tuple[IndexedLabel, ...]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must fulfil; empty sets and None mean no restriction. Sets are "any of".

    Attributes:
        labels: At least one of these labels with probability >= ``min_probability``. With no labels
            named and ``min_probability`` > 0: at least one label of any name reaching it.
        min_severity: At least one label of this severity or higher (with ``min_probability``).
        keys: Only these chunks (evaluation, review queues).
        unsure: At least one of these labels is unsure, or one of any name where the set is empty; None for
            no restriction.
    """

    collections: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    min_probability: float = 0.0
    min_severity: Severity | None = None
    document_types: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    date_from: date | None = None
    date_to: date | None = None
    keys: frozenset[int] | None = None
    unsure: frozenset[str] | None = None


class Order(StrEnum):
    """How the lexical list is ordered; ties always by key, ascending."""

    RELEVANCE = "relevance"
    RISK = "risk"  # highest severity x probability of any label first
    NEWEST = "newest"


QueryVector = NDArray[np.float32] | Callable[[], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """One request for candidates.

    Attributes:
        lexical: The words; None for no lexical list unless ``everything``.
        vector: float32, shape (dimension,), unit length, or a function that gives it, so that words can be
            searched while a query is encoded; None for no nearest list.
        filters: Hold inside both retrievers.
        limit: Length of each list at most.
        offset: Skipped at the front of the lexical list; the nearest list always starts at 0.
        everything: With no ``lexical``, list every chunk that passes the filters in ``order``.
        condition: What chunks in the nearest list must match; with one that most chunks match, the list may
            be shorter than ``limit`` although there are more.
    """

    lexical: Node | None
    vector: QueryVector | None
    filters: Filters
    limit: int = 100
    offset: int = 0
    order: Order = Order.RELEVANCE
    everything: bool = False
    condition: Node | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk in one of the two lists; ``score`` is BM25, or the cosine in [-1, 1]."""

    key: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """The two lists, best first, ties by key.

    Attributes:
        both: Keys in the nearest list of all chunks that match the words, be they in the lexical list or
            beyond its end.
        by_words: Chunks that match the words and the filters; None where listing them did not count them.
        generation: Name of the generation that answered; empty where nothing was found.
    """

    lexical: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...]
    both: frozenset[int] = frozenset()
    by_words: int | None = None
    generation: str = ""


class FacetName(StrEnum):
    """What results can be counted by."""

    LABEL = "label"
    SEVERITY = "severity"
    DOCUMENT_TYPE = "document_type"
    COLLECTION = "collection"
    YEAR = "year"
    LABEL_SOURCE = "label_source"
    UNSURE = "unsure"  # labels that a person should look at
    STANDING = "standing"  # speaks, unsure: of chunks with such a label


class Detail(IntEnum):
    """How much is counted; more takes longer."""

    CHUNKS = 0
    DOCUMENTS = 1
    FACETS = 2


@dataclass(frozen=True, slots=True)
class Counts:
    """Exact numbers over all matches, independent of paging.

    Attributes:
        chunks: Chunks that match the words and the filters (or are among ``also``).
        documents: Distinct documents among them; None where they were not asked for.
        by_words: Chunks that match the words and the filters.
        facets: For each facet the value ("Cap On Liability", "high", "2023") and its chunks; empty unless
            asked for.
    """

    chunks: int
    documents: int | None
    by_words: int
    facets: Mapping[FacetName, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index says of itself.

    Attributes:
        position: Last outbox row that is contained and visible.
        vector_kind: "Flat" where all are compared, else what the index is, e.g. "IVF512,PQ192x4fs" of FAISS.
    """

    backend: str
    generation: str
    previous: str | None
    chunks: int
    position: int
    vector_kind: str
    encoder: str
    bytes: int


class GenerationBuilder(Protocol):
    """A new generation that nobody sees yet."""

    def add(self, chunks: Iterable[IndexedChunk]) -> None:
        """Adds chunks; each key once."""
        ...

    def finish(self, position: int) -> None:
        """Verifies the counts, then flips the pointer; the old generation is kept as previous."""
        ...


class ChunkIndex(Protocol):
    """The index. Readers see new states without a restart; one writer at a time."""

    def retrieve(self, request: Retrieval) -> Candidates:
        """Returns the two lists. Raises IndexUnavailableError."""
        ...

    def count(
        self,
        lexical: Node | None,
        filters: Filters,
        also: frozenset[int] = frozenset(),
        detail: Detail = Detail.FACETS,
    ) -> Counts:
        """Counts what matches ``lexical`` (None: everything) or is in ``also``, within the filters.

        ``also`` are chunks that do not match ``lexical``; ``Candidates.both`` tells them apart.
        """
        ...

    def apply(self, upserts: Sequence[IndexedChunk], removed_documents: Sequence[str], position: int) -> None:
        """Makes the changes visible at once. Doing it twice changes nothing.

        All older chunks of a document that is among the upserts or removed go first. ``position`` is
        the outbox row up to which the index is now complete. Raises WriterBusyError.
        """
        ...

    def vectors(self, keys: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        """Returns the stored vectors (as precise as the index keeps them) for "similar passages"."""
        ...

    def rebuild(
        self, encoder: str, dimension: int, *, relabelled: bool = False
    ) -> AbstractContextManager[GenerationBuilder]:
        """Opens a new generation beside the current one; leaving without ``finish`` discards it.

        ``relabelled`` says that most chunks differ from those that are served in their labels only: an index
        may take over what does not hang on labels, after comparing it.
        """
        ...

    def rollback(self) -> IndexStatus:
        """Goes back to the previous generation. Raises IndexUnavailableError if there is none."""
        ...

    def status(self) -> IndexStatus:
        """Says what the index holds. Raises IndexUnavailableError."""
        ...
