"""Judgements of several origins are one set: texts are the same where they read alike."""

from models.evaluation.beir import Judged
from models.evaluation.merged import merged

ONE = Judged(
    {"1": "A cap.", "2": "A cap.", "3": "Rain."}, {"q": "caps", "r": "caps"}, {"q": {"1": 2}, "r": {"2": 1}}
)


def test_one_set_alone_stays_as_it_is_even_where_texts_recur() -> None:
    assert merged([("one", ONE)]) == ONE


def test_equal_texts_are_one_and_equal_ids_of_other_texts_are_two() -> None:
    other = Judged(
        {"9": "Rain.", "1": "Snow."}, {"q": "weather", "z": "caps"}, {"q": {"9": 3, "1": 1}, "z": {"9": 0}}
    )
    found = merged([("one", ONE), ("two", other)])
    assert found.corpus == {"1": "A cap.", "2": "A cap.", "3": "Rain.", "two:1": "Snow."}
    assert found.queries == {"q": "caps", "r": "caps", "two:q": "weather"}
    assert found.qrels == {"q": {"1": 2, "3": 0}, "r": {"2": 1}, "two:q": {"3": 3, "two:1": 1}}


def test_the_later_set_counts_where_both_grade_the_same() -> None:
    later = Judged({"x": "A cap."}, {"y": "caps"}, {"y": {"x": 0}}, ("place",))
    found = merged([("one", ONE), ("two", later)])
    assert found.qrels == {"q": {"1": 0}, "r": {"2": 1}}
    assert found.unknown == ("place",)
