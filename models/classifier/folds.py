"""Splits documents into folds so that no document is measured by a model that saw its twin."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import GroupKFold

from models.classifier.dataset import TrainingDocument
from models.classifier.views import Matrix
from models.classifier.words import words
from models.errors import TrainingError

SHINGLE, SAMPLED = 8, 16
# Of documents with at most so many runs of words all are compared: a sample of few says nothing.
SHORT = 512
TWINS = 0.5

Runs = NDArray[np.int64]


def twins(documents: Sequence[TrainingDocument]) -> NDArray[np.intp]:
    """Returns the group of each document; near-duplicates share one.

    Two documents are near-duplicates where one holds half of the other's runs of eight words. Of long ones
    one run in sixteen is compared (by its hash, so that it is the same one in both).
    """
    found = [_shingles(document) for document in documents]
    near = _near([each[each % SAMPLED == 0] for each in found])
    near += _near([each if len(each) <= SHORT else each[:0] for each in found])
    groups: NDArray[np.intp] = connected_components(near, directed=False)[1]
    return groups


def _near(columns: Sequence[Runs]) -> Matrix:
    """Returns which documents share half of the runs of the one with fewer, as a sparse matrix."""
    sizes = np.array([len(each) for each in columns])
    rows = np.repeat(np.arange(len(columns)), sizes)
    distinct, places = np.unique(np.concatenate(columns), return_inverse=True)
    holds = sparse.csr_matrix((np.ones(len(rows), np.int32), (rows, places)), (len(columns), len(distinct)))
    shared = (holds @ holds.T).tocoo()
    near = shared.data >= TWINS * np.minimum(sizes[shared.row], sizes[shared.col])
    return sparse.csr_matrix((shared.data[near], (shared.row[near], shared.col[near])), shared.shape)


def folds(documents: Sequence[TrainingDocument], count: int) -> NDArray[np.intp]:
    """Returns the fold of each document, 0 to ``count`` - 1; folds have about as many passages each.

    With fewer groups of near-duplicates than ``count`` there are as many folds as groups.

    Raises:
        TrainingError: All documents are near-duplicates of one another, or there is one only.
    """
    groups = twins(documents)
    distinct = len(set(groups.tolist()))
    if distinct < 2:
        raise TrainingError(
            f"All {len(documents)} documents say nearly the same; what is learned from some cannot be tested "
            "on others. Add documents of other texts."
        )
    # A passage each: then the folds are balanced by passages, and not by documents.
    owner = np.repeat(np.arange(len(documents)), [max(1, len(each.passages)) for each in documents])
    result = np.zeros(len(documents), np.intp)
    splitter = GroupKFold(min(count, distinct))
    for number, (_, held) in enumerate(splitter.split(owner, groups=groups[owner])):
        result[owner[held]] = number
    return result


def _shingles(document: TrainingDocument) -> Runs:
    found = [word for passage in document.passages for word in words(passage.passage.text)]
    hashes = {
        zlib.crc32(" ".join(found[start : start + SHINGLE]).encode())
        for start in range(max(1, len(found) - SHINGLE + 1))
    }
    return np.array(sorted(hashes), np.int64)
