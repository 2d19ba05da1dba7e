"""Whether a ranker that learned from clicks may take the place of the one in use."""

import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.evaluation.bootstrap import paired_bootstrap
from models.evaluation.gate import Check
from models.evaluation.retrieval import measure_queries
from models.ranker.clicked import Start, learn_weights
from models.ranker.examination import examination
from models.ranker.example import Example
from models.ranker.logged import CANDIDATE, CLICKED, POSITION, SHOWN, Logged
from models.ranker.train import folds

Numbers = NDArray[np.float64]
METRIC, DEEPEST = "ndcg@10", 10
# A click far down counts for at most so many on top: one that hardly anybody could have made is luck.
MOST_LOOKS = 10.0
_SAMPLES = 2_000
# People click more at the first places than further down, whatever stands there (Joachims et al., SIGIR 2005:
# several times as often). Clicks that do not fall by this are not theirs.
FIRST_PLACES, FALLS_BY = 3, 1.2
SLOWER, SLACK_SECONDS = 1.5, 0.05


def out_of_fold(start: Start, logs: Sequence[Logged], seed: int) -> list[Numbers]:
    """Returns for each query the weights that learned from queries with other words alone."""
    words = sorted({log.words for log in logs})
    weights: dict[str, Numbers] = {}
    for taught, left_out in folds(len(words), seed):
        known = {words[place] for place in taught}
        learned = learn_weights(start, [log for log in logs if log.words in known])
        weights |= {words[place]: learned for place in left_out}
    return [weights[log.words] for log in logs]


def by_clicks(logs: Sequence[Logged], weights: Sequence[Numbers | None]) -> dict[str, float]:
    """Returns NDCG@10 of each query with a click, whose gains are clicks over the share that looks.

    Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", WSDM 2017. Of a
    passage that was not shown nothing is known. It is left out, since counting it as bad would favour the
    ranker that showed the others (condensed lists: T. Sakai, SIGIR 2007).

    Args:
        logs: The queries.
        weights: What orders each of them; None for the order of the fusion.
    """
    looks = np.maximum(examination(logs), 1 / MOST_LOOKS)
    found = {}
    for number, (log, own) in enumerate(zip(logs, weights, strict=True)):
        if not log.clicks:
            continue
        shown = np.unique(log.seen[:, CANDIDATE])
        gains = log.summed(log.seen[:, CLICKED] / looks[log.seen[:, POSITION]])[shown]
        scores = np.zeros(len(shown)) if own is None else log.scaled[shown] @ own
        order = np.argsort(-scores, kind="stable")
        found[str(number)] = _discounted(gains[order]) / _discounted(np.sort(gains)[::-1])
    return found


def by_judgements(examples: Sequence[Example], weights: Numbers | None) -> dict[str, float]:
    """Returns NDCG@10 of each judged query; ``weights`` None for the order of the fusion."""
    judged = {example.query: example.judgements for example in examples}
    runs = {
        example.query: example.run(None if weights is None else example.scaled @ weights)
        for example in examples
    }
    return {query: values[METRIC] for query, values in measure_queries(judged, runs).items()}


def not_worse(name: str, where: str, before: Mapping[str, float], after: Mapping[str, float]) -> Check:
    """Fails where the mean is surely lower: where the interval of the difference ends below 0."""
    if not before:
        return Check(name, True, f"There are no {where} to compare on.")
    found = paired_bootstrap(before, after, seed=0, samples=_SAMPLES)
    words = (
        f"NDCG@10 on {len(before):,} {where} {100 * np.mean(list(after.values())):.1f}, "
        f"{100 * np.mean(list(before.values())):.1f} before: {100 * found.difference:+.1f} points "
        f"[{100 * found.low:+.1f}, {100 * found.high:+.1f}]."
    )
    return Check(name, found.high >= 0, words)


def read_by_people(logs: Sequence[Logged]) -> Check:
    """Fails where those who clicked did not begin at the top: robots click anywhere."""
    rows = np.concatenate([log.seen for log in logs])
    top = rows[:, POSITION] < FIRST_PLACES
    (shown, clicked), (shown_below, clicked_below) = (
        (int(rows[chosen, SHOWN].sum()), int(rows[chosen, CLICKED].sum())) for chosen in (top, ~top)
    )
    words = (
        f"Of {shown:,} passages at the first {FIRST_PLACES} places {clicked:,} were clicked, "
        f"of {shown_below:,} further down {clicked_below:,}."
    )
    passed = clicked * shown_below >= FALLS_BY * clicked_below * shown
    return Check("places", passed, words if passed else f"{words} People do not click so.")


def quick(logs: Sequence[Logged], before: Numbers, after: Numbers) -> Check:
    """Fails where ranking takes surely longer than before."""
    old, new = (min(_seconds(logs, each) for _ in range(3)) for each in (before, after))
    words = f"Ranking {len(logs):,} queries takes {1000 * new:.0f} ms, {1000 * old:.0f} before."
    return Check("speed", new <= SLOWER * old + SLACK_SECONDS, words)


def _seconds(logs: Sequence[Logged], weights: Numbers) -> float:
    begun = time.perf_counter()
    for log in logs:
        np.argsort(-(log.scaled @ weights), kind="stable")
    return time.perf_counter() - begun


def _discounted(gains: Numbers) -> float:
    first = gains[:DEEPEST]
    return float(first @ (1 / np.log2(np.arange(2, len(first) + 2))))
