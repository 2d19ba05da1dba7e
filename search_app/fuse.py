"""Reciprocal rank fusion: one ranking from the list by words and the list by meaning.

G. V. Cormack, C. L. A. Clarke and S. Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and
individual Rank Learning Methods", SIGIR 2009. Only ranks count, so that BM25 scores, which have no
upper bound, and cosines, which crowd together, need no common scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from indexer.index.protocol import Candidate, Candidates

# Measured (docs/decisions/0007-fusion.md): the paper's 60 lets many middling places outweigh a first
# one, and meaning is the surer of the two lists.
RANK_CONSTANT = 20
WORDS_WEIGHT = 1.0
MEANING_WEIGHT = 1.5


@dataclass(frozen=True, slots=True)
class Learned:
    """The place that a learned ranker gave a fused candidate.

    Attributes:
        score: Higher is better; 0 is the mean of the candidates of this query.
        before: 1-based place after the fusion.
        after: 1-based place after the ranker.
        shares: What each ground adds to the score: places, words, nearness, meaning, company.
        ranker: Version of the ranker.
        in_turn: Whether another ranker takes turns with it, so that it stands elsewhere than ``after``.
    """

    score: float
    before: int
    after: int
    shares: Mapping[str, float]
    ranker: str = ""
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Fused:
    """A chunk in the common ranking.

    Attributes:
        score: The fused score.
        keyword_rank: 1-based place in the list by words; None where it is not in it.
        semantic_rank: 1-based place in the list by meaning; None where it is not in it.
        learned: Its place by a learned ranker; None where none ranked it.
    """

    key: int
    score: float
    keyword_rank: int | None = None
    keyword_score: float | None = None
    semantic_rank: int | None = None
    cosine: float | None = None
    learned: Learned | None = None


class Fusion(Sequence[Fused]):
    """The common ranking; what is shown of a candidate is gathered when it is asked for."""

    def __init__(self, candidates: Candidates) -> None:
        self._lexical, self._nearest = _ranked(candidates.lexical), _ranked(candidates.nearest)
        scores = {key: contribution(rank, WORDS_WEIGHT) for key, (rank, _) in self._lexical.items()}
        for key, (rank, _) in self._nearest.items():
            scores[key] = scores.get(key, 0.0) + contribution(rank, MEANING_WEIGHT)
        self._order = sorted((-score, key) for key, score in scores.items())

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, place: int) -> Fused: ...
    @overload
    def __getitem__(self, place: slice) -> list[Fused]: ...
    def __getitem__(self, place: int | slice) -> Fused | list[Fused]:
        """Returns the candidate at a 0-based place, or those of a stretch."""
        if isinstance(place, slice):
            return [self._fused(*each) for each in self._order[place]]
        return self._fused(*self._order[place])

    def _fused(self, negated: float, key: int) -> Fused:
        keyword_rank, keyword_score = self._lexical.get(key, (None, None))
        semantic_rank, cosine = self._nearest.get(key, (None, None))
        return Fused(key, -negated, keyword_rank, keyword_score, semantic_rank, cosine)


def fuse(candidates: Candidates) -> Fusion:
    """Returns every candidate once, the best first, ties by key.

    The score is the sum over the lists of weight / (20 + rank), ranks from 1, weight 1 for words and
    1.5 for meaning; a list that does not contain a candidate adds nothing.
    """
    return Fusion(candidates)


def contribution(rank: int, weight: float) -> float:
    """Returns what a list adds to the score of the candidate at a 1-based rank."""
    return weight / (RANK_CONSTANT + rank)


def _ranked(candidates: Sequence[Candidate]) -> dict[int, tuple[int, float]]:
    return {candidate.key: (rank, candidate.score) for rank, candidate in enumerate(candidates, start=1)}
