"""Measures search on judged data, through the product's own analysis, encoder, index and fusion."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NotRequired, TypedDict

from models.evaluation.retrieval import Judged, measure
from models.protocols import Encoder
from models.ranker.example import query_digest
from models.ranker.linear import LinearRanker
from search_app.fuse import Fused, fuse
from search_app.rerank import Reranker
from search_app.results import Mode
from search_app.retrieve import Question, retrieve
from search_app.trial import Trial, trial

Report = Callable[[int, int], None]
Ranking = Iterable[tuple[int, float]]
Runs = dict[str, dict[str, dict[str, float]]]

RERANKED = "reranked"


class Measured(TypedDict):
    """The means of each metric over the queries, by mode.

    ``reranked`` is hybrid search with a ranker, ``learned_from`` the number of queries that it learned from.
    """

    queries: int
    keyword: dict[str, float]
    semantic: dict[str, float]
    hybrid: dict[str, float]
    reranked: NotRequired[dict[str, float]]
    learned_from: NotRequired[int]


def evaluate_retrieval(
    judged: Judged, encoder: Encoder, report: Report, ranker: LinearRanker | None = None
) -> Measured:
    """Ranks for each query the documents that are judged for it, all of them, by each mode.

    A document longer than the encoder's window is cut into passages; its best passage counts. The
    index lives in a temporary folder. Hybrid search orders the candidates that it asks of each list, as for
    people, and a ranker the first of them; the other judged documents follow, fused from whole lists.

    Args:
        judged: Queries, documents and grades.
        encoder: Of passages and queries.
        report: Called with the steps done and their number.
        ranker: Measured too, where it is given.

    Returns:
        The number of queries, and for each mode each metric in [0, 1].
    """
    runs = rankings_of(judged, encoder, report, ranker)
    found = {name: measure(judged.qrels, run) for name, run in runs.items()}
    measured = Measured(
        queries=len(judged.qrels),
        keyword=found[Mode.KEYWORD],
        semantic=found[Mode.SEMANTIC],
        hybrid=found[Mode.HYBRID],
    )
    if ranker:
        known = {query_digest(text) for text in judged.queries.values()} & set(ranker.card.queries)
        measured |= {"reranked": found[RERANKED], "learned_from": len(known)}
    return measured


def rankings_of(judged: Judged, encoder: Encoder, report: Report, ranker: LinearRanker | None = None) -> Runs:
    """Returns the scores of the judged documents by each mode, and by ``reranked`` where a ranker is given.

    Args:
        judged: The data; all of it is ranked.
        encoder: As for ``evaluate_retrieval``.
        report: As for ``evaluate_retrieval``.
        ranker: As for ``evaluate_retrieval``.
    """
    runs: Runs = {}
    with trial(judged, encoder, report) as tried:
        reranker = Reranker(ranker, tried.stored) if ranker else None
        for query, asked in tried.questions():
            for name, ranked in _rankings(tried, asked, reranker):
                runs.setdefault(name, {})[query] = _best(ranked, tried)
    return runs


def _rankings(tried: Trial, asked: Question, reranker: Reranker | None) -> Iterator[tuple[str, Ranking]]:
    found = retrieve(tried.index, tried.whole(asked))
    behind, fusion = fuse(found), fuse(retrieve(tried.index, asked))
    yield Mode.KEYWORD, [(item.key, item.score) for item in found.lexical]
    yield Mode.SEMANTIC, [(item.key, item.score) for item in found.nearest]
    yield Mode.HYBRID, _by_place(fusion, behind)
    if reranker:
        yield RERANKED, _by_place(reranker.reranked(asked, fusion), behind)


def _by_place(shown: Sequence[Fused], behind: Sequence[Fused]) -> Ranking:
    order = dict.fromkeys(item.key for item in (*shown, *behind))
    return [(key, float(-place)) for place, key in enumerate(order)]


def _best(ranked: Ranking, tried: Trial) -> dict[str, float]:
    """The score of a document is that of its best passage."""
    best: dict[str, float] = {}
    for key, score in ranked:
        document = tried.document(key)
        best[document] = max(score, best.get(document, score))
    return best
