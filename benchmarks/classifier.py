"""The classifier on documents that it was not trained on, and how fast it trains and labels.

python -m benchmarks.classifier FILE [--contracts DIR] [--pack P] [--folds N] [--documents N…] [--naive]
    [--reader FILE]

FILE is training data in any format that ``clausewatch train classifier`` reads. The documents are cut into
folds, near-duplicates together. For each fold a classifier is trained on the others, thresholds and
calibration included, and measured on the fold; the figures are of all folds together, with intervals by
bootstrap over documents. With --documents each is trained on so many only: a learning curve. The keyword
rules are measured beside it on the same passages, with --naive also what benchmarks/naive_classifier.py makes
of the same training documents.

With --reader the classifiers also learn from what a reader read that was trained on the same documents: from
the readings out of fold that its file holds, so that no passage was read by a reader that saw its document.
Readers of what is trained on have seen the fold that is measured; the one that reads the fold has not.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.naive_classifier import naive_scores, ranking
from indexer.training import read_training_data
from indexer.training.scoring import score, thresholds_of, unfamiliar
from models.classifier.dataset import TrainingDocument, TrainingSet
from models.classifier.file import read_classifier
from models.classifier.folds import folds
from models.classifier.model import LearnedClassifier
from models.classifier.train import Reads, train
from models.encoder.tokens import TokenCounter
from models.evaluation.classification import Figures, measure
from models.evaluation.intervals import intervals
from models.evaluation.scores import Scored, Thresholds
from models.packs import load_pack
from models.reader.file import Reader, read_reader


def main() -> None:
    """Reads the command line, measures, prints one JSON object for each number of documents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--contracts", type=Path, help="folder of the texts that a file of spans names")
    parser.add_argument("--pack", default="contracts")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, help="measure on so many of the folds only, to save time")
    parser.add_argument("--documents", type=int, nargs="*", default=[0], help="train on so many; 0 for all")
    parser.add_argument("--precision", type=float, default=0.8)
    parser.add_argument("--per-label", action="store_true")
    parser.add_argument("--naive", action="store_true")
    parser.add_argument("--reader", type=Path, help="file of a reader that was trained on the same documents")
    arguments = parser.parse_args()
    pack = load_pack(arguments.pack)
    found = read_training_data([arguments.file], pack, TokenCounter(""), texts=arguments.contracts)
    data, reads = found.data, None
    if arguments.reader:
        data, reads = read_out_of_fold(data, read_reader(arguments.reader))
    fold = folds(data.documents, arguments.folds)
    for documents in arguments.documents:
        parts = [
            held_out(
                data,
                fold == number,
                arguments.pack,
                documents,
                precision=arguments.precision,
                naive=arguments.naive,
                reads=reads,
            )
            for number in range(arguments.only or arguments.folds)
        ]
        figures = together(parts)
        if not arguments.per_label:
            figures.pop("per_label")
        print(json.dumps({"trained_on": documents or "all others", **figures}, indent=2), flush=True)


@dataclass(frozen=True, slots=True)
class Held:
    """One fold: what was said of it, at thresholds of the model that did not see it; and what that took.

    ``naive`` are the margins of the naive way, where it was asked for.
    """

    scored: Scored
    rules: np.ndarray
    naive: np.ndarray | None
    thresholds: Thresholds
    seconds: dict[str, float]


def read_out_of_fold(data: TrainingSet, reader: Reader) -> tuple[TrainingSet, Reads]:
    """Returns the data with the readings out of fold that a reader's file holds."""

    def read(document: TrainingDocument) -> TrainingDocument:
        return replace(
            document,
            passages=tuple(
                replace(each, passage=replace(each.passage, readings=reader.held.of(each.passage.text)))
                for each in document.passages
            ),
        )

    return replace(data, documents=tuple(map(read, data.documents))), Reads(
        reader.version, reader.card.labels
    )


