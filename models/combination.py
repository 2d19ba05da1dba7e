"""Which of several sources counts: the classifier where it covers a label, the rules elsewhere."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from models.labels import LabelPrediction, LabelSource, Standing

RANK = {LabelSource.HUMAN: 0, LabelSource.MODEL: 1, LabelSource.RULE: 2}


def combined(
    model: Iterable[LabelPrediction], rules: Iterable[LabelPrediction], covered: Collection[str]
) -> tuple[LabelPrediction, ...]:
    """Returns all that is to be kept of a passage, each prediction with its standing.

    The word of the classifier counts wherever it covers a label, even where it says nothing: that means no.
    What a rule says of such a label is kept as outvoted, to explain and to be compared. Labels that the
    classifier does not cover stay with their rules.

    Args:
        model: What the classifier says; its standings are kept.
        rules: What the keyword rules say, whatever their standings were.
        covered: The labels that the classifier gives.
    """
    standing = (
        replace(item, standing=Standing.OUTVOTED if item.label in covered else Standing.SPEAKS)
        for item in rules
    )
    return (*model, *standing)


def effective(predictions: Iterable[LabelPrediction]) -> tuple[LabelPrediction, ...]:
    """Keeps for each label what outranks the rest (human, model, rule); most probable first.

    What is outvoted is left out even where nothing else is said of its label, and so is every label that a
    person denies.
    """
    kept: dict[str, LabelPrediction] = {}
    for item in predictions:
        if item.standing is Standing.OUTVOTED:
            continue
        other = kept.get(item.label)
        if other is None or RANK[item.source] < RANK[other.source]:
            kept[item.label] = item
    counts = (item for item in kept.values() if item.standing is not Standing.DENIED)
    return tuple(sorted(counts, key=lambda item: (-item.probability, item.label)))
