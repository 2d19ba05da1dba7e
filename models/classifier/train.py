"""Trains a classifier: whatever learns from another part learns from that part's answers out of fold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from models.classifier import arrays
from models.classifier.cards import Request, card_of
from models.classifier.dataset import TrainingSet
from models.classifier.familiar import least_share
from models.classifier.file import write_classifier
from models.classifier.judge import CalibratedJudge, fit_calibration, fit_judge
from models.classifier.linear import fit
from models.classifier.margins import LinearPair, Margins, fit_scale, gathered
from models.classifier.material import Material, prepare
from models.classifier.pairs import Floats, Pairs, Scales, describe, describe_read
from models.classifier.parts import Parts, rule_scores, sizes
from models.evaluation.scores import Scored
from models.packs import load_pack
from models.rules import RuleLabeller

_PROCESSES = 2
_STEPS = 5

Report = Callable[[int, int, str], None]


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
    columns = _columns(able.labels, reads) if reads else None
    material = prepare(data, able.labels, columns)
    report(1, _STEPS, "training the linear models")
    margins, linear = _linear(material, asked.seed)
    scales = _scales(margins, material)
    report(2, _STEPS, "asking the rules")
    rules = _rules(data, pack, able.labels)
    report(3, _STEPS, "training the trees")
    log_odds, judge = _judged(_described(margins, scales, rules, material), material, asked.seed)
    unworded = _unworded(material, scales, asked.seed)
    report(4, _STEPS, "choosing thresholds")
    scored = _scored(able.labels, judge.calibration.probabilities(log_odds), material)
    card, evidence = card_of(data, able, asked, scored)
    report(_STEPS, _STEPS, "done")
    texts = [each.passage.text for document in data.documents for each in document.passages]
    parts = Parts(
        counting=material.counting,
        weights=material.weights,
        linear=linear,
        scales=scales,
        judge=judge,
        columns=columns,
        least=least_share(texts, material.fold, material.counting.vocabulary_),
        unworded=unworded,
    )
    return write_classifier(card, parts, evidence)


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


def _linear(material: Material, seed: int) -> tuple[Margins, LinearPair]:
    """Returns the margins of all passages out of fold, and the models trained on everything."""
    count = int(material.fold.max()) + 1
    tasks = [delayed(_held_out)(material, fold, seed) for fold in range(count)]
    *margins, whole = _side_by_side(
        [*tasks, delayed(_fit)(material, np.ones(len(material.fold), bool), seed)]
    )
    owner = material.cut.owner
    of_passages = np.zeros(material.truth.shape, np.float32)
    of_sentences = np.zeros(material.in_sentences.shape, np.float32)
    for fold, (own_passages, own_sentences) in enumerate(margins):
        held = material.fold == fold
        of_passages[held], of_sentences[held[owner]] = own_passages, own_sentences
    return gathered(of_passages, of_sentences, owner), whole


def _held_out(material: Material, fold: int, seed: int) -> tuple[Floats, Floats]:
    """Returns the margins of a fold's passages and sentences, by models of the others.

    Models of 500 labels are large, and nobody needs these again.
    """
    held = material.fold == fold
    pair = _fit(material, ~held, seed)
    return (
        pair.passage.margins(material.seen.passage[held]),
        pair.sentence.margins(material.seen.sentence[held[material.cut.owner]]),
    )


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


def _judged(pairs: Sequence[Pairs], material: Material, seed: int) -> tuple[Floats, CalibratedJudge]:
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
    calibration = fit_calibration(log_odds[material.judged], material.truth[material.judged])
    return log_odds, CalibratedJudge(fitted[-1], calibration)


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
    _, judge = _judged(pairs, material, seed)
    return judge


def _side_by_side(tasks: Iterable[Any]) -> list[Any]:
    """Runs delayed calls in two processes; their results in order.

    Processes and not threads: the libraries' random numbers are one sequence for all threads of a process, so
    that equal seeds would give other models each time.
    """
    return list(Parallel(_PROCESSES)(tasks))
