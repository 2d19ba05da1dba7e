"""What a search asks and answers, as values; pages, API and command line share them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from indexer.index.protocol import FacetName, Filters, Order
from models.labels import LabelSource, Severity, Standing, Trigger
from search_app.fuse import Learned


class Mode(StrEnum):
    """Which retrievers answer."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Flagged(StrEnum):
    """Passages on which a version that labels beside the one in use differs from it."""

    NEW = "new"  # it would flag them, the one in use does not
    OLD = "old"  # the one in use alone flags them


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as asked.

    Attributes:
        text: As typed; empty lists the riskiest passages that pass the filters.
        limit: Hits per page, 1 to 100.
        offset: Hits to skip, from 0.
        group: Keep the best hit of each document and count the others.
        facets: Count facets too (the pages do, a plain API call may not want them).
        person: Pseudonym of whoever asks in person, so that two rankers may take turns; else empty.
        flagged: Only what two versions do not both flag; labels that are named are those they differ in.
    """

    text: str
    mode: Mode = Mode.HYBRID
    filters: Filters = field(default_factory=Filters)
    order: Order = Order.RELEVANCE
    limit: int = 10
    offset: int = 0
    group: bool = False
    facets: bool = True
    person: str = ""
    flagged: Flagged | None = None


@dataclass(frozen=True, slots=True)
class HitLabel:
    """A label as shown; offsets are within the passage.

    Attributes:
        triggers: The words that carried it.
        standing: Whether it counts.
        sentence: Bounds of the sentence that carried it; None where that is not known.
        right: Of the passages to which its model gave this label when it was measured, those that carry it;
            None where that is not known.
        said: How many passages that were.
        question: What a reviewer is asked.
        rules_agree: Whether the keyword rules see it too; None where no model said it.
        act: The decision that it comes from; empty where no person said it.
        ground: Of a rule of the house, its name and who wrote it, in words; else empty.
        model_unsure: Whether a model is unsure of it, where a rule of the house says it.
    """

    label: str
    title: str
    severity: Severity
    probability: float
    source: LabelSource
    model: str
    triggers: tuple[Trigger, ...]
    standing: Standing = Standing.SPEAKS
    sentence: tuple[int, int] | None = None
    right: int | None = None
    said: int | None = None
    question: str = ""
    rules_agree: bool | None = None
    act: str = ""
    ground: str = ""
    model_unsure: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A run of matched words in the passage."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Why:
    """The ground for a hit's place; None where a list does not contain it.

    Attributes:
        fused: Reciprocal rank fusion score.
        words: Query words found, as they stand in the passage, each once.
        sentence: All of this in plain words.
        learned: What a learned ranker made of it; None where none ranked it.
    """

    keyword_rank: int | None
    keyword_score: float | None
    semantic_rank: int | None
    cosine: float | None
    fused: float
    words: tuple[str, ...]
    sentence: str = ""
    learned: Learned | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A label that another version would say too (``gained``), or would not say any more."""

    version: str
    label: str
    title: str
    gained: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. ``start`` and ``end`` are offsets in the document; ``marks`` within the passage.

    Attributes:
        labels: What is claimed.
        unsure: What a model is not sure of, and a person should look at.
        outvoted: What only the keyword rules see, where a model's word counts.
        denied: What a machine said, or would say, and people deny.
        beside: In which labels a classifier that labels beside the one in use differs from it.
    """

    rank: int
    score: float
    key: int
    chunk: str
    collection: str
    document: str
    title: str
    source: str
    document_type: str
    date: date | None
    section: str
    page: int | None
    start: int
    end: int
    text: str
    labels: tuple[HitLabel, ...]
    marks: tuple[Mark, ...]
    why: Why
    more_in_document: int = 0
    unsure: tuple[HitLabel, ...] = ()
    outvoted: tuple[HitLabel, ...] = ()
    denied: tuple[HitLabel, ...] = ()
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to filter by: ``value`` goes into the address, ``title`` is shown."""

    value: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way out of an empty page.

    Attributes:
        text: What to change, as the end of a sentence: "without the filter Governing law".
        count: Passages that this would find.
        request: The search to ask instead, at its first page.
    """

    text: str
    count: int
    request: SearchRequest


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of answers.

    Attributes:
        query_id: Ties events to this search.
        total: Results that paging reaches: passages, or documents where they are grouped.
        documents: Distinct documents among all matches; None unless facets or groups were asked for.
        by_words: Chunks that match the words.
        by_meaning: Chunks that only the meaning found.
        facets: For each facet its values, the most frequent first; empty unless asked for.
        notices: Sentences for the user: what was ignored, cut, or is degraded.
        milliseconds: Time taken.
        suggestions: What to try where nothing was found.
        ranker: Version of the learned ranker that gave the hits their order; empty where none did.
        generation: Name of the index generation that found the hits; empty where there are none.
    """

    query_id: str
    hits: tuple[Hit, ...]
    total: int
    documents: int | None
    by_words: int
    by_meaning: int
    facets: dict[FacetName, tuple[FacetValue, ...]]
    notices: tuple[str, ...]
    milliseconds: float
    suggestions: tuple[Suggestion, ...] = ()
    ranker: str = ""
    generation: str = ""
