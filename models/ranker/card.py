"""What a ranker says of itself: data, parents, and how well it ranks queries that it did not see."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankerCard:
    """The card of a ranker.

    Attributes:
        data: Hex SHA-256 of the judgements that it learned from.
        data_name: Where they came from, for people.
        queries: ``query_digest`` of each query that it learned from, in order of the alphabet.
        candidates: Candidates of these queries that it learned from.
        seed: Of the folds that the figures come from.
        parents: Versions of what made the candidates, by name: encoder, mapping.
        figures: Means over the queries, each ranked by what learned from the other folds: ``ndcg@5``,
            ``ndcg@10``; and for the fusion alone: ``fusion_ndcg@5``, ``fusion_ndcg@10``.
    """

    data: str
    data_name: str
    queries: tuple[str, ...]
    candidates: int
    seed: int
    parents: Mapping[str, str]
    figures: Mapping[str, float]
