"""What clicks buy: rankers that learn from simulated clicks, on queries that nobody clicked in.

python -m benchmarks.clicks JUDGEMENTS [--models DIR] [--cache FILE] [--seeds N]

JUDGEMENTS is a BEIR folder with grades 0 to 4. Its queries are divided into five folds; the sessions search
those of four, the rankers are judged on the fifth. A session asks one query at random, is shown the first ten
passages of the ranker at work, looks at the k-th with the chance 1 / k, and clicks what it looks at with the
chance 0.1 + 0.9 (2^grade - 1) / 15: the simulation of Q. Ai et al., "Unbiased Learning to Rank with Unbiased
Propensity Estimation", SIGIR 2018. Each row of the table learns from so many sessions, once

- from the fusion: without clicks the order of the fusion stays; learning starts from equal weights;
- from the shipped kind of ranker, which learned from the judgements of the four folds;

by naive click-through (each query's share of clicks, as if they were judgements, in the loss that the ranker
learned by) and by ours. FILE keeps the features between runs. What ours draws to, and how strongly, was
chosen with the seeds 0 to 3 before us; these runs have others.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.encoder import load_encoder
from models.evaluation.retrieval import measure_queries, paired_bootstrap, read_judged
from models.ranker.clicked import Start, learn_weights
from models.ranker.example import Example
from models.ranker.fit import EQUAL, PULL, Taught, fit, fit_near
from models.ranker.logged import CLICKED, Logged
from models.ranker.train import folds
from search_app.ranker_training import examples
from search_app.trial import trial

Numbers = NDArray[np.float64]
METRICS = ("ndcg@5", "ndcg@10")
SESSIONS = (100, 300, 1000, 2000, 5000)
SHOWN, HIGHEST, NOISE = 10, 4, 0.1
FIRST_SEED = 100
NOTHING, NAIVE, OURS = "no feedback", "naive click-through", "ours"

Learn = Callable[[Start, Sequence[Logged]], Numbers]


def main() -> None:
    """Reads the command line, simulates, prints a table for each start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("judgements", type=Path)
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="folder of exported encoders")
    parser.add_argument("--cache", type=Path, help="keeps the features of the candidates")
    parser.add_argument("--seeds", type=int, default=5, help="divisions into folds, each with its own clicks")
    arguments = parser.parse_args()
    found = cached(arguments.cache, lambda: computed(arguments.judgements, arguments.models))
    for name, strong in (("reciprocal rank fusion", False), ("the ranker that judgements taught", True)):
        print(f"\nFrom {name}:\n")
        print(table(Simulation(found, strong).run(range(FIRST_SEED, FIRST_SEED + arguments.seeds))))


def computed(judgements: Path, models: Path) -> list[Example]:
    """Returns the judged queries with the features of their candidates."""
    with trial(
        read_judged(judgements), load_encoder("", "auto", models), lambda _done, _steps: None
    ) as tried:
        return list(examples(tried))


def cached(path: Path | None, compute: Callable[[], list[Example]]) -> list[Example]:
    """Returns what a file keeps, which is written where it is not there."""
    if path is None or not path.is_file():
        found = compute()
        if path is not None:
            rows = [
                [each.query, each.text, each.values.tolist(), each.documents, each.judgements, each.rest]
                for each in found
            ]
            path.write_text(json.dumps(rows), encoding="utf-8")
        return found
    return [
        Example(query, text, np.array(values, np.float64), tuple(documents), judgements, tuple(rest))
        for query, text, values, documents, judgements, rest in json.loads(path.read_text(encoding="utf-8"))
    ]


