"""What is counted anew, and what is known from listing it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from indexer.index.protocol import Candidate, Candidates, Counts, Detail, Filters
from indexer.index.query import Word
from search_app.retrieve import Question, count, count_inside

QUESTION = Question(Word("liability"), None, np.ones(2, np.float32), Filters())
NEAREST = (Candidate(1, 0.9), Candidate(2, 0.8), Candidate(3, 0.7))


@dataclass
class Counting:
    """An index that counts nine of everything, and remembers what it was asked."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def count(self, *given: Any) -> Counts:
        self.asked.append(given)
        return Counts(chunks=9, documents=None, by_words=9, facets={})


def test_words_that_were_counted_while_they_were_listed_are_not_counted_again() -> None:
    index = Counting()
    found = Candidates((Candidate(2, 1.5),), NEAREST, frozenset({2}), by_words=40)
    assert count(index, QUESTION, found, Detail.CHUNKS) == Counts(42, None, 40, {})
    assert index.asked == []


def test_documents_are_counted_by_the_index() -> None:
    index = Counting()
    found = Candidates((), NEAREST, frozenset({2}), by_words=40)
    assert count(index, QUESTION, found, Detail.DOCUMENTS).chunks == 9
    assert index.asked == [(QUESTION.lexical, Filters(), frozenset({1, 3}), Detail.DOCUMENTS)]


def test_the_passages_of_one_document_are_not_those_of_the_whole_list() -> None:
    index = Counting()
    found = Candidates((), NEAREST, frozenset({2}), by_words=40)
    assert count_inside(index, QUESTION, found, "lease") == 9
    inside = Filters(documents=frozenset({"lease"}))
    assert index.asked == [(QUESTION.lexical, inside, frozenset({1, 3}), Detail.CHUNKS)]
