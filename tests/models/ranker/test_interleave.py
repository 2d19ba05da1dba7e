import pytest

from models.ranker.interleave import preference, sign_test, team_draft

FIRST, SECOND = [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]


def test_every_item_stands_once_and_each_round_has_one_pick_of_each() -> None:
    for seed in range(50):
        drafted = team_draft(FIRST, SECOND, seed)
        assert sorted(item for item, _ in drafted) == FIRST
        assert [sum(team for _, team in drafted[place : place + 2]) for place in (0, 2, 4)] == [1, 1, 1]
        assert [item for item, team in drafted if not team] == sorted(
            item for item, team in drafted if not team
        )


def test_a_coin_says_who_begins() -> None:
    begins = [team_draft(FIRST, SECOND, seed)[0][1] for seed in range(200)]
    assert 70 < sum(begins) < 130


def test_the_same_seed_gives_the_same_order() -> None:
    assert team_draft(FIRST, SECOND, 7) == team_draft(FIRST, SECOND, 7)


def test_equal_rankings_stay_as_they_are() -> None:
    assert [item for item, _ in team_draft(FIRST, FIRST, 3)] == FIRST


def test_many_people_who_prefer_the_challenger_make_it_surely_better() -> None:
    found = preference({f"p{number}": [2, 1, 0] if number % 4 else [-1] for number in range(40)})
    assert (found.people, found.challenger, found.champion) == (40, 30, 10)
    assert found.difference == pytest.approx((30 * 2 / 3 - 10) / 40)
    assert found.p == pytest.approx(0.00222, abs=1e-5)
    assert not found.worse
    assert preference({f"p{number}": [1] for number in range(20)}).better
    assert preference({f"p{number}": [-1] for number in range(20)}).worse


def test_few_people_and_one_who_clicks_all_day_decide_nothing() -> None:
    few = preference({f"p{number}": [1] for number in range(19)})
    assert not few.better
    assert "From 20 people on it can be told from luck." in few.words()
    busy = preference({"busy": [5] * 1000} | {f"p{number}": [-1] for number in range(19)})
    assert busy.difference == pytest.approx(-0.9)


def test_the_sign_test_is_exact() -> None:
    assert sign_test(5, 0) == pytest.approx(2 / 32)
    assert sign_test(3, 3) == 1.0