class Simulation:
    """Sessions on judged queries; collects the metrics of each query by row of the table."""

    def __init__(self, found: Sequence[Example], strong: bool) -> None:
        self.found = found
        self.strong = strong
        self.learners: Mapping[str, Learn] = {NAIVE: naive, OURS: learn_weights}

    def run(self, seeds: Sequence[int]) -> dict[tuple[str, int], dict[str, list[dict[str, float]]]]:
        """Returns the metrics of each query, one for each seed, by learner and number of sessions."""
        measured: dict[tuple[str, int], dict[str, list[dict[str, float]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for seed in seeds:
            for fold, (taught, left_out) in enumerate(folds(len(self.found), seed)):
                start = self.start([self.found[place] for place in taught])
                self._note(measured[NOTHING, 0], left_out, start.weights if self.strong else None)
                for sessions in SESSIONS:
                    random = np.random.default_rng([seed, fold, sessions, self.strong])
                    logs = self.sessions(random, taught, start, sessions)
                    for name, learn in self.learners.items():
                        self._note(measured[name, sessions], left_out, learn(start, logs))
        return measured

    def start(self, taught: Sequence[Example]) -> Start:
        """Returns what learning starts from."""
        if self.strong:
            return Start(fit(taught), len(taught))
        return Start(np.full(taught[0].values.shape[1], EQUAL), 0)

    def sessions(
        self, random: np.random.Generator, places: Sequence[int], start: Start, sessions: int
    ) -> list[Logged]:
        """Returns what so many sessions saw and clicked."""
        asked = random.multinomial(sessions, np.full(len(places), 1 / len(places)))
        logs = []
        for place, times in zip(places, asked.tolist(), strict=True):
            example = self.found[place]
            shown = self.order(example, start)[:SHOWN]
            chance = 1 / np.arange(1, len(shown) + 1) * attraction(np.array(example.grades)[shown])
            clicks = random.binomial(times, chance)
            seen = [shown, np.arange(len(shown)), np.full(len(shown), times), clicks]
            logs.append(Logged(example.query, example.values, np.column_stack(seen).astype(np.int64)))
        return logs

    def order(self, example: Example, start: Start) -> NDArray[np.int64]:
        """Returns the candidates as they are shown, the best passage of each document."""
        scores = example.scaled @ start.weights if self.strong else np.zeros(len(example.documents))
        ranked = np.argsort(-scores, kind="stable")
        documents = np.array(example.documents)[ranked]
        return ranked[np.sort(np.unique(documents, return_index=True)[1])].astype(np.int64)

    def _note(
        self, rows: dict[str, list[dict[str, float]]], places: Sequence[int], weights: Numbers | None
    ) -> None:
        left = [self.found[place] for place in places]
        runs = {each.query: each.run(None if weights is None else each.scaled @ weights) for each in left}
        for query, values in measure_queries({each.query: each.judgements for each in left}, runs).items():
            rows[query].append(values)


def attraction(grades: NDArray[np.int64]) -> Numbers:
    """Returns the chance that somebody who looks at a passage clicks it."""
    chance: Numbers = NOISE + (1 - NOISE) * (2.0**grades - 1) / (2.0**HIGHEST - 1)
    return chance


def naive(start: Start, logs: Sequence[Logged]) -> Numbers:
    """Returns weights that took each query's share of clicks for its judgements."""
    lists = [Taught(log.scaled, log.summed(log.seen[:, CLICKED]) / log.clicks) for log in logs if log.clicks]
    return fit_near(lists, start.weights, PULL * np.eye(len(start.weights))) if lists else start.weights


def table(measured: Mapping[tuple[str, int], Mapping[str, Sequence[Mapping[str, float]]]]) -> str:
    """Returns a Markdown table: means, and differences with intervals by paired bootstrap over queries."""
    lines = [
        "| sessions | | no feedback | naive | ours | ours - no feedback | ours - naive |",
        "|---" * 7 + "|",
    ]
    for sessions in SESSIONS:
        for metric in METRICS:
            keys = ((NOTHING, 0), (NAIVE, sessions), (OURS, sessions))
            nothing, plain, own = (_means(measured[key], metric) for key in keys)
            cells = [f"{100 * np.mean(list(each.values())):.1f}" for each in (nothing, plain, own)]
            for other in (nothing, plain):
                found = paired_bootstrap(other, own, seed=0, samples=2000)
                low, high = 100 * found.low, 100 * found.high
                cells.append(f"{100 * found.difference:+.1f} ({low:+.1f} to {high:+.1f})")
            lines.append(f"| {sessions:,} | {metric} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _means(found: Mapping[str, Sequence[Mapping[str, float]]], metric: str) -> dict[str, float]:
    return {query: float(np.mean([each[metric] for each in rows])) for query, rows in found.items()}


if __name__ == "__main__":
    main()
