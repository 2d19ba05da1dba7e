"""Which of several sources counts: the classifier's claims, the rules of the house, those of the pack."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from models.labels import LabelPrediction, LabelSource, Standing

RANK = {source: place for place, source in enumerate(LabelSource)}


def combined(
    model: Iterable[LabelPrediction],
    rules: Iterable[LabelPrediction],
    covered: Collection[str],
    house: Iterable[LabelPrediction] = (),
) -> tuple[LabelPrediction, ...]:
    """Returns all that is to be kept of a passage, each prediction with its standing.

    The word of the classifier counts against the pack's rules wherever it covers a label, even where it says
    nothing: that means no. What such a rule says is kept as outvoted, to explain and to be compared. Labels
    that the classifier does not cover stay with their rules.

    A rule of the house was written later than all that the classifier learned from, by somebody who knows
    what it misses. So it speaks wherever the classifier does not claim the label; where the classifier is
    unsure, that is kept as outvoted.

    Args:
        model: What the classifier says: claims, and what it is unsure of.
        rules: What the keyword rules of the pack say, whatever their standings were.
        covered: The labels that the classifier gives.
        house: What the rules of the house say, whatever their standings were.
    """
    said, written = tuple(model), tuple(house)
    claimed = {item.label for item in said if item.standing is Standing.SPEAKS}
    seen = {item.label for item in written}

    def among(item: LabelPrediction, losing: Collection[str]) -> LabelPrediction:
        return replace(item, standing=Standing.OUTVOTED if item.label in losing else Standing.SPEAKS)

    return (
        *(
            among(item, seen) if item.standing is Standing.UNSURE and item.label in seen else item
            for item in said
        ),
        *(among(item, claimed) for item in written),
        *(among(item, {*covered, *seen}) for item in rules),
    )


def by_model_alone(kept: Iterable[LabelPrediction]) -> tuple[LabelPrediction, ...]:
    """Returns what the classifier said, as it said it, from what ``combined`` made of it."""
    own = (item for item in kept if item.source is LabelSource.MODEL)
    return tuple(
        replace(item, standing=Standing.UNSURE) if item.standing is Standing.OUTVOTED else item
        for item in own
    )


def effective(predictions: Iterable[LabelPrediction]) -> tuple[LabelPrediction, ...]:
    """Keeps for each label what outranks the rest (human, model, house, rule); most probable first.

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
