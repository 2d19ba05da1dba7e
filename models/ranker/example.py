"""A judged query with its candidates: what a ranker learns from, and is measured on."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ranker.scale import scaled

Numbers = NDArray[np.float64]
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Example:
    """One query.

    Attributes:
        query: Its id.
        text: As typed.
        values: Features of its candidates, the best fused first, shape (candidates, features).
        documents: The document of each candidate; several may be of one.
        judgements: Grade by document, at least 0.
        rest: Documents that the fusion ranks behind, the best first; ones that are among the candidates too
            do no harm.
    """

    query: str
    text: str
    values: Numbers
    documents: tuple[str, ...]
    judgements: Mapping[str, int]
    rest: tuple[str, ...] = ()

    @property
    def scaled(self) -> Numbers:
        """What the weights are multiplied with, shape (candidates, features)."""
        return scaled(self.values)

    @property
    def grades(self) -> tuple[int, ...]:
        """The grade of each candidate's document."""
        return tuple(self.judgements.get(document, 0) for document in self.documents)

    def run(self, scores: Sequence[float] | Numbers | None = None) -> dict[str, float]:
        """Returns a score for each document in the order that scores of the candidates give; ties as fused.

        Args:
            scores: Of each candidate; None for the order of the fusion.
        """
        key = np.zeros(len(self.documents)) if scores is None else -np.asarray(scores)
        order = np.argsort(key, kind="stable").tolist()
        ranked = [*(self.documents[place] for place in order), *self.rest]
        return {document: float(-place) for place, document in enumerate(dict.fromkeys(ranked))}


def query_digest(text: str) -> str:
    """Returns what stands for a query on a card."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
