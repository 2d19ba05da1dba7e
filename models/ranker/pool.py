"""The candidates of one query, as a ranker sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, the best fused first; arrays have one row per candidate.

    Attributes:
        terms: Number of the query's different terms.
        hits: Where they stand in each candidate's text, as (number of the term, offset), by offset.
        lengths: Characters of each text; 0 where there is none.
        vector: The query's, shape (dimension,), unit length.
        vectors: Those of the candidates, shape (n, dimension), unit length; NaN where there is none.
        fused: Scores of the fusion.
    """

    terms: int
    hits: Sequence[Sequence[tuple[int, int]]]
    lengths: Sequence[int]
    vector: NDArray[np.float32]
    vectors: NDArray[np.float32]
    fused: NDArray[np.float64]

    def __len__(self) -> int:
        """Returns the number of candidates."""
        return len(self.fused)
