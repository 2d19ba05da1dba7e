"""Does a label model make more of the rules' votes than the strongest rule does? On CUAD, contracts kept out.

    python -m benchmarks.label_model --contracts DIR --spans FILE

Votes of all rules of the contracts pack on each passage. What learns does so on the half of the contracts
that the rules were written on, with its answers ("fitted") or without ("Dawid and Skene"), and is asked about
the other half. A passage that no rule matches counts as 0 for all alike. Intervals: bootstrap over contracts.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from benchmarks.rules import is_kept_out, positives, read_spans, split
from models.labels import Passage
from models.packs import Pack, load_pack
from models.rules import RuleLabeller

Matrix = NDArray[np.float64]
ROUNDS, DRAWS, FLOOR = 200, 300, 1e-4


@dataclass(frozen=True)
class Votes:
    """Of one label: which rule matched which passage, what experts say, and whose contract it is.

    ``matched`` has shape (passages, rules); only passages that a rule matches or that experts marked are in
    it, and ``silent`` counts the others.
    """

    matched: Matrix
    truth: NDArray[np.bool_]
    contract: NDArray[np.int64]
    silent: int


def gather(
    pack: Pack, contracts: Path, spans: dict[str, list[tuple[int, int, str]]]
) -> dict[bool, dict[str, Votes]]:
    """Returns the votes of each label in both halves; True for what is kept out."""
    labeller = RuleLabeller(pack)
    places = {
        (label.name, rule.id): number
        for label in pack.labels.values()
        for number, rule in enumerate(label.rules)
    }
    rows: dict[bool, dict[str, list[tuple[list[float], bool, int]]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    passages = {True: 0, False: 0}
    for number, path in enumerate(sorted(contracts.glob("*.txt"))):
        half = is_kept_out(path.name)
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            text = file.read()
        for start, end in split(text):
            if not text[start:end].strip():
                continue
            passages[half] += 1
            truth = positives(start, end, spans[path.name])
            fired = defaultdict(set)
            for label, rule, _ in labeller.matches(Passage(text[start:end])):
                fired[label].add(places[label, rule])
            for label in {*truth, *fired}:
                own = [float(place in fired[label]) for place in range(len(pack.labels[label].rules))]
                rows[half][label].append((own, label in truth, number))
    return {
        half: {
            label: Votes(
                np.array([row[0] for row in found]),
                np.array([row[1] for row in found]),
                np.array([row[2] for row in found]),
                passages[half] - len(found),
            )
            for label, found in by_label.items()
        }
        for half, by_label in rows.items()
    }


def dawid_skene(votes: Votes) -> tuple[float, Matrix]:
    """Returns prior and P(rule matches | label applies or not), shape (2, rules), without looking at answers.

    The EM of A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM
    Algorithm", Applied Statistics 28 (1979), a rule that does not match being a vote that the label does not
    apply. It starts from any match.
    """
    matched, counts = np.unique(votes.matched, axis=0, return_counts=True)
    weights = counts.astype(np.float64)
    weights[matched.sum(axis=1) == 0] += votes.silent
    if not (matched.sum(axis=1) == 0).any():
        matched, weights = np.vstack([matched, np.zeros(matched.shape[1])]), np.append(weights, votes.silent)
    applies = np.clip(matched.max(axis=1) * 0.6, FLOOR, None)
    prior, rates = 0.0, np.zeros((2, matched.shape[1]))
    for _ in range(ROUNDS):
        both = np.vstack([applies, 1 - applies]) * weights
        prior = both[0].sum() / weights.sum()
        rates = np.clip(
            (both @ matched + FLOOR) / (both.sum(axis=1, keepdims=True) + 2 * FLOOR), FLOOR, 1 - FLOOR
        )
        applies = posterior(matched, prior, rates)
    return float(prior), rates


def posterior(matched: Matrix, prior: float, rates: Matrix) -> Matrix:
    """Returns the probability that the label applies, by Bayes, rules taken as independent given it."""
    said = matched @ np.log(rates).T + (1 - matched) @ np.log(1 - rates).T
    odds = np.log(prior) - np.log1p(-prior) + said[:, 0] - said[:, 1]
    return np.asarray(1 / (1 + np.exp(-odds)))


def measured_rates(votes: Votes) -> tuple[float, Matrix]:
    """Returns the same with the answers: naive Bayes, add-one."""
    yes, no = votes.matched[votes.truth], votes.matched[~votes.truth]
    rates = np.vstack([
        (yes.sum(axis=0) + 1) / (len(yes) + 2), (no.sum(axis=0) + 1) / (len(no) + votes.silent + 2),
    ])  # fmt: skip
    return (len(yes) + 1) / (len(votes.truth) + votes.silent + 2), rates


def scores(pack: Pack, label: str, train: Votes, test: Votes) -> dict[str, Matrix]:
    """Returns the probabilities that each way gives the passages of the other half."""
    chances = np.array([rule.probability for rule in pack.labels[label].rules])
    fired = test.matched.max(axis=1) > 0
    found = {
        "strongest rule": (test.matched * chances).max(axis=1),
        "noisy or": 1 - np.prod(1 - test.matched * chances, axis=1),
        "Dawid and Skene, no answers": posterior(test.matched, *dawid_skene(train)),
        "naive Bayes, fitted": posterior(test.matched, *measured_rates(train)),
    }
    seen = train.matched.max(axis=1) > 0
    if 0 < train.truth[seen].sum() < seen.sum():
        model = LogisticRegression(C=1.0).fit(train.matched[seen], train.truth[seen])
        found["logistic regression, fitted"] = model.predict_proba(test.matched)[:, 1]
    else:
        found["logistic regression, fitted"] = found["strongest rule"]
    return {name: np.where(fired, each, 0.0) for name, each in found.items()}


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=Path, required=True, help="folder of .txt files")
    parser.add_argument("--spans", type=Path, required=True, help="JSON lines: file, category, start, end")
    asked = parser.parse_args()
    pack = load_pack("contracts")
    halves = gather(pack, asked.contracts, read_spans(asked.spans, set(pack.labels)))
    labels = [label for label in pack.labels if label in halves[True] and label in halves[False]]
    found = {label: scores(pack, label, halves[False][label], halves[True][label]) for label in labels}
    tests = {label: halves[True][label] for label in labels}
    ways = list(found[labels[0]])
    draws = {way: _drawn(tests, {label: found[label][way] for label in labels}) for way in ways}
    print(
        "| | macro AP | gain over the strongest rule | Brier score of matched passages |\n|---|---|---|---|"
    )
    for way in ways:
        gain = draws[way][1:] - draws[ways[0]][1:]
        low, high = np.percentile(gain, [2.5, 97.5])
        brier = np.mean([_brier(tests[label], found[label][way]) for label in labels])
        moved = f"{draws[way][0] - draws[ways[0]][0]:+.3f} ({low:+.3f} to {high:+.3f})"
        print(f"| {way} | {draws[way][0]:.3f} | {moved} | {brier:.3f} |")


def _drawn(tests: dict[str, Votes], found: dict[str, Matrix]) -> Matrix:
    """Returns macro AP of all, then of each bootstrap draw of contracts."""
    every = np.unique(np.concatenate([votes.contract for votes in tests.values()]))
    random = np.random.default_rng(0)
    weights = [dict.fromkeys(every.tolist(), 1.0)]
    for _ in range(DRAWS):
        drawn, counts = np.unique(random.choice(every, len(every)), return_counts=True)
        weights.append(dict(zip(drawn.tolist(), counts.tolist(), strict=True)))
    return np.array(
        [np.nanmean([_ap(tests[label], found[label], each) for label in tests]) for each in weights]
    )


def _ap(votes: Votes, found: Matrix, weights: dict[int, float]) -> float:
    weight = np.array([weights.get(int(each), 0.0) for each in votes.contract])
    if not weight[votes.truth].sum():
        return float("nan")
    truth, every = np.append(votes.truth, False), np.append(found, 0.0)
    return float(average_precision_score(truth, every, sample_weight=np.append(weight, float(votes.silent))))


def _brier(votes: Votes, found: Matrix) -> float:
    fired = votes.matched.max(axis=1) > 0
    return float(np.mean((found[fired] - votes.truth[fired]) ** 2)) if fired.any() else 0.0


if __name__ == "__main__":
    main()
