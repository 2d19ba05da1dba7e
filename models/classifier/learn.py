"""Learns from people's decisions: corrects a classifier whose training texts are not at hand."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from models.classifier.arrays import told
from models.classifier.card import ClassifierCard, DecisionCard, LabelCard
from models.classifier.container import packed
from models.classifier.corrections import Corrections, Decisions, Floats, alike, fit_weights, known_by
from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.decided import decision_arrays, revised, with_decisions
from models.classifier.evidence import LEAST
from models.classifier.file import Uncorrected, uncorrected
from models.classifier.folds import folds
from models.classifier.influence import passage_name
from models.classifier.model import LearnedClassifier
from models.classifier.views import Matrix
from models.errors import TrainingError

FOLDS = 5
# Probabilities are taken for no surer than this.
_SUREST = 1e-6
_STEPS = 3

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The decided pairs, in order of labels, then of passages.

    Attributes:
        views: The decided passages, as ``Views.passage``.
        names: What each is known by.
        document: Place of each passage's document.
        passage: Of each pair, the place of its passage.
        label: Of each pair.
        applies: What people said.
        probability: What the classifier says without corrections.
    """

    views: Matrix
    names: list[str]
    document: NDArray[np.intp]
    passage: NDArray[np.int32]
    label: NDArray[np.uint16]
    applies: NDArray[np.bool_]
    probability: Floats


def learn(content: bytes, decided: TrainingSet, *, name: str = "", report: Report = lambda *_: None) -> bytes:
    """Learns from decisions and returns the content of a corrected model's file.

    Nothing that was learned from the examples is trained anew. What a classifier that was corrected before
    learned from decisions is replaced: equal classifiers and decisions give equal bytes, whatever was learned
    in between. Decisions on labels that it does not give, in passages whose words it does not know, and that
    a label does not apply where it is not expected, teach nothing.

    Args:
        content: Of the file of a classifier.
        decided: All passages of each document, with readings where the classifier needs them; ``judged`` are
            the labels that somebody decided about in a passage, ``labels`` those that apply.
        name: Where the decisions came from, for people.
        report: Told steps done, of how many, and what comes next.

    Raises:
        ClassifierError: The file cannot be used.
        TrainingError: There is no decision that teaches anything.
    """
    base = uncorrected(content, "the model")
    with threadpool_limits(limits=1):  # sums in one order
        report(0, _STEPS, "labelling the documents")
        pairs = _pairs(base, decided)
        report(1, _STEPS, "learning from the decisions")
        known = known_by(pairs.views)
        everywhere = np.ones(len(pairs.label), bool)
        weight = _weights(pairs, known, everywhere)
        report(2, _STEPS, "choosing thresholds")
        probability = _out_of_fold(pairs, known, decided.documents)
        decisions = Decisions(pairs.passage, pairs.label, pairs.applies, weight, probability)
        corrections = Corrections(known, pairs.names, decisions, len(base.card.labels))
        card = _card(base, decided, pairs, decisions, name)
        report(_STEPS, _STEPS, "done")
        return packed(card, base.arrays | decision_arrays(corrections))


def _pairs(base: Uncorrected, decided: TrainingSet) -> _Pairs:
    classifier = LearnedClassifier(base.version, base.card, base.parts)
    labels = list(base.card.labels)
    views: list[Matrix] = []
    names: list[str] = []
    owner: list[int] = []
    found: list[tuple[int, int, bool, float]] = []
    for number, document in enumerate(decided.documents):
        if not any(told(each, labels) for each in document.passages):
            continue
        seen, scores = classifier.looked([each.passage for each in document.passages])
        for row, passage in enumerate(document.passages):
            columns = [] if seen.unfamiliar[row] else _teaching(passage, labels, scores[row])
            found += [
                (column, len(names), labels[column] in passage.labels, float(scores[row, column]))
                for column in columns
            ]
            if columns:
                views.append(seen.views.passage[[row]])
                names.append(passage_name(document.name, passage.passage.text))
                owner.append(number)
    if not found:
        raise TrainingError(
            f"None of the decisions about {len(decided.documents)} documents teaches anything"
        )
    column, place, applies, probability = zip(*sorted(found), strict=True)
    return _Pairs(
        views=sparse.vstack(views, format="csr"),
        names=names,
        document=np.array(owner, np.intp),
        passage=np.array(place, np.int32),
        label=np.array(column, np.uint16),
        applies=np.array(applies, bool),
        probability=np.clip(np.array(probability), _SUREST, 1 - _SUREST),
    )


