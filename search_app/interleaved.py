"""Two rankers take turns in the hits of one search, and each hit says which of them put it there."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from models.ranker.interleave import team_draft
from search_app.fuse import Fused, Fusion
from search_app.rerank import RERANKED, Reranker
from search_app.retrieve import Question


class Interleaved:
    """Gives the candidates the order of a team draft, the same on every page that one person asks for.

    Args:
        number: Of the comparison.
        champion: The ranker in use.
        challenger: The one that it is compared with.
    """

    def __init__(self, number: int, champion: Reranker, challenger: Reranker) -> None:
        self._number = number
        self._teams = (champion, challenger)

    @property
    def version(self) -> str:
        """The versions of both."""
        return " and ".join(each.version for each in self._teams)

    def ranks(self, question: Question) -> bool:
        """Whether a question has a learned order."""
        return self._teams[0].ranks(question)

    def reranked(self, question: Question, fusion: Fusion) -> Sequence[Fused]:
        """Returns every fused candidate once; a search by a program has the champion's order."""
        if not question.person:
            return self._teams[0].reranked(question, fusion)
        first, second = (each.reranked(question, fusion)[:RERANKED] for each in self._teams)
        found = [{item.key: item for item in each} for each in (first, second)]
        drafted = team_draft([*found[0]], [*found[1]], self._seed(question))
        return [*(_in_turn(found[team][key]) for key, team in drafted), *fusion[len(drafted) :]]

    def _seed(self, question: Question) -> int:
        told = f"{self._number}\0{question.person}\0{question.text}\0{question.filters!r}"
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")


def _in_turn(item: Fused) -> Fused:
    return replace(item, learned=replace(item.learned, in_turn=True)) if item.learned else item
