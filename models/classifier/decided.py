"""The part of a classifier's file that holds what was learned from decisions."""

import json
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.classifier.container import Arrays, string, text_array
from models.classifier.corrections import Corrections, Decisions
from models.classifier.evidence import Evidence
from models.errors import ClassifierError

PREFIX = "decisions."
# Decisions on a label from which on they have a say in its thresholds.
ENOUGH = 10


def decision_arrays(corrections: Corrections) -> Arrays:
    """Returns the arrays of corrections."""
    decisions = corrections.decisions
    return {
        f"{PREFIX}passages": text_array(json.dumps(corrections.names)),
        f"{PREFIX}values": corrections.known.data.astype(np.float32),
        f"{PREFIX}columns": corrections.known.indices.astype(np.int32),
        f"{PREFIX}ends": corrections.known.indptr.astype(np.int32),
        f"{PREFIX}passage": decisions.passage,
        f"{PREFIX}label": decisions.label,
        f"{PREFIX}applies": decisions.applies,
        f"{PREFIX}weight": decisions.weight,
        f"{PREFIX}probability": decisions.probability,
    }


def corrections_of(arrays: Mapping[str, NDArray[Any]], terms: int, labels: int) -> Corrections | None:
    """Returns the corrections of a file; None where it has none.

    Raises:
        ClassifierError: They do not fit together; what else is wrong raises one of ``container.UNUSABLE``.
    """
    if not any(name.startswith(PREFIX) for name in arrays):
        return None
    own = {name.removeprefix(PREFIX): each for name, each in arrays.items() if name.startswith(PREFIX)}
    names = json.loads(string(own["passages"]))
    known = sparse.csr_matrix((own["values"], own["columns"], own["ends"]), (terms, len(names)))
    # Without this, places outside of the matrix would be read.
    known.check_format(full_check=True)
    decisions = Decisions(own["passage"], own["label"], own["applies"], own["weight"], own["probability"])
    count = (len(decisions.label),)
    if any(each.shape != count for each in (decisions.passage, decisions.applies, decisions.weight)):
        raise ClassifierError("its parts do not fit together: decisions")
    if decisions.probability.shape != count or decisions.label.max(initial=0) >= labels:
        raise ClassifierError("its parts do not fit together: decisions")
    if decisions.passage.min(initial=0) < 0 or not np.isfinite(decisions.weight).all():
        raise ClassifierError("its parts do not fit together: decisions")
    return Corrections(known, [str(name) for name in names], decisions, labels)


def revised(decisions: Decisions, labels: Collection[str]) -> tuple[str, ...]:
    """Returns the labels with decisions enough to have a say in their thresholds, ten."""
    told = np.bincount(decisions.label[~np.isnan(decisions.probability)], minlength=len(labels))
    return tuple(label for label, count in zip(labels, told.tolist(), strict=True) if count >= ENOUGH)


def with_decisions(evidence: Evidence, decisions: Decisions, labels: Collection[str]) -> Evidence:
    """Returns the evidence together with the decided pairs of labels that are revised."""
    enough = np.isin(list(labels), revised(decisions, labels))
    told = ~np.isnan(decisions.probability) & enough[decisions.label]
    label = np.concatenate([evidence.label, decisions.label[told]])
    order = np.argsort(label, kind="stable")
    return Evidence(
        label[order],
        np.concatenate([evidence.probability, decisions.probability[told]])[order],
        np.concatenate([evidence.truth, decisions.applies[told]])[order],
    )
