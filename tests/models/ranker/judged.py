"""Judged queries whose right order is known: one feature tells it, the others are noise."""

from collections.abc import Sequence

import numpy as np

from models.ranker.example import Example
from models.ranker.features import FEATURES

TELLING = 3


def examples(number: int, seed: int = 7, telling: Sequence[int] = (TELLING,)) -> list[Example]:
    """Returns queries with 12 candidates each, the graded ones high in the telling features."""
    random = np.random.default_rng(seed)
    found = []
    for query in range(number):
        grades = random.permutation([4, 3, 2, 1] + [0] * 8).tolist()
        values = random.normal(size=(len(grades), len(FEATURES)))
        for column in telling:
            values[:, column] += np.array(grades) * 2
        documents = tuple(f"d{place}" for place in range(len(grades)))
        judgements = dict(zip(documents, grades, strict=True)) | {"behind": 1}
        found.append(Example(f"q{query}", f"query {query}", values, documents, judgements, ("behind", "d0")))
    return found
