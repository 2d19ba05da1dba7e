"""What is learned, and what is told of it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models.errors import TrainingError
from models.ranker.example import Example, query_digest
from models.ranker.features import FEATURES
from models.ranker.file import read_ranker
from models.ranker.fit import EQUAL, GAINS, PULL, fit
from models.ranker.train import cross_validated, folds, train
from tests.models.ranker.judged import TELLING, examples

PARENTS = {"encoder": "words:1", "mapping": "abc"}


def trained(number: int = 12, seed: int = 0) -> bytes:
    return train(examples(number), data="f" * 64, name="Known", seed=seed, parents=PARENTS)


def test_equal_data_and_seed_give_equal_bytes() -> None:
    assert trained() == trained()
    assert json.loads(trained(seed=1))["card"]["seed"] == 1
    assert trained(13) != trained()


def test_the_feature_that_tells_gets_the_weight_and_more_queries_give_more() -> None:
    few, many = fit(examples(12)), fit(examples(120))
    assert few.argmax() == many.argmax() == TELLING
    assert many[TELLING] > few[TELLING] > EQUAL
    assert many[TELLING] > 3 * np.delete(many, TELLING).max()


def test_without_a_lesson_all_features_weigh_the_same() -> None:
    barren = Example("q", "q", np.ones((2, len(FEATURES))), ("a", "b"), {"a": 1})
    assert fit([barren]) == pytest.approx(np.full(len(FEATURES), EQUAL))


def test_no_weight_is_below_nought() -> None:
    turned = [replace(example, values=-example.values) for example in examples(120)]
    weights = fit(turned)
    assert weights[TELLING] == 0.0
    assert (weights >= 0).all()


def test_the_loss_is_at_its_least() -> None:
    found = examples(3)

    def loss(weights: np.ndarray) -> float:
        total = PULL / 2 * float(((weights - EQUAL) ** 2).sum())
        for example in found:
            chances = np.exp(example.scaled @ weights)
            gains = np.array([GAINS[grade] for grade in example.grades])
            total -= float(gains / gains.sum() @ np.log(chances / chances.sum()))
        return total

    weights = fit(found)
    least = loss(weights)
    for place in range(len(weights)):
        for step in (-1e-3, 1e-3):
            moved = weights.copy()
            moved[place] += step
            assert loss(moved) > least


def test_a_query_without_an_answer_among_its_candidates_teaches_nothing() -> None:
    barren = Example("q", "q", np.ones((2, len(FEATURES))), ("a", "b"), {"a": 0})
    assert fit([*examples(3), barren]).tolist() == fit(examples(3)).tolist()


def test_figures_are_of_queries_that_were_not_learned_from() -> None:
    found = examples(12)
    fused, ranked = cross_validated(found, seed=0)
    assert list(ranked) == list(fused) == [f"q{number}" for number in range(12)]
    card = read_ranker(trained(), "x").card
    assert card.figures["ndcg@5"] == pytest.approx(
        np.mean([each["ndcg@5"] for each in ranked.values()]), abs=1e-6
    )
    assert card.figures["fusion_ndcg@10"] == pytest.approx(
        np.mean([each["ndcg@10"] for each in fused.values()]), abs=1e-6
    )
    assert card.figures["ndcg@5"] > card.figures["fusion_ndcg@5"] + 0.2


def test_each_query_is_left_out_once() -> None:
    pairs = list(folds(11, seed=3))
    assert sorted(place for _, left_out in pairs for place in left_out) == list(range(11))
    assert all(sorted(learned + left_out) == list(range(11)) for learned, left_out in pairs)


def test_the_card_names_data_queries_and_parents() -> None:
    card = read_ranker(trained(), "x").card
    assert (card.data, card.data_name, card.parents) == ("f" * 64, "Known", PARENTS)
    assert card.queries == tuple(sorted(query_digest(f"query {number}") for number in range(12)))
    assert card.candidates == 144


def test_too_few_queries_are_refused_with_the_number_that_is_missing() -> None:
    with pytest.raises(TrainingError, match=r"^9 queries have .*; 10 are needed$"):
        trained(9)


def test_documents_rank_by_their_best_candidate_and_the_rest_behind() -> None:
    example = Example("q", "q", np.zeros((3, 1)), ("a", "b", "a"), {}, ("c", "a"))
    assert list(example.run()) == ["a", "b", "c"]
    assert list(example.run([0.0, 1.0, 0.5])) == ["b", "a", "c"]
    assert list(example.run([0.0, 0.0, 0.0]).values()) == [0.0, -1.0, -2.0]
