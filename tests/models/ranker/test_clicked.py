import numpy as np
import pytest

from models.ranker.clicked import Start, learn_weights, taught, tempered
from models.ranker.logged import Logged
from models.ranker.scale import scaled

START = Start(np.full(6, 0.2), 0)


def _values(seed: int, candidates: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(candidates, 6))


def _logs(clicked_by: int, queries: int = 30, people: int = 40) -> list[Logged]:
    """Queries whose ten first passages were shown, and clicked where one feature is above the mean."""
    logs = []
    for seed in range(queries):
        values = _values(seed)
        shown = np.arange(10)
        clicks = np.where(scaled(values)[shown, clicked_by] > 0, people // 2, 0)
        logs.append(Logged(str(seed), values, np.column_stack([shown, shown, np.full(10, people), clicks])))
    return logs


def test_a_feature_that_clicked_passages_have_gains_weight() -> None:
    weights = learn_weights(START, _logs(clicked_by=3))

    assert weights.argmax() == 3
    assert weights[3] > 0.3


def test_without_clicks_the_ranker_stays_as_it_was() -> None:
    unclicked = Logged("q", _values(1), np.array([[0, 0, 50, 0]], np.int64))

    assert learn_weights(START, [unclicked]) is START.weights
    assert learn_weights(START, []) is START.weights


def test_equal_clicks_give_equal_weights() -> None:
    assert learn_weights(START, _logs(2)).tolist() == learn_weights(START, _logs(2)).tolist()


def test_no_weight_is_below_nothing() -> None:
    values = [_values(seed) for seed in range(20)]
    least = [int(each[:10, 0].argmin()) for each in values]
    logs = [
        Logged(str(number), each, np.array([[best, 0, 90, 80]], np.int64))
        for number, (each, best) in enumerate(zip(values, least, strict=True))
    ]

    assert learn_weights(START, logs).min() >= 0


def test_what_many_judged_queries_taught_moves_less() -> None:
    few, many = (learn_weights(Start(START.weights, judged), _logs(3)) for judged in (0, 500))

    assert abs(many - 0.2).max() < abs(few - 0.2).max() / 3


def test_one_query_cannot_outweigh_the_others_however_often_it_was_clicked() -> None:
    robot = Logged("robot", _values(99), np.array([[19, 0, 100_000, 100_000]], np.int64))

    alone, beside = learn_weights(START, _logs(3)), learn_weights(START, [*_logs(3), robot])

    assert abs(alone - beside).max() < 0.05


def test_what_was_not_shown_keeps_a_little_less_than_was_expected_of_it() -> None:
    """Two passages alike, clicked as expected; the third is alike but was not shown."""
    log = Logged("q", np.zeros((3, 6)), np.array([[0, 0, 10, 5], [1, 1, 10, 5]], np.int64))

    target = taught(log, np.array([1.0, 1.0]), START.weights).target

    # Expected of each: 10 clicks of 20 looks, so 0.5; of the one not shown 0.45.
    assert target.tolist() == pytest.approx([0.5 / 1.45, 0.5 / 1.45, 0.45 / 1.45])


def test_a_click_far_down_tells_more_than_one_on_top() -> None:
    log = Logged("q", np.zeros((2, 6)), np.array([[0, 0, 100, 10], [1, 1, 100, 10]], np.int64))

    top, below = taught(log, np.array([1.0, 0.25]), START.weights).target

    # 20 clicks of 62.5 expected looks of each: 0.16. (10 + 3 * 0.16) / 103 = 0.1017; the same / 28 = 0.3743.
    assert below / top == pytest.approx(0.3743 / 0.1017, abs=0.01)


def test_ten_clicks_count_half_as_much_as_judgements() -> None:
    log = Logged("q", np.zeros((2, 6)), np.array([[0, 0, 20, 10]], np.int64))

    assert taught(log, np.array([1.0]), START.weights).weight == 0.5


def test_few_clicks_leave_the_bias_in_and_many_take_it_out() -> None:
    looks = np.array([1.0, 0.5, 0.25])

    assert tempered(looks, 0).tolist() == [1, 1, 1]
    assert tempered(looks, 300).tolist() == pytest.approx([1, 0.707107, 0.5], abs=1e-6)
    assert tempered(looks, 300_000).tolist() == pytest.approx([1, 0.5, 0.25], abs=1e-3)
