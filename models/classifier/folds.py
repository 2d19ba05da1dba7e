"""Splits documents into folds so that no document is measured by a model that saw its twin."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import GroupKFold

from models.classifier.dataset import TrainingDocument
from models.classifier.words import words

SHINGLE, SAMPLED = 8, 16
TWINS = 0.5


def twins(documents: Sequence[TrainingDocument]) -> NDArray[np.intp]:
    """Returns the group of each document; near-duplicates share one.

    Two documents are near-duplicates where one holds half of the other's runs of eight words, of which one
    in sixteen is compared (by its hash, so that it is the same one in both).
    """
    columns = [_shingles(document) for document in documents]
    sizes = np.array([len(each) for each in columns])
    rows = np.repeat(np.arange(len(documents)), sizes)
    distinct, places = np.unique(np.concatenate(columns), return_inverse=True)
    shape = (len(documents), len(distinct))
    holds = sparse.csr_matrix((np.ones(len(rows), np.int32), (rows, places)), shape)
    shared = (holds @ holds.T).tocoo()
    near = shared.data >= TWINS * np.maximum(np.minimum(sizes[shared.row], sizes[shared.col]), 1)
    edges = (shared.data[near], (shared.row[near], shared.col[near]))
    groups: NDArray[np.intp] = connected_components(sparse.coo_matrix(edges, shared.shape), directed=False)[1]
    return groups


def folds(documents: Sequence[TrainingDocument], count: int) -> NDArray[np.intp]:
    """Returns the fold of each document, 0 to ``count`` - 1; folds have about as many passages each.

    With fewer groups of near-duplicates than ``count`` there are as many folds as groups.
    """
    groups = twins(documents)
    # A passage each: then the folds are balanced by passages, and not by documents.
    owner = np.repeat(np.arange(len(documents)), [max(1, len(each.passages)) for each in documents])
    result = np.zeros(len(documents), np.intp)
    splitter = GroupKFold(min(count, len(set(groups.tolist()))))
    for number, (_, held) in enumerate(splitter.split(owner, groups=groups[owner])):
        result[owner[held]] = number
    return result


def _shingles(document: TrainingDocument) -> NDArray[np.int64]:
    found = [word for passage in document.passages for word in words(passage.passage.text)]
    hashes = {
        zlib.crc32(" ".join(found[start : start + SHINGLE]).encode())
        for start in range(max(1, len(found) - SHINGLE + 1))
    }
    return np.array(sorted(value for value in hashes if value % SAMPLED == 0), np.int64)
