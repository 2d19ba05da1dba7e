"""Trains a classifier: whatever learns from another part learns from that part's answers out of fold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from threadpoolctl import threadpool_limits

from models.classifier import arrays
from models.classifier.arrays import Truth
from models.classifier.cards import Request, card_of
from models.classifier.dataset import TrainingPassage, TrainingSet
from models.classifier.familiar import least_share
from models.classifier.file import write_classifier
from models.classifier.folds import folds
from models.classifier.judge import CalibratedJudge, Judge, fit_calibration, fit_judge
from models.classifier.linear import fit
from models.classifier.margins import LinearPair, Margins, blocks, fit_scale, gathered
from models.classifier.pairs import Floats, Pairs, Scales, describe, describe_read
from models.classifier.parts import Parts, chosen_readings, rule_scores, sizes
from models.classifier.views import (
    Split,
    Views,
    Weights,
    common_terms,
    counter,
    counts,
    inverse_frequencies,
    split,
    together,
    views,
)
from models.errors import TrainingError
from models.evaluation.scores import Scored
from models.packs import load_pack
from models.rules import RuleLabeller

FOLDS = 5
# Documents that a term must occur in to be learned from, where there are many: what stands in few contracts
# is not known of the next one, and would make passages that were trained on look other than new ones.
_RAREST_TERM, _MANY_DOCUMENTS = 5, 50
_PROCESSES = 2
_STEPS = 5

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """A training set as the models see it, passages in the order of the documents.

    Attributes:
        rows: Passages of each document.
        fold: Of each passage.
        judged: Which of ``truth`` is known.
        readings: Of the labels, NaN where there are none; None where nothing is learned from them.
    """

    cut: Split
    seen: Views
    truth: Truth
    in_sentences: Truth
    judged: Truth
    rows: list[slice]
    fold: NDArray[np.intp]
    readings: Floats | None


@dataclass(frozen=True, slots=True)
class Reads:
    """What read the passages of a training set: the version of a reader, and the labels of its readings."""

    reader: str
    labels: tuple[str, ...]


def train(
    data: TrainingSet,
    *,
    pack: str,
    name: str,
    seed: int,
    precision: float,
    report: Report,
    reads: Reads | None = None,
) -> bytes:
    """Trains on a set and returns the content of the model's file; equal arguments give equal bytes.

    The linear models are trained five times on all documents but a fifth, so that every passage has margins
    from models that saw neither its document nor a near-duplicate. On these, scales and trees are fitted;
    calibration and thresholds on answers of trees that did not see the document either.

    Args:
        data: Documents and what people said of them.
        pack: Name of the pack whose labels they are, or its path.
        name: Where the data came from, for people.
        seed: Of everything random.
        precision: What thresholds are chosen for, in (0, 1).
        report: Told steps done, of how many, and what comes next.
        reads: Of the readings that the passages have, which must come from readers that were not trained on
            them; None to do without.

    Raises:
        TrainingError: No label has enough examples, or all documents are alike.
    """
    asked = Request(load_pack(pack).name, name, seed, precision, reads.reader if reads else "")
    with threadpool_limits(limits=1):  # sums in one order, and many short calls that wait for no other thread
        return _trained(data, pack, asked, report, reads)


def _trained(data: TrainingSet, pack: str, asked: Request, report: Report, reads: Reads | None) -> bytes:
    able = arrays.learnable(data)
    report(0, _STEPS, "cutting passages into sentences")
    passages = [passage for document in data.documents for passage in document.passages]
    cut = split([each.passage for each in passages])
    lengths = [len(document.passages) for document in data.documents]
    counting, weights, seen = _seen(cut, np.repeat(np.arange(len(lengths)), lengths))
    columns = _columns(able.labels, reads) if reads else None
    material = _material(data, passages, able.labels, cut, seen, columns=columns)
    report(1, _STEPS, "training the linear models")
    margins, linear = _linear(material, asked.seed)
    scales = _scales(margins, material)
    report(2, _STEPS, "asking the rules")
    rules = _rules(data, pack, able.labels)
    report(3, _STEPS, "training the trees")
    pairs = _described(margins, scales, rules, material)
    log_odds, judge = _judged(pairs, material, asked.seed)
    known = material.judged
    calibration = fit_calibration(log_odds[known], material.truth[known])
    unworded = _unworded(material, scales, asked.seed)
    report(4, _STEPS, "choosing thresholds")
    scored = _scored(able.labels, calibration.probabilities(log_odds), material)
    card, evidence = card_of(data, able, asked, scored)
    report(_STEPS, _STEPS, "done")
    least = least_share([each.passage.text for each in passages], material.fold, counting.vocabulary_)
    judged = CalibratedJudge(judge, calibration)
    return write_classifier(
        card, Parts(counting, weights, linear, scales, judged, columns, least, unworded), evidence
    )


def _columns(labels: Sequence[str], reads: Reads) -> NDArray[np.int32]:
    places = {label: place for place, label in enumerate(reads.labels)}
    return np.array([places.get(label, -1) for label in labels], np.int32)


def _scored(labels: tuple[str, ...], probabilities: Floats, material: Material) -> Scored:
    lengths = [rows.stop - rows.start for rows in material.rows]
    return Scored(
        labels=labels,
        probabilities=probabilities.astype(np.float64),
        truth=material.truth,
        documents=np.repeat(np.arange(len(lengths)), lengths),
        judged=material.judged,
    )


def _seen(cut: Split, documents: NDArray[np.intp]) -> tuple[CountVectorizer, Weights, Views]:
    rarest = _RAREST_TERM if documents.max() >= _MANY_DOCUMENTS else 1
    vocabulary = common_terms(cut, documents, rarest)
    if not vocabulary:
        raise TrainingError("The passages hold no words that could be learned from")
    counting = counter(vocabulary).fit([])
    in_sentences, in_headings = counts(counting, cut)
    weights = Weights(inverse_frequencies(together(cut, in_sentences)), inverse_frequencies(in_sentences))
    return counting, weights, views(cut, in_sentences, in_headings, weights)


def _material(
    data: TrainingSet,
    passages: Sequence[TrainingPassage],
    labels: Sequence[str],
    cut: Split,
    seen: Views,
    *,
    columns: NDArray[np.int32] | None,
) -> Material:
    lengths = [len(document.passages) for document in data.documents]
    truth = arrays.passage_truth(passages, labels)
    known = arrays.judged(passages, labels)
    return Material(
        cut=cut,
        seen=seen,
        truth=truth,
        in_sentences=arrays.sentence_truth(passages, labels, cut),
        judged=np.ones_like(truth) if known is None else known,
        rows=blocks(lengths),
        fold=np.repeat(folds(data.documents, FOLDS), lengths),
        readings=None if columns is None else chosen_readings([each.passage for each in passages], columns),
    )


def _linear(material: Material, seed: int) -> tuple[Margins, LinearPair]:
    """Returns the margins of all passages out of fold, and the models trained on everything."""
    count = int(material.fold.max()) + 1
    chosen = [material.fold != fold for fold in range(count)] + [np.ones(len(material.fold), bool)]
    fitted = _side_by_side(delayed(_fit)(material, rows, seed) for rows in chosen)
    owner = material.cut.owner
    of_passages = np.zeros(material.truth.shape, np.float32)
    of_sentences = np.zeros(material.in_sentences.shape, np.float32)
    for fold, pair in enumerate(fitted[:-1]):
        held = material.fold == fold
        of_passages[held] = pair.passage.margins(material.seen.passage[held])
        of_sentences[held[owner]] = pair.sentence.margins(material.seen.sentence[held[owner]])
    return gathered(of_passages, of_sentences, owner), fitted[-1]


def _fit(material: Material, rows: NDArray[np.bool_], seed: int) -> LinearPair:
    inside = rows[material.cut.owner]
    judged_sentences = material.judged[material.cut.owner][inside]
    return LinearPair(
        fit(material.seen.passage[rows], material.truth[rows], material.judged[rows], seed=seed),
        fit(material.seen.sentence[inside], material.in_sentences[inside], judged_sentences, seed=seed),
    )


def _scales(margins: Margins, material: Material) -> Scales:
    truth, known = material.truth, material.judged
    share = (truth & known).sum(0) / known.sum(0)
    return Scales(
        fit_scale(margins.passage, truth, known),
        fit_scale(margins.sentence, truth, known),
        share.astype(np.float32),
    )


def _rules(data: TrainingSet, pack: str, labels: Sequence[str]) -> Floats:
    labeller = RuleLabeller(load_pack(pack))
    found = [
        predictions
        for document in data.documents
        for predictions in labeller.label([each.passage for each in document.passages])
    ]
    return rule_scores(found, labels)


def _described(margins: Margins, scales: Scales, rules: Floats, material: Material) -> list[Pairs]:
    words, sentences = sizes(material.cut)
    return [
        describe(
            Margins(margins.passage[rows], margins.sentence[rows], margins.second[rows], margins.best[rows]),
            scales,
            rules[rows],
            (words[rows], sentences[rows]),
            None if material.readings is None else material.readings[rows],
        )
        for rows in material.rows
        if rows.stop > rows.start
    ]


def _judged(pairs: Sequence[Pairs], material: Material, seed: int) -> tuple[Floats, Judge]:
    """Returns log-odds of all pairs out of fold, and the trees trained on everything."""
    candidate = np.concatenate([each.candidate for each in pairs])
    features = np.concatenate([each.features for each in pairs])
    whole = Pairs(np.concatenate([each.base for each in pairs]), candidate, features)
    rows, _ = np.nonzero(candidate)
    fold, truth, known = material.fold[rows], material.truth[candidate], material.judged[candidate]
    count = int(material.fold.max()) + 1
    chosen = [known & (fold != held) for held in range(count)] + [known]
    fitted = _side_by_side(delayed(fit_judge)(features[each], truth[each], seed) for each in chosen)
    log_odds = whole.base.copy()
    for held, judge in enumerate(fitted[:-1]):
        here = material.fold == held
        log_odds[here] = judge.log_odds(Pairs(whole.base[here], candidate[here], features[fold == held]))
    return log_odds, fitted[-1]


def _unworded(material: Material, scales: Scales, seed: int) -> CalibratedJudge | None:
    """Returns what judges by readings alone; None where they tell nothing apart."""
    if material.readings is None:
        return None
    pairs = [
        describe_read(material.readings[rows], scales.share)
        for rows in material.rows
        if rows.stop > rows.start
    ]
    known = material.judged & np.concatenate([each.candidate for each in pairs])
    if len(np.unique(material.truth[known])) < 2:
        return None
    log_odds, judge = _judged(pairs, material, seed)
    calibration = fit_calibration(log_odds[material.judged], material.truth[material.judged])
    return CalibratedJudge(judge, calibration)


def _side_by_side(tasks: Iterable[Any]) -> list[Any]:
    """Runs delayed calls in two processes; their results in order.

    Processes and not threads: the libraries' random numbers are one sequence for all threads of a process, so
    that equal seeds would give other models each time.
    """
    return list(Parallel(_PROCESSES)(tasks))
