"""A classifier as one file: NumPy arrays and JSON in a zip archive; reading it runs no code of the file."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.classifier.card import ClassifierCard, LabelCard
from models.classifier.container import UNUSABLE, Arrays, packed, refused, string, text_array, unpacked
from models.classifier.decided import PREFIX, corrections_of, decision_arrays, with_decisions
from models.classifier.evidence import Evidence
from models.classifier.features import UNWORDED, features
from models.classifier.judge import CalibratedJudge, Calibration, Judge
from models.classifier.linear import Linear
from models.classifier.margins import LinearPair, Scale
from models.classifier.model import LearnedClassifier
from models.classifier.pairs import Scales
from models.classifier.parts import Parts
from models.classifier.views import Weights, counter
from models.errors import ClassifierError

_DIGITS = 12
_UNWORDED = "unworded."


def write_classifier(card: ClassifierCard, parts: Parts, evidence: Evidence) -> bytes:
    """Returns the content of a model's file; equal models give equal bytes."""
    vocabulary = sorted(parts.counting.vocabulary_, key=parts.counting.vocabulary_.__getitem__)
    return packed(
        card,
        {
            "terms": text_array("\n".join(vocabulary)),
            "weights.passage": parts.weights.passage,
            "weights.sentence": parts.weights.sentence,
            "share": parts.scales.share,
            "familiar": np.array([parts.least]),
            **_judge_arrays("", parts.judge),
            **({} if parts.columns is None else {"readings": parts.columns}),
            **({} if parts.unworded is None else _judge_arrays(_UNWORDED, parts.unworded)),
            **_linear_arrays("passage", parts.linear.passage, parts.scales.passage),
            **_linear_arrays("sentence", parts.linear.sentence, parts.scales.sentence),
            "evidence.label": evidence.label,
            "evidence.probability": evidence.probability,
            "evidence.truth": evidence.truth,
            **({} if parts.corrections is None else decision_arrays(parts.corrections)),
        },
    )


def read_classifier(content: bytes, name: str) -> LearnedClassifier:
    """Returns the classifier of a file's content; ``name`` is for messages.

    Raises:
        ClassifierError: The file is damaged, foreign, or of a newer version; the message has name and hash.
    """
    try:
        card, arrays = unpacked(content)
        parts = _parts(card, arrays)
    except UNUSABLE as error:
        raise refused(content, name, error) from error
    return LearnedClassifier(_version(card, content), card, parts)


@dataclass(frozen=True, slots=True)
class Uncorrected:
    """A classifier as it is without what was learned from decisions, ready to be corrected.

    Attributes:
        card: Its card.
        arrays: Of its file.
        parts: What it is made of.
        evidence: What its thresholds were chosen on.
        version: By which it was known.
    """

    card: ClassifierCard
    arrays: Arrays
    parts: Parts
    evidence: Evidence
    version: str


def uncorrected(content: bytes, name: str) -> Uncorrected:
    """Returns the classifier that a file's decisions correct, or the file's own where it has none.

    Raises:
        ClassifierError: The file is damaged, foreign, or of a newer version; the message has name and hash.
    """
    try:
        card, arrays = unpacked(content)
        decisions = card.decisions
        if decisions is not None:
            card = replace(card, labels=decisions.uncorrected, decisions=None)
            arrays = {key: each for key, each in arrays.items() if not key.startswith(PREFIX)}
        parts, evidence = _parts(card, arrays), _evidence(card, arrays)
    except UNUSABLE as error:
        raise refused(content, name, error) from error
    return Uncorrected(
        card, arrays, parts, evidence, decisions.parent if decisions else _version(card, content)
    )


def _version(card: ClassifierCard, content: bytes) -> str:
    return f"classifier:{card.pack}:{hashlib.sha256(content).hexdigest()[:_DIGITS]}"


def rethreshold(content: bytes, precision: float, labels: Collection[str]) -> bytes:
    """Returns a file whose thresholds are chosen anew, without training; nothing else differs.

    Args:
        content: Of the model's file.
        precision: What is asked for, in (0, 1).
        labels: Those whose thresholds are chosen anew; empty for all, and then the card names the precision.

    Raises:
        ClassifierError: The file cannot be read, or lacks one of the labels.
    """
    try:
        card, arrays = unpacked(content)
        alone = _evidence(card, arrays)
        evidence = _with_decisions(card, arrays, alone)
    except UNUSABLE as error:
        raise refused(content, "the model", error) from error
    unknown = sorted(set(labels) - set(card.labels))
    if unknown:
        raise ClassifierError(
            f"The model does not give the label {unknown[0]!r}; it gives {', '.join(card.labels)}"
        )
    decisions = card.decisions
    if decisions is not None:
        uncorrected = _chosen(decisions.uncorrected, alone, precision, labels)
        decisions = replace(decisions, uncorrected=uncorrected)
    chosen = _chosen(card.labels, evidence, precision, labels)
    asked = card.precision if labels else precision
    return packed(replace(card, labels=chosen, precision=asked, decisions=decisions), arrays)


