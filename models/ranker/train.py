"""Trains a ranker, and measures on queries that it did not see whether that pays."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from models.errors import TrainingError
from models.evaluation.retrieval import measure_queries
from models.ranker.card import RankerCard
from models.ranker.example import Example, query_digest
from models.ranker.file import write_ranker
from models.ranker.fit import PULL, fit

FOLDS = 5
FEWEST_QUERIES = 10
_METRICS = ("ndcg@5", "ndcg@10")

ByQuery = dict[str, dict[str, float]]


def train(
    examples: Sequence[Example], *, data: str, name: str, seed: int, parents: Mapping[str, str]
) -> bytes:
    """Returns the content of a ranker's file; equal data and seed give equal bytes.

    Args:
        examples: Judged queries.
        data: Fingerprint of the judgements.
        name: Of the judgements, for people.
        seed: Of the folds that the figures come from.
        parents: Versions of what made the candidates.

    Raises:
        TrainingError: There are too few queries.
    """
    taught = sum(1 for example in examples if any(example.grades))
    if taught < FEWEST_QUERIES:
        raise TrainingError(
            f"{taught} queries have a relevant document among their candidates; {FEWEST_QUERIES} are needed"
        )
    by_fusion, by_ranker = cross_validated(examples, seed)
    figures = {
        f"{prefix}{metric}": round(float(np.mean([values[metric] for values in found.values()])), 6)
        for prefix, found in (("", by_ranker), ("fusion_", by_fusion))
        for metric in _METRICS
    }
    card = RankerCard(
        data=data,
        data_name=name,
        queries=tuple(sorted(query_digest(example.text) for example in examples)),
        candidates=sum(len(example.documents) for example in examples),
        seed=seed,
        parents=dict(parents),
        figures=figures,
    )
    return write_ranker(card, fit(examples))


def cross_validated(examples: Sequence[Example], seed: int) -> tuple[ByQuery, ByQuery]:
    """Returns the metrics of each query: by the fusion, and by what learned from the other folds.

    Args:
        examples: Judged queries, each once.
        seed: Of the division into five folds.
    """
    judgements = {example.query: example.judgements for example in examples}
    fused = {example.query: example.run() for example in examples}
    ranked = out_of_fold(examples, seed)
    return measure_queries(judgements, fused), measure_queries(judgements, ranked)


def out_of_fold(examples: Sequence[Example], seed: int, pull: float = PULL) -> dict[str, dict[str, float]]:
    """Returns the scores of each query's documents by what learned from the other folds.

    Args:
        examples: Judged queries, each once.
        seed: Of the division into five folds.
        pull: As for ``fit``.
    """
    ranked = {}
    for learned, left_out in folds(len(examples), seed):
        weights = fit([examples[place] for place in learned], pull)
        for place in left_out:
            example = examples[place]
            ranked[example.query] = example.run(example.scaled @ weights)
    return ranked


def folds(number: int, seed: int) -> Iterator[tuple[list[int], list[int]]]:
    """Yields for each fold the places that are learned from and those that are left out."""
    order = np.random.default_rng(seed).permutation(number).tolist()
    for fold in range(min(FOLDS, number)):
        left_out = order[fold::FOLDS]
        yield sorted(set(order) - set(left_out)), left_out
