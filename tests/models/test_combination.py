"""Which of several sources counts."""

from models.combination import by_model_alone, combined, effective
from models.labels import LabelPrediction, LabelSource, Standing

HUMAN, MODEL, RULE = LabelSource.HUMAN, LabelSource.MODEL, LabelSource.RULE
HOUSE = LabelSource.HOUSE
SPEAKS, UNSURE, OUTVOTED = Standing.SPEAKS, Standing.UNSURE, Standing.OUTVOTED


def said(
    label: str, source: LabelSource, standing: Standing = SPEAKS, probability: float = 0.9
) -> LabelPrediction:
    return LabelPrediction(label, probability, source, f"{source}:1", standing=standing)


def standings(found: tuple[LabelPrediction, ...]) -> dict[tuple[str, str], str]:
    return {(item.label, item.source): item.standing for item in found}


def test_a_rule_is_outvoted_where_the_classifier_covers_its_label() -> None:
    found = combined([said("Cap", MODEL)], [said("Cap", RULE), said("Audit", RULE)], {"Cap"})
    assert standings(found) == {("Cap", MODEL): SPEAKS, ("Cap", RULE): OUTVOTED, ("Audit", RULE): SPEAKS}


def test_a_covered_label_of_which_the_classifier_says_nothing_is_not_given_by_its_rule() -> None:
    found = combined([], [said("Cap", RULE)], {"Cap"})
    assert standings(found) == {("Cap", RULE): OUTVOTED}
    assert effective(found) == ()


def test_an_unsure_classifier_outvotes_the_rule_and_stays_unsure() -> None:
    found = combined([said("Cap", MODEL, UNSURE, 0.4)], [said("Cap", RULE)], {"Cap"})
    assert [(item.source, item.standing) for item in effective(found)] == [(MODEL, UNSURE)]


def test_without_a_classifier_rules_that_were_outvoted_speak_again() -> None:
    assert standings(combined([], [said("Cap", RULE, OUTVOTED)], ())) == {("Cap", RULE): SPEAKS}


def test_a_person_outranks_the_model_and_the_model_the_rule() -> None:
    every = [said("Cap", RULE), said("Cap", MODEL, UNSURE), said("Cap", HUMAN)]
    assert [item.source for item in effective(every)] == [HUMAN]
    assert [item.source for item in effective(every[:2])] == [MODEL]


def test_labels_come_most_probable_first_and_by_name_where_equal() -> None:
    found = effective([said("B", RULE), said("C", RULE, probability=0.95), said("A", MODEL)])
    assert [item.label for item in found] == ["C", "A", "B"]


def test_a_rule_of_the_house_speaks_where_the_classifier_says_nothing_or_is_unsure() -> None:
    silent = combined([], [], {"Cap"}, [said("Cap", HOUSE)])
    assert standings(silent) == {("Cap", HOUSE): SPEAKS}
    unsure = combined([said("Cap", MODEL, UNSURE, 0.4)], [said("Cap", RULE)], {"Cap"}, [said("Cap", HOUSE)])
    assert standings(unsure) == {("Cap", MODEL): OUTVOTED, ("Cap", HOUSE): SPEAKS, ("Cap", RULE): OUTVOTED}
    assert [item.source for item in effective(unsure)] == [HOUSE]
    assert by_model_alone(unsure) == (said("Cap", MODEL, UNSURE, 0.4),)


def test_a_rule_of_the_house_is_outvoted_where_the_classifier_claims_the_label() -> None:
    found = combined([said("Cap", MODEL)], [], {"Cap"}, [said("Cap", HOUSE), said("Audit", HOUSE)])
    assert standings(found) == {("Cap", MODEL): SPEAKS, ("Cap", HOUSE): OUTVOTED, ("Audit", HOUSE): SPEAKS}
