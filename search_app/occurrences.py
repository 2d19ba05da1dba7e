"""Finds the words of a query in many texts, as the index would, without reading all other words of them."""

import re
from collections.abc import Iterator

from indexer.index.analysis import STEMMED, fold, stems_of_runs, terms

Hits = list[tuple[int, int]]
# A term can differ from its words in its last letter, as "parti" from "party".
_CUT, _SHORTEST = 1, 2
_REST = re.compile(r"\S*")


class Occurrences:
    """The different terms of one query; its length is their number."""

    def __init__(self, query: str) -> None:
        self._numbers = {
            term: number
            for number, term in enumerate(dict.fromkeys(term for _, term in terms(query, STEMMED)))
        }
        beginnings = {term[: max(len(term) - _CUT, _SHORTEST)] for term in self._numbers}
        # What begins with another one is found with it.
        self._beginnings = sorted(
            each
            for each in beginnings
            if not any(each != other and each.startswith(other) for other in beginnings)
        )

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, text: str) -> Hits:
        """Returns (number of the term, offset) of each occurrence, by offset.

        Offsets are those of the text in lower case without accents. The few words that begin otherwise than
        their term ("dying", "die") are passed over.
        """
        folded = text.lower() if text.isascii() else fold(text)
        found = [hit for beginning in self._beginnings for hit in self._beginning(folded, beginning)]
        return sorted(found, key=lambda hit: hit[1])

    def _beginning(self, text: str, beginning: str) -> Iterator[tuple[int, int]]:
        """Yields the hits whose term has a beginning."""
        stems = stems_of_runs()
        at = text.find(beginning)
        while at >= 0:
            end = at + 1
            if at == 0 or not text[at - 1].isalnum():
                rest = _REST.match(text, at)
                end = rest.end() if rest else end
                for term in stems[text[_start(text, at) : end]].split():
                    if term in self._numbers and term.startswith(beginning):
                        yield self._numbers[term], at
            at = text.find(beginning, end)


def _start(text: str, at: int) -> int:
    """Returns where what stands between two blanks begins."""
    while at and not text[at - 1].isspace():
        at -= 1
    return at
