"""Learns the order of hits from clicks: gather, keep the dataset, learn, compare, and promote what passed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select

from indexer.blobs import BlobStore
from indexer.ranking.gather import Candidates, Gathered, gather, new_clicks
from indexer.ranking.snapshot import keep, material, rounded
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.registry import Origin, Rankers
from indexer.registry.journal import RANKER
from models.evaluation.gate import Check
from models.ranker.card import RankerCard
from models.ranker.clicked import Start, learn_weights
from models.ranker.compared import by_clicks, by_judgements, not_worse, out_of_fold, quick, read_by_people
from models.ranker.example import Example, query_digest
from models.ranker.features import FEATURES
from models.ranker.file import write_ranker
from models.ranker.fit import EQUAL
from models.ranker.linear import LinearRanker

Numbers = NDArray[np.float64]
SEED = 0
# Fewer queries tell nothing of other queries.
FEWEST_QUERIES = 10


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How learning ended.

    Attributes:
        words: As a sentence.
        version: What was learned; empty where nothing was.
        promoted: Whether it orders hits now.
        refused: Whether a check did not let it pass.
        checks: What was compared.
    """

    words: str
    version: str = ""
    promoted: bool = False
    refused: bool = False
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class RankerLearner:
    """Learns from clicks; search goes on meanwhile. Call it while holding the lock LEARNER.

    Attributes:
        candidates: Of a query, as search ranks them now.
        parents: Versions of what makes the candidates: encoder, mapping.
        judged: Queries with judgements that clicks cannot bend; empty for none.
        by_itself: Whether what passed orders hits at once; else a person promotes it.
    """

    engine: Engine
    blobs: BlobStore
    rankers: Rankers
    candidates: Candidates
    parents: Mapping[str, str]
    judged: tuple[Example, ...] = ()
    by_itself: bool = True
    clock: Callable[[], datetime] = field(default=_now)

    def new_clicks(self) -> int:
        """Returns how many clicks came since it last learned, or tried to."""
        datasets = schema.datasets.c
        with self.engine.connect() as connection:
            last = connection.execute(select(func.max(datasets.upto)).where(datasets.pack == RANKER)).scalar()
        return new_clicks(self.engine, last or 0)

    def run(self, by: str, confirm: Callable[[], None] = lambda: None) -> Outcome:
        """Learns from all clicks there are; ``confirm`` is called between steps and raises to stop."""
        gathered = rounded(gather(self.engine, self.candidates, confirm))
        with writing(self.engine) as connection:
            dataset = keep(connection, self.blobs, gathered, time_to_text(self.clock()))
        words = len({each.asked.words for each in gathered.queries})
        if words < FEWEST_QUERIES:
            return Outcome(
                f"{words} queries have clicks that can be learned from; {FEWEST_QUERIES} are needed."
            )
        start = start_of(self.rankers.start)
        confirm()
        weights = learn_weights(start, gathered.logs)
        checks, figures = self._compare(gathered, start, weights)
        content = write_ranker(self._card(gathered, figures), weights)
        self.rankers.keep_start()
        reason = f"learned from {gathered.clicks:,} clicks in {len(gathered.queries):,} queries"
        made = self.rankers.register(content, Origin.LEARNED, by, reason, dataset=dataset.id).version
        return self._decided(made, checks, reason, by)

    def _decided(self, version: str, checks: tuple[Check, ...], reason: str, by: str) -> Outcome:
        used = self.rankers.state().used
        if used is not None and used.version == version:
            return Outcome(f"{version} has learned all of it already.", version)
        failed = " ".join(check.words for check in checks if not check.passed)
        if failed:
            self.rankers.refuse(version, f"refused: {failed}", by)
            return Outcome(f"{version} does not order hits. {failed}", version, refused=True, checks=checks)
        if not self.by_itself:
            words = f"{version} passed every check; clausewatch models promote {version} uses it."
            return Outcome(words, version, checks=checks)
        self.rankers.promote(version, reason, by)
        return Outcome(f"{version} orders hits now.", version, promoted=True, checks=checks)

    def _compare(
        self, gathered: Gathered, start: Start, weights: Numbers
    ) -> tuple[tuple[Check, ...], dict[str, float]]:
        """Asks the gate: on clicks in queries that the new one has not learned from, and on judgements."""
        logs, used = gathered.logs, self.rankers.state().used
        before = used.weights if used else None
        first = self.rankers.start.weights if self.rankers.start else None
        new = by_clicks(logs, out_of_fold(start, logs, SEED))
        old, begun = (by_clicks(logs, [each] * len(logs)) for each in (before, first))
        judged, was, at_first = (by_judgements(self.judged, each) for each in (weights, before, first))
        checks = (
            read_by_people(logs),
            not_worse("clicks", "clicked queries", old, new),
            not_worse("judgements", "judged queries", was, judged),
            # Many small steps down would each be within the noise.
            not_worse(
                "start", "judged queries, beside the ranker that learning starts from", at_first, judged
            ),
            quick(logs, before if before is not None else start.weights, weights),
        )
        figures = {"clicks_ndcg@10": _mean(new), "start_clicks_ndcg@10": _mean(begun)}
        if self.judged:
            figures |= {"judged_ndcg@10": _mean(judged), "start_judged_ndcg@10": _mean(at_first)}
        return checks, figures

    def _card(self, gathered: Gathered, figures: Mapping[str, float]) -> RankerCard:
        queries = {query_digest(each.text) for each in gathered.queries}
        start = self.rankers.start.version if self.rankers.start else "none"
        return RankerCard(
            data=material(gathered),
            data_name=f"{gathered.clicks:,} clicks made here",
            queries=tuple(sorted(queries)),
            candidates=sum(len(each.pooled.keys) for each in gathered.queries),
            seed=SEED,
            parents=dict(self.parents) | {"start": start},
            figures=figures,
        )


def start_of(ranker: LinearRanker | None) -> Start:
    """Returns what learning starts from; equal weights where there is no ranker."""
    if ranker is None:
        return Start(np.full(len(FEATURES), EQUAL), 0)
    return Start(ranker.weights, len(ranker.card.queries))


def _mean(values: Mapping[str, float]) -> float:
    return round(float(np.mean(list(values.values()))), 6) if values else 0.0
