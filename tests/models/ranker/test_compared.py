import numpy as np
import pytest

from models.ranker.clicked import Start
from models.ranker.compared import (
    by_clicks,
    by_judgements,
    not_worse,
    out_of_fold,
    quick,
    read_by_people,
)
from models.ranker.example import Example
from models.ranker.judged import judged_for, read_judged, write_judged
from models.ranker.logged import Logged
from models.ranker.shipped import shipped_ranker

FIRST = np.array([1.0, 0, 0, 0, 0, 0])


def log(words: str, values: list[float], *seen: tuple[int, int, int, int]) -> Logged:
    """A query whose candidates differ in one feature."""
    table = np.zeros((len(values), 6))
    table[:, 0] = values
    return Logged(words, table, np.array(seen, np.int64))


def test_clicks_further_down_count_for_the_many_who_did_not_look() -> None:
    """Two clicks on top, one at the second place, where half look: gains 2 and 2."""
    found = by_clicks([log("q", [2.0, 1.0], (0, 0, 10, 2), (1, 1, 10, 1))], [FIRST])
    assert found == {"0": pytest.approx(1.0)}


def test_the_order_that_people_clicked_in_is_better() -> None:
    clicked = [log("q", [1.0, 2.0, 0.0], (0, 0, 10, 0), (1, 1, 10, 5), (2, 2, 10, 0))]
    assert by_clicks(clicked, [FIRST])["0"] == pytest.approx(1.0)
    assert by_clicks(clicked, [None])["0"] == pytest.approx(1 / np.log2(3))


def test_what_was_not_shown_is_left_out() -> None:
    clicked = [log("q", [1.0, 2.0, 9.0], (0, 0, 10, 0), (1, 1, 10, 5))]
    assert by_clicks(clicked, [FIRST]) == {"0": pytest.approx(1.0)}


def test_a_query_that_nobody_clicked_in_is_not_measured() -> None:
    assert by_clicks([log("q", [1.0], (0, 0, 10, 0))], [FIRST]) == {}


def test_queries_with_the_same_words_are_left_out_together() -> None:
    """Ten queries of one word list each, and one list that two queries share: both have the same weights."""
    random = np.random.default_rng(0)
    logs = [
        Logged(words, random.normal(size=(5, 6)), np.array([[0, 0, 20, 9], [1, 1, 20, 3]], np.int64))
        for words in [*"abcdefghij", "a"]
    ]
    weights = out_of_fold(Start(np.full(6, 0.2), 0), logs, 0)
    assert weights[0].tolist() == weights[10].tolist()
    assert len({tuple(each) for each in weights}) == 5


def test_a_surely_lower_mean_is_refused_and_noise_is_not() -> None:
    before = {str(number): 0.5 for number in range(40)}
    lower = dict.fromkeys(before, 0.4)
    noisy = {name: 0.5 + (0.1 if int(name) % 2 else -0.1) for name in before}
    refused = not_worse("clicks", "clicked queries", before, lower)
    assert not refused.passed
    assert refused.words == "NDCG@10 on 40 clicked queries 40.0, 50.0 before: -10.0 points [-10.0, -10.0]."
    assert not_worse("clicks", "clicked queries", before, noisy).passed
    assert (
        not_worse("clicks", "clicked queries", {}, {}).words == "There are no clicked queries to compare on."
    )


def test_clicks_that_do_not_fall_with_the_place_are_not_of_people() -> None:
    people = log("q", [0.0] * 10, *((place, place, 100, 30 // (place + 1)) for place in range(10)))
    robot = log("q", [0.0] * 10, *((place, place, 100, 20) for place in range(10)))
    assert read_by_people([people]).passed
    refused = read_by_people([robot])
    assert not refused.passed
    assert refused.words == (
        "Of 300 passages at the first 3 places 60 were clicked, of 700 further down 140. "
        "People do not click so."
    )


def test_ranking_by_other_weights_takes_no_longer() -> None:
    assert quick([log("q", [1.0, 2.0], (0, 0, 1, 1))], FIRST, 2 * FIRST).passed


def test_the_shipped_ruler_says_of_the_shipped_ranker_what_it_says_itself() -> None:
    """The card's figures are of queries left out; on those that it learned from it is a little better."""
    ranker = shipped_ranker()
    assert ranker is not None
    judged = judged_for(ranker.card.parents["encoder"])
    found = by_judgements(judged, ranker.weights)
    assert len(found) == len(ranker.card.queries) == 57
    assert np.mean(list(found.values())) == pytest.approx(0.6845, abs=1e-4)
    assert np.mean(list(by_judgements(judged, None).values())) == pytest.approx(
        ranker.card.figures["fusion_ndcg@10"], abs=1e-4
    )


def test_there_is_no_ruler_for_another_encoder() -> None:
    assert judged_for("another:fp32:1") == ()


def test_judged_queries_come_back_as_they_were_without_a_word() -> None:
    example = Example(
        query="secret",
        text="secret words",
        values=np.arange(18, dtype=np.float64).reshape(3, 6),
        documents=("a", "b", "a"),
        judgements={"a": 3, "b": 0, "c": 4, "d": 0},
        rest=("d", "c"),
    )
    content = write_judged([example, example], "enc:1")
    encoder, (one, other) = read_judged(content)
    assert content == write_judged([example, example], "enc:1")
    assert b"secret" not in content
    assert encoder == "enc:1"
    assert one.values.tolist() == example.values.tolist() == other.values.tolist()
    assert by_judgements([one], FIRST) == {"0": by_judgements([example], FIRST)["secret"]}
    assert by_judgements([one], None) == {"0": by_judgements([example], None)["secret"]}
