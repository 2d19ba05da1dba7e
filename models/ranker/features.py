"""What a ranker looks at: pure functions of a pool of candidates."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.ranker.pool import Pool
from models.ranker.words import Counted, bm25, counted, stretch

Numbers = NDArray[np.float64]


class Ground(StrEnum):
    """Kinds of features, as an explanation names them."""

    PLACES = "places"  # in the two lists that were fused
    WORDS = "words"
    NEARNESS = "nearness"  # of the query's words to each other
    MEANING = "meaning"
    COMPANY = "company"  # likeness to the first hits of the fusion


class View:
    """A pool, and what several features are made of, computed once."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    @cached_property
    def words(self) -> Counted:
        """The words of the query in the candidates."""
        return counted(self.pool)

    @cached_property
    def vectors(self) -> Numbers:
        """Those of the candidates, in double precision."""
        return self.pool.vectors.astype(np.float64)

    def cosines(self) -> Numbers:
        """Cosine of query and candidate; NaN where a candidate has no vector."""
        cosines: Numbers = self.vectors @ self.pool.vector.astype(np.float64)
        return cosines

    def company(self, number: int) -> Numbers:
        """Mean cosine of each candidate to the first ``number`` of the fusion that have a vector."""
        first = self.vectors[:number]
        known = first[np.isfinite(first).all(axis=1)]
        if not len(known):
            return np.full(len(self.pool), np.nan)
        cosines: Numbers = self.vectors @ known.mean(axis=0)
        return cosines


@dataclass(frozen=True, slots=True)
class Feature:
    """One number per candidate.

    Attributes:
        name: Its key in the file of a ranker; another way to compute it needs another name.
        ground: What it is explained as.
        of: Computes it, shape (candidates,); NaN where a candidate has none.
    """

    name: str
    ground: Ground
    of: Callable[[View], Numbers]


FEATURES = (
    Feature("fused", Ground.PLACES, lambda view: view.pool.fused),
    Feature("bm25", Ground.WORDS, lambda view: bm25(view.words)),
    Feature("stretch", Ground.NEARNESS, lambda view: stretch(view.words)),
    Feature("cosine", Ground.MEANING, lambda view: view.cosines()),
    Feature("company_3", Ground.COMPANY, lambda view: view.company(3)),
    Feature("company_10", Ground.COMPANY, lambda view: view.company(10)),
)


def features(pool: Pool) -> Numbers:
    """Returns all features of ``FEATURES`` in their order, shape (candidates, features)."""
    view = View(pool)
    return np.column_stack([feature.of(view) for feature in FEATURES])