def _chosen(
    cards: Mapping[str, LabelCard], evidence: Evidence, precision: float, labels: Collection[str]
) -> dict[str, LabelCard]:
    """Returns the cards of all labels, with thresholds chosen anew for some, or for all."""
    return {
        label: evidence.card(
            place,
            precision,
            examples=old.examples,
            documents=old.documents,
            average_precision=old.average_precision,
        )
        if not labels or label in labels
        else old
        for place, (label, old) in enumerate(cards.items())
    }


def _with_decisions(card: ClassifierCard, arrays: Mapping[str, NDArray[Any]], evidence: Evidence) -> Evidence:
    corrections = corrections_of(arrays, _terms(arrays), len(card.labels))
    return evidence if corrections is None else with_decisions(evidence, corrections.decisions, card.labels)


def _parts(card: ClassifierCard, arrays: Mapping[str, NDArray[Any]]) -> Parts:
    terms = string(arrays["terms"]).split("\n")
    labels = len(card.labels)
    passage, passage_scale = _linear(arrays, "passage", (len(terms), labels))
    sentence, sentence_scale = _linear(arrays, "sentence", (3 * len(terms), labels))
    if not labels:
        raise ClassifierError("it has no labels")
    _evidence(card, arrays)
    return Parts(
        counting=counter(terms).fit([]),
        weights=Weights(
            _array(arrays, "weights.passage", (len(terms),)),
            _array(arrays, "weights.sentence", (len(terms),)),
        ),
        linear=LinearPair(passage, sentence),
        scales=Scales(passage_scale, sentence_scale, _array(arrays, "share", (labels,))),
        judge=_judge(arrays, "", features(read=bool(card.reader))),
        columns=_array(arrays, "readings", (labels,)) if card.reader else None,
        # Files of the first versions of the format take every passage for a familiar one.
        least=float(_array(arrays, "familiar", (1,))[0]) if "familiar" in arrays else 0.0,
        unworded=_judge(arrays, _UNWORDED, UNWORDED) if f"{_UNWORDED}calibration" in arrays else None,
        corrections=corrections_of(arrays, len(terms), labels),
    )


def _terms(arrays: Mapping[str, NDArray[Any]]) -> int:
    return string(arrays["terms"]).count("\n") + 1


def _evidence(card: ClassifierCard, arrays: Mapping[str, NDArray[Any]]) -> Evidence:
    label = arrays["evidence.label"]
    if label.size and label.max() >= len(card.labels):
        raise ClassifierError("its parts do not fit together: evidence.label names no label")
    pairs = (label.size,)
    return Evidence(
        _array(arrays, "evidence.label", pairs),
        _array(arrays, "evidence.probability", pairs),
        _array(arrays, "evidence.truth", pairs),
    )


def _array(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if arrays[name].shape != shape:
        raise ClassifierError(
            f"its parts do not fit together: {name} has the shape {arrays[name].shape}, not {shape}"
        )
    return arrays[name]


def _judge_arrays(prefix: str, judge: CalibratedJudge) -> Arrays:
    return {
        f"{prefix}calibration": np.array([judge.calibration.slope, judge.calibration.offset]),
        **{f"{prefix}trees.{number}": text_array(text) for number, text in enumerate(judge.judge.trees)},
    }


def _judge(arrays: Mapping[str, NDArray[Any]], prefix: str, columns: Sequence[str]) -> CalibratedJudge:
    trees = sorted(name for name in arrays if name.startswith(f"{prefix}trees."))
    if not trees:
        raise ClassifierError("it has no trees")
    slope, offset = _array(arrays, f"{prefix}calibration", (2,)).tolist()
    judge = Judge(tuple(string(arrays[name]) for name in trees), len(columns))
    return CalibratedJudge(judge, Calibration(slope, offset))


def _linear_arrays(name: str, linear: Linear, scale: Scale) -> Arrays:
    kept = sparse.csc_matrix(linear.weights)
    return {
        f"{name}.weights": kept.data.astype(np.float16),
        f"{name}.terms": kept.indices.astype(np.int32),
        f"{name}.ends": kept.indptr.astype(np.int32),
        f"{name}.bias": linear.bias,
        f"{name}.slope": scale.slope,
        f"{name}.offset": scale.offset,
    }


def _linear(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, int]) -> tuple[Linear, Scale]:
    kept = (arrays[f"{name}.weights"].astype(np.float32), arrays[f"{name}.terms"], arrays[f"{name}.ends"])
    matrix = sparse.csc_matrix(kept, shape)
    # Without this, places outside of the matrix would be written to.
    matrix.check_format(full_check=True)
    bias, slope, offset = (
        _array(arrays, f"{name}.{part}", shape[1:]) for part in ("bias", "slope", "offset")
    )
    return Linear(np.ascontiguousarray(matrix.toarray()), bias), Scale(slope, offset)
