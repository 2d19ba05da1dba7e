"""Counts the words of passages and their sentences, as the matrices that linear models are trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from models.classifier.words import Span, sentences, terms, words
from models.labels import Passage

Matrix = Any  # scipy.sparse.csr_matrix of float32; SciPy tells no types
NEIGHBOUR_WEIGHT = HEADING_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Split:
    """Passages cut into sentences.

    Attributes:
        spans: Of each sentence, offsets within its passage.
        owner: Of each sentence, the place of its passage; never decreasing.
        sentence_words: Words of each sentence.
        section_words: Words of the headings above each passage.
    """

    spans: list[Span]
    owner: NDArray[np.intp]
    sentence_words: list[list[str]]
    section_words: list[list[str]]


def split(passages: Sequence[Passage]) -> Split:
    """Returns the sentences of passages."""
    spans = [sentences(passage.text) for passage in passages]
    owner = np.repeat(np.arange(len(passages)), [len(each) for each in spans])
    found = [
        words(passage.text[start:end])
        for passage, each in zip(passages, spans, strict=True)
        for start, end in each
    ]
    sections = {section: words(section) for section in {passage.section for passage in passages}}
    return Split(
        [span for each in spans for span in each],
        owner,
        found,
        [sections[passage.section] for passage in passages],
    )


def counter(vocabulary: Sequence[str] | None, at_least: int = 1) -> CountVectorizer:
    """Returns what counts terms in lists of words.

    Args:
        vocabulary: The terms in the order of the columns; None to take them from the texts it is fitted on.
        at_least: Texts that a term must occur in to be taken.
    """
    return CountVectorizer(analyzer=terms, vocabulary=vocabulary, min_df=at_least, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Weights:
    """Inverse document frequencies: ln((1 + n) / (1 + df)) + 1, of terms in passages and in sentences."""

    passage: NDArray[np.float32]
    sentence: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Views:
    """What is seen of passages: rows of unit length, except where a text holds no known term.

    Attributes:
        passage: Shape (passages, terms).
        sentence: Shape (sentences, 3 * terms): the sentence, its neighbours in the passage, the headings.
    """

    passage: Matrix
    sentence: Matrix


def counts(counting: CountVectorizer, cut: Split) -> tuple[Matrix, Matrix]:
    """Returns the counts of terms in sentences and in headings, shapes (sentences or passages, terms)."""
    return counting.transform(cut.sentence_words), counting.transform(cut.section_words)


def common_terms(cut: Split, documents: NDArray[np.intp], at_least: int) -> list[str]:
    """Returns the terms that occur in so many documents, sorted; none where there are no words.

    Args:
        cut: Passages of several documents.
        documents: Number of each passage's document.
        at_least: Documents that a term must occur in.
    """
    try:
        counting = counter(None, at_least).fit(cut.sentence_words)
    except ValueError:
        return []  # there is none
    found = counting.transform(cut.sentence_words)
    ones = np.ones(len(cut.owner), np.float32)
    gather = sparse.csr_matrix((ones, (documents[cut.owner], np.arange(len(cut.owner)))))
    holding = np.bincount((gather @ found).indices, minlength=found.shape[1])
    return [str(term) for term in counting.get_feature_names_out()[holding >= at_least]]


def together(cut: Split, in_sentences: Matrix) -> Matrix:
    """Returns the counts of terms in passages: the sums over their sentences."""
    rows = len(cut.section_words)
    ones = np.ones(len(cut.owner), np.float32)
    gather = sparse.csr_matrix((ones, (cut.owner, np.arange(len(cut.owner)))), (rows, len(cut.owner)))
    return gather @ in_sentences


def inverse_frequencies(found: Matrix) -> NDArray[np.float32]:
    """Returns ln((1 + n) / (1 + df)) + 1 for each column, the smoothed idf of scikit-learn."""
    documents = np.bincount(found.indices, minlength=found.shape[1])
    return np.asarray(np.log((1 + found.shape[0]) / (1 + documents)) + 1, np.float32)


def weighted(found: Matrix, inverse: NDArray[np.float32]) -> Matrix:
    """Returns (1 + ln count) * idf, rows of unit length."""
    result = found.copy()
    result.data = (1 + np.log(result.data)) * inverse[result.indices]
    return normalize(result, copy=False)


def views(cut: Split, in_sentences: Matrix, in_headings: Matrix, weights: Weights) -> Views:
    """Returns both views of passages that were cut and counted."""
    own = weighted(in_sentences, weights.sentence)
    same = (cut.owner[1:] == cut.owner[:-1]).astype(np.float32)
    beside = sparse.diags_array([same, same], offsets=[1, -1], shape=(len(cut.owner),) * 2, format="csr")
    headings = weighted(in_headings, weights.sentence)[cut.owner]
    blocks = [own, NEIGHBOUR_WEIGHT * (beside @ own), HEADING_WEIGHT * headings]
    return Views(
        weighted(together(cut, in_sentences), weights.passage),
        sparse.csr_matrix(sparse.hstack(blocks, format="csr")),
    )