def _teaching(passage: TrainingPassage, labels: Sequence[str], scores: NDArray[np.float32]) -> list[int]:
    """Returns the places of the labels that a passage teaches something about."""
    if not scores.any():  # a table of contents
        return []
    decided = told(passage, labels)
    return [
        column
        for column, label in enumerate(labels)
        if label in decided and (label in passage.labels or scores[column] >= LEAST)
    ]


def _weights(pairs: _Pairs, known: Matrix, chosen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Returns the weights of the chosen decisions, 0 of the others."""
    weights = np.zeros(len(pairs.label), np.float32)
    for label in np.unique(pairs.label[chosen]).tolist():
        own = np.flatnonzero(chosen & (pairs.label == label))
        rows = pairs.passage[own]
        likeness = alike(pairs.views[rows], known[:, rows])
        weights[own] = fit_weights(likeness, logit(pairs.probability[own]), pairs.applies[own])
    return weights


def _out_of_fold(pairs: _Pairs, known: Matrix, documents: Sequence[TrainingDocument]) -> NDArray[np.float32]:
    """Returns the pairs' probabilities, each corrected by decisions about other documents alone.

    NaN where all documents say nearly the same: then there are no others.
    """
    result = np.full(len(pairs.label), np.nan, np.float32)
    places = np.unique(pairs.document)
    try:
        fold = folds([documents[place] for place in places], FOLDS)
    except TrainingError:
        return result
    own = fold[np.searchsorted(places, pairs.document)][pairs.passage]
    likeness = alike(pairs.views, known)
    for held in np.unique(own).tolist():
        weights = _weights(pairs, known, own != held)
        by_label = sparse.csr_matrix((weights, (pairs.passage, pairs.label)), (len(pairs.names), 1 << 16))
        here = own == held
        added = (likeness @ by_label)[pairs.passage[here], pairs.label[here]]
        result[here] = expit(logit(pairs.probability[here]) + np.asarray(added).ravel())
    return result


def _card(
    base: Uncorrected, decided: TrainingSet, pairs: _Pairs, decisions: Decisions, name: str
) -> ClassifierCard:
    labels = base.card.labels
    names = np.array(list(labels), str)[pairs.label]
    applies, against = Counter(names[pairs.applies].tolist()), Counter(names[~pairs.applies].tolist())
    again = revised(decisions, labels)
    learned = DecisionCard(
        parent=base.version,
        data=decided.fingerprint,
        data_name=name,
        documents=len(np.unique(pairs.document)),
        passages=len(pairs.names),
        applies=dict(applies),
        against=dict(against),
        revised=again,
        figures=_figures(pairs, decisions.probability),
        uncorrected=labels,
    )
    return replace(base.card, labels=_chosen(base, decisions, applies, again), decisions=learned)


def _chosen(
    base: Uncorrected, decisions: Decisions, applies: Counter[str], again: Collection[str]
) -> dict[str, LabelCard]:
    """Returns the labels' cards, with thresholds chosen anew where decisions have a say in them."""
    evidence = with_decisions(base.evidence, decisions, base.card.labels)
    return {
        label: evidence.card(
            place,
            base.card.precision,
            examples=old.examples + applies[label],
            documents=old.documents,
            average_precision=old.average_precision,
        )
        if label in again
        else old
        for place, (label, old) in enumerate(base.card.labels.items())
    }


def _figures(pairs: _Pairs, corrected: NDArray[np.float32]) -> dict[str, float]:
    if np.isnan(corrected).any():
        return {}
    truth = pairs.applies
    found = {"pairs": float(len(truth))}
    for when, probability in (("before", pairs.probability), ("after", corrected)):
        found[f"ap_{when}"] = float(average_precision_score(truth, probability)) if truth.any() else 0.0
        found[f"brier_{when}"] = float(np.mean((probability - truth) ** 2))
    return {key: round(value, 6) for key, value in found.items()}
