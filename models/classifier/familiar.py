"""Which passages are in words that a model learned from, and which are not: those in another language."""

import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

# Fewer words than this say nothing of their language: they are a name, a heading, or a row of a table.
FEWEST = 8
# A passage is unfamiliar where it has less than this part of the known words that one usually has.
_PART = 0.6
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def words_of(text: str) -> list[str]:
    """Returns the words of a text, spelled as the terms of a classifier; numbers and signs are left out."""
    return _WORD.findall(text.lower().replace("’", "'"))


def unfamiliar(texts: Iterable[str], known: Collection[str], least: float) -> NDArray[np.bool_]:
    """Says of each text whether it has at least 8 words and knows fewer than a share of them.

    Args:
        texts: Of passages.
        known: Words, in lower case.
        least: The share, in [0, 1].
    """
    return np.array([_share(words_of(text), known) < least for text in texts], np.bool_)


def least_share(texts: Sequence[str], folds: NDArray[np.intp], known: Collection[str]) -> float:
    """Returns below which share of known words a passage is unfamiliar: six tenths of what they usually have.

    Usual is the median over the passages of the words that stand in other folds too, so that a small training
    set, which knows few words of the next document, asks for few.

    Args:
        texts: The passages that are trained on.
        folds: Of each passage.
        known: Words that are learned from.
    """
    found = [words_of(text) for text in texts]
    places: dict[str, int] = {}
    for words, fold in zip(found, folds.tolist(), strict=True):
        for word in words:
            places[word] = places.get(word, 0) | 1 << fold
    shares = []
    for words, fold in zip(found, folds.tolist(), strict=True):
        elsewhere = {word for word in words if word in known and places[word] != 1 << fold}
        if len(words) >= FEWEST:
            shares.append(_share(words, elsewhere))
    return _PART * float(np.median(shares)) if shares else 0.0


def _share(words: Sequence[str], known: Collection[str]) -> float:
    return sum(word in known for word in words) / len(words) if len(words) >= FEWEST else 1.0
