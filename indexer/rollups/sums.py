"""Adds up a batch of events; pure, what it returns are rows of the tables of sums."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from indexer.export.clicks import Click
from indexer.export.impressions import Impression
from indexer.export.uses import Weight

DEEPEST_OF_DAY, DEEPEST_OF_QUERY = 20, 100
_DAY = len("2026-01-31")
Row = dict[str, Any]


@dataclass(slots=True)
class Sums:
    """Rows to add to each table.

    Attributes:
        texts: Plain words of the queries, and the last day they were asked for, by pseudonym.
    """

    days: Counter[tuple[str, str, str, str, str, int, int]] = field(default_factory=Counter)
    passages: dict[tuple[str, str, int], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0, 0])
    )
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def day_rows(self) -> list[Row]:
        """Returns rows of ``event_days``."""
        names = ("day", "action", "collection", "ranker", "classifier", "position", "robot")
        return [{**dict(zip(names, key, strict=True)), "events": count} for key, count in self.days.items()]

    def passage_rows(self) -> list[Row]:
        """Returns rows of ``query_passages``."""
        return [
            {
                "query": query, "chunk": chunk, "position": position,
                "impressions": shown, "used": used, "excused": excused,
            }
            for (query, chunk, position), (shown, used, excused) in self.passages.items()
        ]  # fmt: skip

    def text_rows(self) -> list[Row]:
        """Returns rows of ``query_texts``."""
        return [{"query": query, "text": text, "asked_on": day} for query, (text, day) in self.texts.items()]


def of_impressions(rows: Iterable[Impression], plain: dict[str, str]) -> Sums:
    """Adds up impressions; ``plain`` has the words of every query with words, by pseudonym."""
    sums = Sums()
    for row in rows:
        _of_day(sums, row, "impression")
        if row.robot or row.query not in plain or row.chunk is None or row.position is None:
            continue
        sums.passages[row.query, row.chunk, min(row.position, DEEPEST_OF_QUERY)][0] += 1
        sums.texts[row.query] = (plain[row.query], row.at[:_DAY])
    return sums


def of_actions(rows: Iterable[tuple[Click, Weight]], nothing: str) -> Sums:
    """Adds up what people did; ``nothing`` is the pseudonym of a query without words."""
    sums = Sums()
    for row, weight in rows:
        _of_day(sums, row, row.action)
        if row.robot or row.query in (None, nothing) or row.chunk is None or row.position is None:
            continue
        if weight.used or weight.excused:
            tally = sums.passages[str(row.query), row.chunk, min(row.position, DEEPEST_OF_QUERY)]
            tally[1] += weight.used
            tally[2] += weight.excused
    return sums


def _of_day(sums: Sums, row: Impression | Click, action: str) -> None:
    position = -1 if row.position is None else min(row.position, DEEPEST_OF_DAY)
    ranker, classifier = (row.ranker or "")[:100], (row.classifier or "")[:100]
    key = (row.at[:_DAY], action, row.collection or "", ranker, classifier, position, int(row.robot))
    sums.days[key] += 1
