"""The listwise loss, its numbers written out."""

import math

import pytest
import torch

from models.adaptation.loss import SCALE, both_ways, listwise

NOT = math.nan


def test_the_loss_of_a_list_is_the_cross_entropy_of_its_softmax_to_the_shares_of_its_gains() -> None:
    scores = torch.tensor([[1.0, 0.0, -1.0]])
    total = math.exp(1) + math.exp(0) + math.exp(-1)
    expected = -(0.75 * math.log(math.exp(1) / total) + 0.25 * math.log(math.exp(0) / total))
    assert listwise(scores, torch.tensor([[3.0, 1.0, 0.0]])).item() == pytest.approx(expected)


def test_what_nobody_judged_is_in_no_list() -> None:
    """Were it a negative, its high score would cost much."""
    scores = torch.tensor([[1.0, 0.0, 9.0]], requires_grad=True)
    loss = listwise(scores, torch.tensor([[3.0, 0.0, NOT]]))
    assert loss.item() == pytest.approx(-math.log(math.exp(1) / (math.exp(1) + 1)))
    loss.backward()
    assert scores.grad is not None
    assert scores.grad[0, 2].item() == 0
    judged = listwise(torch.tensor([[1.0, 0.0, 9.0]]), torch.tensor([[3.0, 0.0, 0.0]]))
    assert judged.item() > 7


def test_a_list_weighs_as_much_as_its_gains_up_to_one_and_one_without_gains_nothing() -> None:
    scores = torch.tensor([[1.0, 0.0], [0.0, 1.0], [5.0, 0.0]])
    gains = torch.tensor([[3.0, 0.0], [0.15, 0.0], [0.0, 0.0]])
    right, wrong = math.log(1 + math.exp(-1)), math.log(1 + math.exp(1))
    assert listwise(scores, gains).item() == pytest.approx((right + 0.15 * wrong) / 1.15)


def test_lists_without_any_candidate_or_gain_cost_nothing_and_have_a_gradient() -> None:
    scores = torch.tensor([[1.0, 0.0], [2.0, 3.0]], requires_grad=True)
    loss = listwise(scores, torch.tensor([[NOT, NOT], [0.0, NOT]]))
    assert loss.item() == 0
    loss.backward()
    assert scores.grad is not None
    assert scores.grad.abs().sum().item() == 0


def test_both_ways_is_the_mean_over_texts_and_over_targets_of_scaled_cosines() -> None:
    cosines, gains = torch.tensor([[0.5, 0.1], [0.2, 0.3]]), torch.tensor([[3.0, 0.0], [0.0, 3.0]])
    rows = (math.log(1 + math.exp(-0.4 * SCALE)) + math.log(1 + math.exp(-0.1 * SCALE))) / 2
    columns = (math.log(1 + math.exp(-0.3 * SCALE)) + math.log(1 + math.exp(-0.2 * SCALE))) / 2
    assert both_ways(cosines, gains).item() == pytest.approx((rows + columns) / 2)
