"""Trains a classifier: everything that one learns from another is learned from answers out of fold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from models.classifier.arrays import Learnable, Truth, judged, learnable, passage_truth, sentence_truth
from models.classifier.card import ClassifierCard
from models.classifier.cards import label_card, overall
from models.classifier.dataset import TrainingPassage, TrainingSet
from models.classifier.file import Evidence, write_classifier
from models.classifier.folds import folds
from models.classifier.judge import fit_calibration, fit_judge
from models.classifier.linear import fit
from models.classifier.margins import LinearPair, Margins, blocks, fit_scale, gathered
from models.classifier.pairs import Floats, Pairs, Scales, describe
from models.classifier.parts import Parts, rule_scores, sizes
from models.classifier.views import (
    Split,
    Views,
    Weights,
    counter,
    counts,
    inverse_frequencies,
    split,
    together,
    views,
)
from models.packs import load_pack
from models.rules import RuleLabeller

FOLDS = 5
RAREST_TERM = 3
_PROCESSES = 2

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """A training set as the models see it; all rows in the order of the documents.

    Attributes:
        rows: Passages of each document.
        fold: Of each passage.
        judged: Which of ``truth`` is known; None where all is.
    """

    cut: Split
    seen: Views
    truth: Truth
    in_sentences: Truth
    judged: Truth | None
    rows: list[slice]
    fold: NDArray[np.intp]


def train(
    data: TrainingSet, *, pack: str, name: str, seed: int, precision: float, report: Report
) -> bytes:
    """Trains on a set and returns the content of the model's file; equal arguments give equal bytes.

    The linear models are trained on all documents but a fifth, five times, so that each passage has margins
    from models that did not see its document or a near-duplicate. On these the scales, the trees, the
    calibration and the thresholds are fitted, the trees again out of fold for what comes after them.

    Args:
        data: Documents and what people said of them.
        pack: Name of the pack whose labels they are.
        name: Where the data came from, for people.
        seed: Of everything random.
        precision: That thresholds are chosen for, in (0, 1).
        report: Told steps done, of how many, and what is next.

    Raises:
        TrainingError: No label has enough examples.
    """
    able = learnable(data)
    steps = _Steps(report)
    steps.next("reading sentences")
    passages = [passage for document in data.documents for passage in document.passages]
    cut = split([each.passage for each in passages])
    counting = counter(None, min(RAREST_TERM, 1 + len(passages) // 1000)).fit(cut.sentence_words)
    in_sentences, in_headings = counts(counting, cut)
    weights = Weights(
        _rounded(inverse_frequencies(together(cut, in_sentences))), _rounded(inverse_frequencies(in_sentences))
    )
    material = _material(data, passages, able, cut, views(cut, in_sentences, in_headings, weights))
    steps.next("training the linear models")
    out_of_fold, linear = _linear(material, seed)
    scales = _scales(out_of_fold, material)
    steps.next("asking the rules")
    rules = _rules(data, pack, able.labels)
    steps.next("training the trees")
    pairs = _described(material, out_of_fold, scales, rules)
    log_odds = _judged_out_of_fold(pairs, material, seed)
    calibration = fit_calibration(_known(log_odds, material.judged), _known(material.truth, material.judged))
    judge = fit_judge(*_candidates(pairs, material, np.ones(len(material.fold), bool)), seed)
    steps.next("choosing thresholds")
    probabilities = calibration.probabilities(log_odds)
    evidence = Evidence.of(probabilities, material.truth, material.judged)
    card = _card(data, able, evidence, pack, name, seed, precision, overall(probabilities, material.truth))
    return write_classifier(
        card, Parts(counting, weights, linear, scales, judge, calibration), evidence
    )
