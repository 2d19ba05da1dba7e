"""The description of a pair of a passage and a label, worked out by hand."""

import numpy as np
import pytest

from models.classifier.features import FEATURES
from models.classifier.margins import Margins, Scale
from models.classifier.pairs import Pairs, Scales, describe

NOTHING_BESIDE = -8.0


def floats(values: object) -> np.ndarray:
    return np.array(values, np.float32)


def described(
    passage: object, sentence: object, second: object, rules: object, *, scales: Scales | None = None
) -> Pairs:
    count, labels = floats(passage).shape
    best = np.zeros((count, labels), np.intp)
    same = Scale(np.ones(labels, np.float32), np.zeros(labels, np.float32))
    return describe(
        Margins(floats(passage), floats(sentence), floats(second), best),
        scales or Scales(same, same, np.full(labels, 0.1, np.float32)),
        floats(rules),
        (np.array([10, 20, 30][:count]), np.array([1, 2, 3][:count])),
    )


def feature(pairs: Pairs, name: str) -> list[float]:
    return pairs.features[:, FEATURES.index(name)].tolist()


# Three passages, labels a and b. As log-odds, b's margins of passages are raised by 1, a's of sentences
# doubled.
PASSAGE = [[1, -1], [-3, 0], [0.5, -2]]  # in log-odds [[1, 0], [-3, 1], [0.5, -1]]
SENTENCE = [[2, 0], [-1, 1], [1, -3]]  # in log-odds [[4, 0], [-2, 1], [2, -3]]
SECOND = [[0, -3], [-3, -3], [-1, -3]]  # in log-odds [[0, -3], [-6, -3], [-2, -3]]
RULES = [[0, 0], [0.75, 0], [0, 0]]
SCALES = Scales(
    Scale(floats([1, 1]), floats([0, 1])), Scale(floats([2, 1]), floats([0, 0])), floats([0.5, 0.25])
)
PAIRS = described(PASSAGE, SENTENCE, SECOND, RULES, scales=SCALES)


def test_the_base_is_the_mean_of_both_linear_models() -> None:
    assert PAIRS.base.tolist() == [[2.5, 0], [-2.5, 1], [1.25, -2]]


def test_candidates_are_pairs_that_a_model_or_a_rule_thinks_possible() -> None:
    # Margins sum to [[3, -1], [-4, 1], [1.5, -5]]; a rule names label a in the second passage.
    assert PAIRS.candidate.tolist() == [[True, True], [True, True], [True, False]]
    silent = described(PASSAGE, SENTENCE, SECOND, np.zeros((3, 2)))
    assert silent.candidate.tolist() == [[True, True], [False, True], [True, False]]


# Of the candidates in order: first passage a and b, second passage a and b, third passage a.
DESCRIPTION = {
    "passage": [1, 0, -3, 1, 0.5],
    "sentence": [4, 0, -2, 1, 2],
    "second": [0, -3, -6, -3, -2],
    "both": [2.5, 0, -2.5, 1, 1.25],
    "rule": [0, 0, 0.75, 0, 0],
    "before": [NOTHING_BESIDE, NOTHING_BESIDE, 2.5, 0, -2.5],
    "after": [-2.5, 1, 1.25, -2, NOTHING_BESIDE],
    "rank": [0, 1, 2, 0, 1],
    "lead": [2.5 - 1.25, 0 - 1, -2.5 - 2.5, 1 - 0, 1.25 - 2.5],
    "highest": [2.5, 1, 2.5, 1, 2.5],
    "rival": [0, 2.5, 1, -2.5, -2],
    "over_rival": [2.5, -2.5, -3.5, 3.5, 3.25],
    "rules_nearby": [0.75, 0, 0, 0, 0.75],
    "place": [0, 0, 1 / 3, 1 / 3, 2 / 3],
    "words": [10, 10, 20, 20, 30],
    "sentences": [1, 1, 2, 2, 3],
    "share": [0.5, 0.25, 0.5, 0.25, 0.5],
    "order": [0, 1, 1, 0, 0],
    "any_rule": [0, 0, 0.75, 0.75, 0],
    "promising": [2, 2, 2, 2, 2],
}


def test_every_feature_is_described() -> None:
    assert tuple(DESCRIPTION) == FEATURES
    assert PAIRS.features.shape == (5, len(FEATURES))
    assert PAIRS.features.dtype == np.float32


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_is_what_it_says(name: str) -> None:
    assert feature(PAIRS, name) == pytest.approx(DESCRIPTION[name])


def test_a_passage_alone_has_nothing_beside_it_and_leads_by_nothing() -> None:
    pairs = described([[1, 0]], [[1, 0]], [[0, 0]], [[0.5, 0]])
    for name, value in {
        "before": -8,
        "after": -8,
        "rules_nearby": 0,
        "rank": 0,
        "lead": 0,
        "place": 0,
    }.items():
        assert feature(pairs, name) == [value, value]
    assert feature(pairs, "highest") == [1, 0]


def test_a_label_alone_has_no_rival() -> None:
    pairs = described([[1], [0]], [[1], [0]], [[0], [0]], [[0], [0]])
    assert feature(pairs, "rival") == [-8, -8]
    assert feature(pairs, "over_rival") == [9, 8]


def test_equal_passages_lead_by_nothing_and_equal_labels_are_each_others_rivals() -> None:
    pairs = described([[1, 1], [1, 0]], [[1, 1], [1, 0]], [[0, 0], [0, 0]], np.zeros((2, 2)))
    assert feature(pairs, "lead") == [0, 1, 0, -1]
    assert feature(pairs, "rank") == [0, 0, 1, 1]
    assert feature(pairs, "rival") == [1, 1, 0, 1]


def test_ranks_end_at_thirty() -> None:
    many = np.arange(40, 0, -1, dtype=np.float32)[:, np.newaxis]
    best = np.zeros((40, 1), np.intp)
    same = Scale(floats([1]), floats([0]))
    ones = np.ones(40, np.int64)
    pairs = describe(
        Margins(many, many, many, best), Scales(same, same, floats([0.1])), many * 0, (ones, ones)
    )
    assert feature(pairs, "rank") == [*range(31), *[30] * 9]


def test_without_candidates_there_is_nothing_to_describe() -> None:
    pairs = described([[-3, -3]], [[-3, -3]], [[-3, -3]], [[0, 0]])
    assert pairs.features.shape == (0, len(FEATURES))
