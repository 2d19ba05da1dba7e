import numpy as np
import pytest

from models.ranker.examination import believed, examination
from models.ranker.logged import Logged


def _log(*rows: tuple[int, int, int, int], candidates: int = 10) -> Logged:
    return Logged("words", np.zeros((candidates, 6)), np.array(rows, np.int64).reshape(-1, 4))


def test_believes_that_one_in_n_looks_at_the_nth_place() -> None:
    assert believed(4).tolist() == pytest.approx([1, 0.5, 0.333333, 0.25], abs=1e-6)


def test_passages_that_always_stood_at_one_place_do_not_change_what_is_believed() -> None:
    log = _log((0, 0, 1000, 900), (1, 1, 1000, 900), (2, 2, 1000, 10))

    assert examination([log]).tolist() == pytest.approx([1, 0.5, 0.333333], abs=1e-6)


def test_passages_that_moved_tell_how_many_look() -> None:
    """Twenty passages that half of those who look click stood at four places, looked at by a known share."""
    truth = (1.0, 0.8, 0.6, 0.4)
    rows = [
        (passage, place, 2000, round(2000 * 0.5 * share))
        for passage in range(20)
        for place, share in enumerate(truth)
    ]

    assert examination([_log(*rows, candidates=20)]).tolist() == pytest.approx(truth, abs=0.02)


def test_few_impressions_hardly_move_what_is_believed() -> None:
    log = _log((0, 0, 2, 1), (0, 1, 2, 1))

    assert examination([log])[1] == pytest.approx(0.5, abs=0.05)


def test_the_same_candidate_of_another_query_is_another_passage() -> None:
    one, other = _log((0, 0, 500, 400)), _log((0, 1, 500, 400))

    assert examination([one, other]).tolist() == [1.0, 0.5]


def test_nothing_logged_gives_no_places() -> None:
    assert examination([]).tolist() == []
