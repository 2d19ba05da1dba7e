"""What the words of a query say of the candidates in a pool: BM25, and the best stretch of a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
K1, B = 1.2, 0.75
# Terms that follow each other, in which the words of a query should stand together.
WINDOW = 40


@dataclass(frozen=True, slots=True)
class Counted:
    """The query's different terms in the texts of a pool.

    Attributes:
        flat: All texts behind each other: the number of each term, -1 for one that is not in the query.
        owners: The text of each place in ``flat``.
        lengths: The number of terms of each text, shape (n,).
        counts: Occurrences, shape (n, terms of the query).
        idf: Inverse document frequency in the pool, shape (terms of the query,), as BM25 defines it.
    """

    flat: NDArray[np.int64]
    owners: NDArray[np.int64]
    lengths: NDArray[np.int64]
    counts: Numbers
    idf: Numbers


def counted(query: Sequence[str], texts: Sequence[Sequence[str]]) -> Counted:
    """Looks for the terms of a query in texts, as a ``Pool`` has both."""
    terms = {term: number for number, term in enumerate(dict.fromkeys(query))}
    flat = np.array([terms.get(term, -1) for term in chain.from_iterable(texts)], np.int64)
    lengths = np.array([len(text) for text in texts], np.int64)
    owners = np.repeat(np.arange(len(texts)), lengths)
    hits = flat >= 0
    counts = np.zeros((len(texts), len(terms)))
    np.add.at(counts, (owners[hits], flat[hits]), 1)
    having = (counts > 0).sum(axis=0)
    idf = np.log1p((len(texts) - having + 0.5) / (having + 0.5))
    return Counted(flat, owners, lengths, counts, idf)


def bm25(found: Counted) -> Numbers:
    """Returns the score of each text (Robertson and Zaragoza, 2009); idf and mean length are the pool's."""
    saturation = K1 * (1 - B + B * found.lengths / (found.lengths.mean() or 1.0))
    score: Numbers = (found.counts * (K1 + 1) / (found.counts + saturation[:, None])) @ found.idf
    return score


def stretch(found: Counted) -> Numbers:
    """Returns the share in [0, 1] of the query's terms, by their idf, that stand together in each text.

    That is within ``WINDOW`` terms that follow each other; the best such stretch of a text counts.
    """
    # A gap behind each text keeps windows from reaching into the next one.
    places = np.arange(len(found.flat)) + found.owners * WINDOW
    best = np.zeros(len(found.flat))
    for term, weight in enumerate(found.idf.tolist()):
        marks = np.zeros(len(found.flat) + len(found.lengths) * WINDOW + 1, np.int32)
        marks[places[found.flat == term] + 1] = 1
        before = np.cumsum(marks)
        best += weight * (before[places + WINDOW] > before[places])
    share = np.zeros(len(found.lengths))
    np.maximum.at(share, found.owners, best)
    return share / (found.idf.sum() or 1.0)
