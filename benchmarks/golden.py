"""The classifiers that ship, and the keyword rules, on the golden set of a pack.

python -m benchmarks.golden [--pack P] [--model FILE] [--models DIR] [--missed]

Measured are the starter that needs no readings, and with the bundled encoder the one trained with its
reader; with --model that file instead. Every passage counts as a document of its own. DIR keeps the exported
encoder. With --missed each passage is listed of which a classifier says something else than people did.
The set is for comparing classifiers with one another: its passages were written for it, so that its figures
are no estimate of how good a classifier is on documents as they come.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.training.scoring import score, thresholds_of, unfamiliar
from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.file import read_classifier
from models.classifier.starter import starter_files
from models.encoder import load_encoder
from models.encoder.bundled import READER
from models.evaluation.classification import Figures, measure
from models.evaluation.scores import Scored, Thresholds
from models.packs import GoldenPassage, Pack, golden_passages, load_pack
from models.protocols import Encoder


def main() -> None:
    """Reads the command line, measures, prints a table for each classifier."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", default="contracts")
    parser.add_argument("--model", type=Path, help="file of a classifier; else those that ship")
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="keeps the exported encoder")
    parser.add_argument("--missed", action="store_true", help="list what was said wrongly or not at all")
    arguments = parser.parse_args()
    pack, golden = load_pack(arguments.pack), golden_passages(arguments.pack)
    plain = as_training_set(golden, pack)
    read = with_readings(plain, load_encoder("", "auto", arguments.models))
    files = [arguments.model.read_bytes()] if arguments.model else starter_files(pack.name, READER)
    for content in files:
        classifier = read_classifier(content, "measured")
        data = read if classifier.card.reader else plain
        scored, rules = score(data, classifier, pack)
        thresholds = thresholds_of(classifier.card, data.labels, unfamiliar(classifier, data))
        print(f"\n{classifier.version}, {'with readings' if classifier.card.reader else 'without readings'}")
        print(table(measure(scored, thresholds, rules)))
        if arguments.missed:
            print(missed(golden, scored, thresholds))


def as_training_set(golden: tuple[GoldenPassage, ...], pack: Pack) -> TrainingSet:
    """Returns the passages as documents of one passage each."""
    return TrainingSet(
        labels=tuple(pack.labels),
        documents=tuple(
            TrainingDocument(each.id, (TrainingPassage(each.passage, each.labels),)) for each in golden
        ),
    )


def with_readings(data: TrainingSet, encoder: Encoder) -> TrainingSet:
    """Returns the passages with what the encoder's reader reads of them, rounded as the records keep it."""
    passages = [each for document in data.documents for each in document.passages]
    readings = encoder.read([each.passage.text for each in passages])[1].astype(np.float16)
    documents = []
    for document, each, reading in zip(data.documents, passages, readings, strict=True):
        passage = replace(each.passage, readings=reading.astype(np.float32))
        documents.append(replace(document, passages=(replace(each, passage=passage),)))
    return replace(data, documents=tuple(documents))


def table(figures: Figures) -> str:
    """Returns the figures of each label, and of all together, as a Markdown table."""
    lines = [
        "| label | passages | precision | recall | unsure | AP | precision of rules | recall of rules |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for label, each in figures.per_label.items():
        lines.append(
            f"| {label} | {each.examples} | {each.precision:.2f} | {each.recall:.2f} | {each.unsure}"
            f" | {each.average_precision:.2f} | {each.rule_precision:.2f} | {each.rule_recall:.2f} |"
        )
    lines.append(
        f"| **all pairs** | {figures.chunks} | {figures.precision_at_threshold:.3f}"
        f" | {figures.recall_at_threshold:.3f} | {figures.abstained_pairs:.4f}"
        f" | {figures.macro_ap:.3f} (mean) | {figures.rule_precision:.3f} | {figures.rule_recall:.3f} |"
    )
    return "\n".join(lines)


def missed(golden: tuple[GoldenPassage, ...], scored: Scored, thresholds: Thresholds) -> str:
    """Returns a line for each label that is said wrongly, or carried and not said, with its probability."""
    said = scored.probabilities >= thresholds.high
    lines = []
    for row, column in np.argwhere(said != scored.truth).tolist():
        kind = "said wrongly" if said[row, column] else "not said"
        lines.append(
            f"{golden[row].id} {kind} ({scored.probabilities[row, column]:.2f}): {scored.labels[column]}:"
            f" {golden[row].passage.text[:90]!r}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
