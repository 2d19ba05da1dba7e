"""What people's decisions buy on other contracts than those that were decided on.

python -m benchmarks.decisions CONTRACTS SPANS [--reader FILE] [--rotations N…] [--dismissed N]
    [--confirmed N] [--asked N] [--keep FOLDER] [--retrain] [--versions]

The contracts are cut into four folds, near-duplicates together. In each rotation a classifier is trained on
two of them; of a third, the N false alarms that it is surest of are dismissed, N of its right claims, drawn
at random, confirmed, and N of what it is not sure of, drawn at random, answered as the experts marked it.
What it learned is measured on the fourth, beside what it was before: all rotations in one ranking, with
intervals of the difference by bootstrap over contracts. With --retrain a classifier is also trained anew on
the two folds and the decisions. With --versions the decisions are on the first of near-duplicates in both
folds that are not trained on, and what is measured are the others: rotations 0 and 2 cover all.

Readings are those out of fold that the reader's file holds. --keep holds classifiers between runs.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.classifier import AT_THRESHOLDS, RANKED, joined, read_out_of_fold
from indexer.training import read_training_data
from indexer.training.scoring import score, thresholds_of, unfamiliar
from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.file import read_classifier
from models.classifier.folds import folds, twins
from models.classifier.learn import learn
from models.classifier.model import LearnedClassifier
from models.classifier.train import Reads, train
from models.encoder.tokens import TokenCounter
from models.evaluation.classification import measure
from models.evaluation.intervals import differences
from models.evaluation.scores import Scored, Thresholds
from models.packs import load_pack
from models.reader.file import read_reader

FOLDS = 4
PACK = "contracts"


def main() -> None:
    """Reads the command line, measures, prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contracts", type=Path, help="folder of the texts")
    parser.add_argument("spans", type=Path)
    parser.add_argument("--reader", type=Path, help="file of a reader that was trained on the same documents")
    parser.add_argument("--rotations", type=int, nargs="*", default=list(range(FOLDS)))
    parser.add_argument("--dismissed", type=int, default=200)
    parser.add_argument("--confirmed", type=int, default=200)
    parser.add_argument("--asked", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--retrain", action="store_true")
    parser.add_argument("--versions", action="store_true")
    arguments = parser.parse_args()
    pack = load_pack(PACK)
    data = read_training_data([arguments.spans], pack, TokenCounter(""), texts=arguments.contracts).data
    reads = None
    if arguments.reader:
        data, reads = read_out_of_fold(data, read_reader(arguments.reader))
    wanted = Wanted(arguments.dismissed, arguments.confirmed, arguments.asked)
    fold = folds(data.documents, FOLDS)
    rotations = [
        rotation(
            data,
            fold,
            number,
            wanted,
            reads=reads,
            keep=arguments.keep,
            retrain=arguments.retrain,
            versions=arguments.versions,
        )
        for number in arguments.rotations
    ]
    print(json.dumps(together(rotations), indent=2))


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many false alarms are dismissed, right claims confirmed, and questions answered."""

    dismissed: int
    confirmed: int
    asked: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a classifier says of the contracts kept out, at its own thresholds."""

    scored: Scored
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was said before and after, by name of the way to learn, and what that took."""

    said: dict[str, Said]
    notes: dict[str, object]


def rotation(
    data: TrainingSet,
    fold: np.ndarray,
    number: int,
    wanted: Wanted,
    *,
    reads: Reads | None,
    keep: Path | None,
    retrain: bool,
    versions: bool = False,
) -> Rotation:
    """Trains, has decided, learns and measures with one fold kept out."""
    reviewed, kept_out = (part(data, fold, [(number + step) % FOLDS]) for step in (0, 1))
    if versions:
        reviewed, kept_out = first_and_others(part(data, fold, [number, (number + 1) % FOLDS]))
    base = part(data, fold, [(number + step) % FOLDS for step in (2, 3)])
    stored = keep / f"champion{number}.npz" if keep else None
    content = stored.read_bytes() if stored and stored.exists() else trained(base, reads)
    if stored and not stored.exists():
        stored.write_bytes(content)
    champion = read_classifier(content, "champion")
    decided = decisions(reviewed, champion, wanted, seed=number)
    started = time.perf_counter()
    corrected = read_classifier(learn(content, decided, name="decided", report=lambda *_: None), "corrected")
    notes = {
        "seconds_learning": time.perf_counter() - started,
        "speed": speeds(champion, corrected, kept_out),
    }
    learned = corrected.card.decisions
    assert learned is not None
    notes |= {name: value for name, value in asdict(learned).items() if name != "uncorrected"}
    said = {"before": said_of(kept_out, champion), "corrected": said_of(kept_out, corrected)}
    if retrain:
        more = replace(base, documents=base.documents + decided.documents)
        started = time.perf_counter()
        said["retrained"] = said_of(kept_out, read_classifier(trained(more, reads), "retrained"))
        notes["seconds_training"] = time.perf_counter() - started
    return Rotation(said, notes)


def first_and_others(data: TrainingSet) -> tuple[TrainingSet, TrainingSet]:
    """Returns the first document of each group of near-duplicates, and its other documents."""
    groups = twins(data.documents)
    _, first, sizes = np.unique(groups, return_index=True, return_counts=True)
    is_first = np.isin(np.arange(len(groups)), first[sizes > 1])
    is_other = (sizes[groups] > 1) & ~is_first
    one, two = (np.where(each, 1, 0) for each in (is_first, is_other))
    return part(data, one, [1]), part(data, two, [1])


def part(data: TrainingSet, fold: np.ndarray, numbers: list[int]) -> TrainingSet:
    """Returns the documents of some folds."""
    inside = np.isin(fold, numbers)
    return replace(data, documents=tuple(d for d, own in zip(data.documents, inside, strict=True) if own))


def trained(data: TrainingSet, reads: Reads | None) -> bytes:
    """Returns the file of a classifier."""
    return train(
        data, pack=PACK, name="benchmark", seed=0, precision=0.8, report=lambda *_: None, reads=reads
    )


def decisions(reviewed: TrainingSet, classifier: LearnedClassifier, wanted: Wanted, seed: int) -> TrainingSet:
    """Returns the documents with decisions on what the classifier says of them, and on nothing else."""
    found, _ = score(reviewed, classifier, load_pack(PACK))
    at = thresholds_of(classifier.card, reviewed.labels, unfamiliar(classifier, reviewed))
    random = np.random.default_rng(seed)
    wrong = np.argwhere((found.probabilities >= at.low) & ~found.truth)
    surest = np.argsort(-found.probabilities[wrong[:, 0], wrong[:, 1]], kind="stable")
    right = np.argwhere((found.probabilities >= at.high) & found.truth)
    chosen = np.zeros(found.truth.shape, bool)
    chosen[tuple(wrong[surest[: wanted.dismissed]].T)] = True
    chosen[tuple(random.permutation(right)[: wanted.confirmed].T)] = True
    unsure = np.argwhere((found.probabilities >= at.low) & (found.probabilities < at.high) & ~chosen)
    chosen[tuple(random.permutation(unsure)[: wanted.asked].T)] = True
    documents, start = [], 0
    for document in reviewed.documents:
        rows = chosen[start : start + len(document.passages)]
        start += len(document.passages)
        if rows.any():
            documents.append(judged(document, rows, reviewed.labels))
    return replace(reviewed, documents=tuple(documents))


def judged(document: TrainingDocument, rows: np.ndarray, labels: tuple[str, ...]) -> TrainingDocument:
    """Returns a document of which nothing is known but the chosen pairs, shape (passages, labels)."""

    def one(passage: TrainingPassage, row: np.ndarray) -> TrainingPassage:
        known = frozenset(label for label, there in zip(labels, row, strict=True) if there)
        marked = tuple(each for each in passage.evidence if each.label in known)
        return replace(passage, labels=passage.labels & known, evidence=marked, judged=known)

    passages = zip(document.passages, rows, strict=True)
    return replace(document, passages=tuple(one(passage, row) for passage, row in passages))


def said_of(data: TrainingSet, classifier: LearnedClassifier) -> Said:
    """Returns what a classifier says of some documents."""
    scored, _ = score(data, classifier, load_pack(PACK))
    return Said(scored, thresholds_of(classifier.card, data.labels, unfamiliar(classifier, data)))


def speeds(before: LearnedClassifier, after: LearnedClassifier, data: TrainingSet) -> dict[str, float]:
    """Returns passages labelled a second by each, rules left out; the best of three, by turns."""
    documents = [[replace(each.passage, rules=()) for each in one.passages] for one in data.documents]
    best = {"before": 0.0, "after": 0.0}
    for _ in range(3):
        for name, classifier in (("before", before), ("after", after)):
            started = time.process_time()
            for passages in documents:
                classifier.label(passages)
            taken = time.process_time() - started
            best[name] = max(best[name], sum(map(len, documents)) / taken)
    return best


def together(rotations: list[Rotation]) -> dict[str, object]:
    """Returns figures of each way over all rotations, and how far it is ahead of what was before."""
    ways = {way: [each.said[way] for each in rotations] for way in rotations[0].said}
    ranked = {way: joined([each.scored for each in said]) for way, said in ways.items()}
    labels = len(ranked["before"].labels)
    result: dict[str, object] = {"rotations": [each.notes for each in rotations]}
    for way, said in ways.items():
        at = Thresholds(
            np.concatenate([each.thresholds.low for each in said]),
            np.concatenate([each.thresholds.high for each in said]),
        )
        ranking, spoken = measure(ranked[way], Thresholds.anything(labels)), measure(ranked[way], at)
        result[way] = {
            **{name: getattr(ranking, name) for name in RANKED if not name.startswith("rule")},
            **{name: getattr(spoken, name) for name in AT_THRESHOLDS},
            "mean_of_rotations": means(said),
            "differences": {
                name: asdict(each) for name, each in differences(ranked["before"], ranked[way], 0).items()
            },
            "changed": changed(ways["before"], said),
            "labels_behind": behind(ranked["before"], ranked[way]),
            "least_precise": min(each.precision for each in spoken.per_label.values() if each.said >= 10),
        }
    return result


def means(said: list[Said]) -> dict[str, float]:
    """Returns figures of each rotation's ranking for itself, averaged."""
    found = [measure(each.scored, each.thresholds) for each in said]
    return {
        name: float(np.mean([getattr(each, name) for each in found])) for name in ("macro_ap", "p_at_80r")
    }


def changed(before: list[Said], after: list[Said]) -> dict[str, int]:
    """Counts the pairs whose probability moved by a hundredth, and the claims that went and came."""
    counts = {"moved": 0, "wrong_gone": 0, "right_gone": 0, "wrong_new": 0, "right_new": 0}
    for one, two in zip(before, after, strict=True):
        truth = one.scored.truth
        old, new = (each.scored.probabilities >= each.thresholds.high for each in (one, two))
        counts["moved"] += int((np.abs(one.scored.probabilities - two.scored.probabilities) >= 0.01).sum())
        counts["wrong_gone"] += int((old & ~new & ~truth).sum())
        counts["right_gone"] += int((old & ~new & truth).sum())
        counts["wrong_new"] += int((new & ~old & ~truth).sum())
        counts["right_new"] += int((new & ~old & truth).sum())
    return counts


def behind(before: Scored, after: Scored) -> list[str]:
    """Returns the labels whose average precision is lower for all but 2.5 % of the draws of documents."""
    found = []
    for place, label in enumerate(before.labels):
        one, two = (column(each, place) for each in (before, after))
        if one.truth.any() and differences(one, two, 0, samples=400)["macro_ap"].high < 0:
            found.append(label)
    return found


def column(scored: Scored, place: int) -> Scored:
    """Returns what was said of one label."""
    only = slice(place, place + 1)
    return replace(
        scored,
        labels=scored.labels[only],
        probabilities=scored.probabilities[:, only],
        truth=scored.truth[:, only],
        judged=scored.judged[:, only],
    )


if __name__ == "__main__":
    main()