def held_out(
    data: TrainingSet,
    held: np.ndarray,
    pack: str,
    documents: int,
    *,
    precision: float,
    naive: bool,
    reads: Reads | None = None,
) -> Held:
    """Trains on the documents that are not ``held`` (on so many, spread over them) and scores the others."""
    inside = [each for each, out in zip(data.documents, held, strict=True) if not out]
    if documents:
        inside = [inside[place] for place in np.linspace(0, len(inside) - 1, documents).astype(int)]
    outside = tuple(each for each, out in zip(data.documents, held, strict=True) if out)
    started = time.perf_counter()
    content = train(
        replace(data, documents=tuple(inside)),
        pack=pack,
        name="benchmark",
        seed=0,
        precision=precision,
        report=lambda *_: None,
        reads=reads,
    )
    seconds = {"training": time.perf_counter() - started, "megabytes": len(content) / 1e6}
    classifier = read_classifier(content, "benchmark")
    seconds["labelled_per_second"] = rate(classifier, outside)
    scored, rules = score(replace(data, documents=outside), classifier, load_pack(pack))
    margins = naive_scores(inside, outside, data.labels) if naive else None
    strange = unfamiliar(classifier, replace(data, documents=outside))
    thresholds = thresholds_of(classifier.card, data.labels, strange)
    return Held(scored, rules, margins, thresholds, seconds)


def rate(classifier: LearnedClassifier, documents: tuple[TrainingDocument, ...]) -> float:
    """Returns passages a second that one processor labels and explains, the rules' word being known."""
    known = [
        [replace(each.passage, rules=()) for each in document.passages]
        for document in documents
        if document.passages
    ]
    started = time.process_time()
    for passages in known:
        classifier.label(passages)
    return sum(map(len, known)) / (time.process_time() - started)


def together(parts: list[Held]) -> dict[str, object]:
    """Returns the figures of all folds, each at the thresholds of its own model."""
    # Thresholds differ from fold to fold: each fold's probabilities are moved onto one scale, so that its low
    # and high lie at 1 and 2, for what is counted at thresholds; ranking is by the probabilities themselves.
    scored = joined([part.scored for part in parts])
    rules = np.concatenate([part.rules for part in parts])
    labels = len(scored.labels)
    ranked = measure(scored, Thresholds.anything(labels), rules)
    steps = [
        1.0 * (part.scored.probabilities >= part.thresholds.low)
        + (part.scored.probabilities >= part.thresholds.high)
        for part in parts
    ]
    stepped = scored.of(np.concatenate(steps))
    at = measure(
        stepped.of(stepped.probabilities / 2), Thresholds(np.full(labels, 0.5), np.full(labels, 1.0))
    )
    spread = intervals(scored, Thresholds.anything(labels), 0)
    naive = [part.naive for part in parts if part.naive is not None]
    return {
        **{name: getattr(ranked, name) for name in RANKED},
        **{name: getattr(at, name) for name in AT_THRESHOLDS},
        "intervals": {name: asdict(spread[name]) for name in ("macro_ap", "p_at_80r")},
        "seconds": {
            name: float(np.mean([part.seconds[name] for part in parts])) for name in parts[0].seconds
        },
        "naive": ranking(scored.of(np.concatenate(naive))) if naive else None,
        "per_label": per_label(ranked, at),
    }


RANKED = [
    "chunks",
    "documents",
    "macro_ap",
    "micro_ap",
    "p_at_80r",
    "p_at_90r",
    "any_risk_ap",
    "brier",
    "ece",
    "ece_all",
    "rule_precision",
    "rule_recall",
    "rule_macro_ap",
]
AT_THRESHOLDS = [
    "precision_at_threshold",
    "recall_at_threshold",
    "precision_at_threshold_macro",
    "recall_at_threshold_macro",
    "abstained",
    "abstained_pairs",
    "unsure_precision",
    "unsure_recall",
]


def per_label(ranked: Figures, at: Figures) -> dict[str, object]:
    """Returns the figures of each label."""
    return {
        label: asdict(figures)
        | {name: getattr(at.per_label[label], name) for name in ("precision", "recall", "said", "unsure")}
        for label, figures in ranked.per_label.items()
    }


def joined(parts: list[Scored]) -> Scored:
    """Returns the passages of several folds as one set."""
    starts = np.cumsum([0, *(int(part.documents.max(initial=-1)) + 1 for part in parts)])
    return Scored(
        labels=parts[0].labels,
        probabilities=np.concatenate([part.probabilities for part in parts]),
        truth=np.concatenate([part.truth for part in parts]),
        documents=np.concatenate(
            [part.documents + start for part, start in zip(parts, starts, strict=False)]
        ),
        judged=np.concatenate([part.judged for part in parts]),
    )


if __name__ == "__main__":
    main()
