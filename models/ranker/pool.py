"""The candidates of one query, as a ranker sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, the best fused first; arrays have one row per candidate.

    Attributes:
        query: Terms of the query in order, as ``texts`` has them.
        texts: Terms of each candidate in order, stemmed and without stop words; empty where there is no text.
        vector: The query's, shape (dimension,), unit length.
        vectors: Those of the candidates, shape (n, dimension), unit length; NaN where there is none.
        fused: Scores of the fusion.
    """

    query: Sequence[str]
    texts: Sequence[Sequence[str]]
    vector: NDArray[np.float32]
    vectors: NDArray[np.float32]
    fused: NDArray[np.float64]

    def __len__(self) -> int:
        """Returns the number of candidates."""
        return len(self.fused)
