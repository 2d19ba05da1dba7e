"""Metrics of rankings, computed with ir-measures.

Definitions are those of trec_eval: gain is the grade, discounted by log2(rank + 1); a grade of 1 or more
counts as relevant for precision, average precision, reciprocal rank and recall. The field's usual names:
"map" is the mean of average precision, "mrr" the mean of reciprocal rank.
"""

from collections.abc import Iterator, Mapping

from ir_measures import AP, RR, Measure, P, Qrel, R, ScoredDoc, iter_calc, nDCG

from models.evaluation.beir import Judged, read_judged
from models.evaluation.bootstrap import Comparison, paired_bootstrap

__all__ = ["Comparison", "Judged", "measure", "measure_queries", "paired_bootstrap", "read_judged"]

METRICS: Mapping[str, Measure] = {
    "ndcg@5": nDCG @ 5,
    "ndcg@10": nDCG @ 10,
    "p@5": P @ 5,
    "p@10": P @ 10,
    "map": AP,
    "mrr": RR,
    "recall@100": R @ 100,
}

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Mapping[str, float]]


def measure(qrels: Qrels, run: Run) -> dict[str, float]:
    """Returns the mean over the judged queries of each metric in ``METRICS``, in [0, 1].

    Args:
        qrels: Grade by query and document, at least 0.
        run: Score by query and document, higher is better; a judged query without one counts as 0.
    """
    queries = measure_queries(qrels, run)
    count = max(1, len(queries))
    return {name: sum(values[name] for values in queries.values()) / count for name in METRICS}


def measure_queries(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Returns each metric in ``METRICS`` for each judged query, in the order of the judgements.

    Args:
        qrels: As for ``measure``.
        run: As for ``measure``; equal scores rank by the document's id.
    """
    found = {query: dict.fromkeys(METRICS, 0.0) for query in qrels}
    names = {metric: name for name, metric in METRICS.items()}
    judgements = [Qrel(query, document, grade) for query in qrels for document, grade in qrels[query].items()]
    for value in iter_calc(list(METRICS.values()), judgements, list(_ranked(qrels, run))):
        found[value.query_id][names[value.measure]] = float(value.value)
    return found


def _ranked(qrels: Qrels, run: Run) -> Iterator[ScoredDoc]:
    """Scores by rank: the library compares scores in single precision and breaks ties its own way."""
    for query in qrels:
        scores = run.get(query, {})
        for rank, document in enumerate(sorted(scores, key=lambda document: (-scores[document], document))):
            yield ScoredDoc(query, document, float(-rank))
