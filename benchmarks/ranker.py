"""The learned ranker on queries that it did not learn from, and the time that it adds to a search.

python -m benchmarks.ranker JUDGEMENTS [--seeds N] [--home HOME] [--rounds N]

JUDGEMENTS is a BEIR folder. Each query is ranked by a ranker that learned from the other folds of a
cross-validation over all queries, five folds, and where there are splits "train" and "valid" also by one that
learned from the one and is measured on the other; beside it the fusion alone, each difference with its
interval by paired bootstrap over queries. Several seeds divide the queries anew; the metrics of a query are
averaged over them.

With --home, searches of that home are answered by turns without a ranker and with the one that the settings
name.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.http_search import real_queries, sample_queries, summary
from benchmarks.large import texts
from models.encoder import load_encoder
from models.evaluation.retrieval import measure_queries, paired_bootstrap, read_judged
from models.packs import load_pack
from models.protocols import Encoder
from models.ranker.example import Example
from models.ranker.fit import fit
from models.ranker.train import ByQuery, cross_validated
from search_app.chosen_ranker import ranker_of
from search_app.compose import compose
from search_app.ranker_training import examples
from search_app.results import SearchRequest
from search_app.search import Searcher
from search_app.settings import load_settings
from search_app.trial import trial

METRICS = ("ndcg@5", "ndcg@10")
WARMING = 40


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("judgements", type=Path)
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="folder of exported encoders")
    parser.add_argument("--seeds", type=int, default=10, help="divisions into folds; 0 for the times alone")
    parser.add_argument("--home", type=Path, help="searched for the times")
    parser.add_argument("--rounds", type=int, default=3, help="times that each query is asked")
    arguments = parser.parse_args()
    if arguments.seeds:
        quality(arguments.judgements, load_encoder("", "auto", arguments.models), arguments.seeds)
    if arguments.home:
        times(arguments.home, arguments.judgements / "queries.jsonl", arguments.rounds)


def quality(judgements: Path, encoder: Encoder, seeds: int) -> None:
    """Prints how well fusion and ranker rank queries that it did not learn from."""
    with trial(read_judged(judgements), encoder, lambda _done, _steps: None) as tried:
        found = list(examples(tried))
    compare(f"cross-validated, {len(found)} queries", *averaged(found, seeds))
    if {"train", "valid"} <= {path.stem for path in (judgements / "qrels").glob("*.tsv")}:
        held = set(read_judged(judgements, "valid").qrels)
        compare(f"learned from train, {len(held)} queries of valid", *held_out(found, held))


def averaged(found: Sequence[Example], seeds: int) -> tuple[ByQuery, ByQuery]:
    """Returns the metrics of each query by the fusion, and by rankers, the mean over several divisions."""
    runs = [cross_validated(found, seed) for seed in range(seeds)]
    ranked = {
        query: {metric: float(np.mean([run[query][metric] for _, run in runs])) for metric in METRICS}
        for query in runs[0][1]
    }
    return runs[0][0], ranked


def held_out(found: Sequence[Example], held: set[str]) -> tuple[ByQuery, ByQuery]:
    """Returns the metrics of the queries held out, by the fusion and by what learned from the others."""
    weights = fit([example for example in found if example.query not in held])
    left = [example for example in found if example.query in held]
    judgements = {example.query: example.judgements for example in left}
    return (
        measure_queries(judgements, {example.query: example.run() for example in left}),
        measure_queries(
            judgements, {example.query: example.run(example.scaled @ weights) for example in left}
        ),
    )


def compare(name: str, fused: Mapping[str, Mapping[str, float]], ranked: ByQuery) -> None:
    """Prints both means of each metric, and the difference with its interval."""
    for metric in METRICS:
        one, other = ({query: values[metric] for query, values in run.items()} for run in (fused, ranked))
        difference = paired_bootstrap(one, other, seed=0)
        print(
            f"{name}: {metric} fusion {np.mean(list(one.values())):.4f}, "
            f"ranker {np.mean(list(other.values())):.4f}, difference {difference.difference:+.4f} "
            f"({difference.low:+.4f} to {difference.high:+.4f})"
        )


def times(home: Path, queries: Path, rounds: int) -> None:
    """Prints the milliseconds of searches without facets, without and with the ranker, asked by turns."""
    parts = compose(replace(load_settings(), home=home))
    ranker = ranker_of(parts.settings)
    bare = Searcher(parts.index, parts.encoder, parts.engine, parts.packs, parts.registry)
    for name, asked in (
        ("real queries", real_queries(load_pack("contracts"), queries, 200)),
        ("fragments of 2 to 8 words", sample_queries(texts(home), 200 + WARMING)),
    ):
        took = [by_turns((bare, parts.searcher), asked, first=number) for number in range(rounds)]
        plain, learned = ([value for each in took for value in each[which][WARMING:]] for which in (0, 1))
        one, other = summary("fusion", plain), summary("ranker", learned)
        each = np.median(np.array(learned) - np.array(plain))
        print(
            f"{name}: fusion p50 {one.p50:.1f} p95 {one.p95:.1f} ms, "
            f"{ranker.version if ranker else 'no ranker'} p50 {other.p50:.1f} p95 {other.p95:.1f} ms, "
            f"added p50 {other.p50 - one.p50:+.1f} p95 {other.p95 - one.p95:+.1f} ms, "
            f"median by query {each:+.1f} ms"
        )


def by_turns(searchers: Sequence[Searcher], asked: Sequence[str], first: int) -> list[list[float]]:
    """Asks each searcher for each query, each of them first in turn; returns their milliseconds."""
    took: list[list[float]] = [[] for _ in searchers]
    for number, text in enumerate(asked):
        for place in range(len(searchers)):
            which = (number + place + first) % len(searchers)
            started = time.perf_counter()
            searchers[which].search(SearchRequest(text, facets=False))
            took[which].append((time.perf_counter() - started) * 1000)
    return took


if __name__ == "__main__":
    main()
