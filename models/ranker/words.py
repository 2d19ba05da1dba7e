"""What the words of a query say of the candidates in a pool: BM25, and the best stretch of a text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ranker.pool import Pool

Numbers = NDArray[np.float64]
K1, B = 1.2, 0.75
# Characters in which the words of a query should stand together: two or three lines.
WINDOW = 300


@dataclass(frozen=True, slots=True)
class Counted:
    """The query's terms in the texts of a pool.

    Attributes:
        owners: The text of each occurrence, ascending.
        terms: The number of its term.
        places: Its offset, far apart between one text and the next; ascending.
        lengths: Characters of each text, shape (n,).
        counts: Occurrences, shape (n, terms of the query).
        idf: Inverse document frequency in the pool, shape (terms of the query,), as BM25 defines it.
    """

    owners: NDArray[np.int64]
    terms: NDArray[np.int64]
    places: NDArray[np.int64]
    lengths: Numbers
    counts: Numbers
    idf: Numbers


def counted(pool: Pool) -> Counted:
    """Counts the terms of the query in the candidates."""
    number = len(pool)
    owners = np.repeat(np.arange(number), [len(hits) for hits in pool.hits])
    pairs = np.array([hit for hits in pool.hits for hit in hits], np.int64).reshape(-1, 2)
    lengths = np.array(pool.lengths, np.float64)
    counts = np.zeros((number, pool.terms))
    np.add.at(counts, (owners, pairs[:, 0]), 1)
    having = (counts > 0).sum(axis=0)
    idf = np.log1p((number - having + 0.5) / (having + 0.5))
    apart = int(lengths.max(initial=0)) + WINDOW
    return Counted(owners, pairs[:, 0], pairs[:, 1] + owners * apart, lengths, counts, idf)


def bm25(found: Counted) -> Numbers:
    """Returns the score of each text (Robertson and Zaragoza, 2009); idf and mean length are the pool's."""
    saturation = K1 * (1 - B + B * found.lengths / (found.lengths.mean() or 1.0))
    score: Numbers = (found.counts * (K1 + 1) / (found.counts + saturation[:, None])) @ found.idf
    return score


def stretch(found: Counted) -> Numbers:
    """Returns the share in [0, 1] of the query's terms, by their idf, that stand together in each text.

    That is, that begin within ``WINDOW`` characters; the best such stretch of a text counts.
    """
    best = np.zeros(len(found.places))
    for term, weight in enumerate(found.idf.tolist()):
        own = found.places[found.terms == term]
        following = np.append(own, np.iinfo(np.int64).max)[np.searchsorted(own, found.places)]
        best += weight * (following < found.places + WINDOW)
    share = np.zeros(len(found.lengths))
    np.maximum.at(share, found.owners, best)
    return share / (found.idf.sum() or 1.0)
