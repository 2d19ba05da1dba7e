"""Asks the index for the two lists of candidates, with what holds for each."""

from dataclasses import dataclass, replace

from indexer.index.protocol import (
    Candidate,
    Candidates,
    ChunkIndex,
    Counts,
    Detail,
    Filters,
    Order,
    QueryVector,
    Retrieval,
)
from indexer.index.query import Node

# Constant, whatever page is asked for: fused places must not move while a person pages.
DEPTH = 100
# Below this cosine of the bundled encoder a passage is near nothing: the best one of nonsense lies about
# here, and of 60,000 judged clauses below it one in 600 answers its query.
COSINE_FLOOR = 0.34


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the index.

    Attributes:
        lexical: The words; None where words find nothing (search by meaning).
        condition: What hits found by meaning must match too.
        vector: Of what the query means; None where meaning finds nothing.
        order: Of the list by words.
        floor: Cosine that the nearest passages must reach.
        depth: Length of each of the two lists that are fused.
        text: The words that ``vector`` is of; empty where a ranker has none to look for.
        person: Pseudonym of whoever asks in person; empty for programs.

    With neither words nor vector, the question is for everything that passes the filters.
    """

    lexical: Node | None
    condition: Node | None
    vector: QueryVector | None
    filters: Filters
    order: Order = Order.RELEVANCE
    floor: float = COSINE_FLOOR
    depth: int = DEPTH
    text: str = ""
    person: str = ""

    @property
    def everything(self) -> bool:
        """Whether all that passes the filters is asked for."""
        return self.lexical is None and self.vector is None


def retrieve(index: ChunkIndex, question: Question) -> Candidates:
    """Returns both lists, the nearest one down to the floor; without a vector, none."""
    if question.vector is None:
        return Candidates((), ())
    found = index.retrieve(
        Retrieval(
            lexical=question.lexical,
            vector=question.vector,
            filters=question.filters,
            limit=question.depth,
            condition=question.condition,
        )
    )
    near = tuple(candidate for candidate in found.nearest if candidate.score >= question.floor)
    return replace(found, nearest=near)


def listed(index: ChunkIndex, question: Question, offset: int, limit: int) -> Candidates:
    """Returns a stretch of the list by words, in the question's order."""
    if limit <= 0:
        return Candidates((), ())
    request = Retrieval(
        lexical=question.lexical,
        vector=None,
        filters=question.filters,
        limit=limit,
        offset=offset,
        order=question.order,
        everything=question.lexical is None,
    )
    return index.retrieve(request)


def count(index: ChunkIndex, question: Question, found: Candidates, detail: Detail) -> Counts:
    """Counts all that the question finds; ``found`` is what ``retrieve`` returned for it."""
    keys = frozenset(candidate.key for candidate in found.nearest)
    if detail is Detail.CHUNKS and found.by_words is not None:
        return Counts(found.by_words + len(keys - found.both), None, found.by_words, {})
    if question.lexical is None and question.vector is not None:
        counts = index.count(None, replace(question.filters, keys=keys), detail=detail)
        return replace(counts, by_words=0)
    return index.count(question.lexical, question.filters, keys - found.both, detail)


def count_inside(index: ChunkIndex, question: Question, found: Candidates, document: str) -> int:
    """Counts the passages of one document among all that the question finds."""
    inside = replace(question, filters=replace(question.filters, documents=frozenset({document})))
    return count(index, inside, replace(found, by_words=None), Detail.CHUNKS).chunks


def sorted_among(
    index: ChunkIndex, question: Question, keys: frozenset[int], stop: int
) -> tuple[Candidate, ...]:
    """Returns these chunks in the question's order, the first ``stop`` of them."""
    among = replace(question, lexical=None, vector=None, filters=replace(question.filters, keys=keys))
    return listed(index, among, 0, stop).lexical
