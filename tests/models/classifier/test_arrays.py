"""What can be learned from a training set, and what is true of its passages and sentences."""

import numpy as np
import pytest

from models.classifier.arrays import judged, learnable, passage_truth, sentence_truth
from models.classifier.dataset import Evidence, TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.views import split
from models.errors import TrainingError
from models.labels import Passage

TEXT = "Fees are due at once. The buyer may audit the books of the seller. Nothing else is agreed on here."
FEES, BOOKS, NOTHING = (0, 21), (21, 66), (66, len(TEXT))


def passage(
    *labels: str, marked: tuple[Evidence, ...] = (), looked: set[str] | None = None
) -> TrainingPassage:
    return TrainingPassage(
        Passage(TEXT), frozenset(labels), marked, None if looked is None else frozenset(looked)
    )


def documents(count: int, *inside: TrainingPassage) -> tuple[TrainingDocument, ...]:
    return tuple(TrainingDocument(str(number), inside) for number in range(count))


def test_a_label_is_learned_from_twenty_examples_in_five_documents() -> None:
    inside = (*[passage("a", "b")] * 4, *[passage("a")] * 4, *[passage()] * 4)
    data = TrainingSet(("a", "b", "c"), documents(5, *inside))
    found = learnable(data)
    assert (found.labels, found.examples, found.documents) == (("a", "b"), (40, 20), (5, 5))
    assert found.left == {"c": "0 examples, 20 are needed."}


def test_each_label_that_cannot_be_learned_is_left_with_its_reason() -> None:
    alone = documents(1, *[passage("crowded", "everywhere")] * 30)
    rare = documents(1, *[passage("rare", "everywhere")] * 19)
    others = documents(10, passage("fine", "everywhere"), passage("fine", "everywhere"))
    found = learnable(TrainingSet(("rare", "crowded", "everywhere", "fine"), (*alone, *rare, *others)))
    assert found.labels == ("fine",)
    assert found.left == {
        "rare": "19 examples, 20 are needed.",
        "crowded": "Its examples are in 1 documents, 5 are needed.",
        "everywhere": "0 passages are known not to carry it, 20 are needed.",
    }


def test_what_nobody_looked_for_counts_neither_for_nor_against() -> None:
    inside = [*[passage("a", looked={"a"})] * 4, *[passage(looked={"b"})] * 9]
    with pytest.raises(TrainingError, match="No label has 20 examples in 5 documents, and as many passages"):
        learnable(TrainingSet(("a", "b"), documents(5, *inside)))


def test_nothing_to_learn_is_an_error_that_says_what_there_is() -> None:
    with pytest.raises(TrainingError, match="the most has 'a', 3"):
        learnable(TrainingSet(("a", "b"), documents(3, passage("a"))))
    with pytest.raises(TrainingError, match="there is none at all"):
        learnable(TrainingSet(("a",), documents(3, passage())))
    with pytest.raises(TrainingError, match="there is none at all"):
        learnable(TrainingSet((), ()))


def test_truth_and_what_is_known_of_it_have_a_column_for_each_label() -> None:
    rows = [passage("a", "other"), passage("b", looked={"c"}), passage(looked=set())]
    assert passage_truth(rows, ("a", "b", "c")).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    known = judged(rows, ("a", "b", "c"))
    assert known is not None
    assert known.tolist() == [[1, 1, 1], [0, 1, 1], [0, 0, 0]]
    assert judged(rows[:1], ("a", "b")) is None


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ((BOOKS,), [0, 1, 0]),
        (((40, 50),), [0, 1, 0]),  # a few words within a sentence
        (((12, 60),), [0, 1, 0]),  # most of one sentence, and less than half of the one before
        (((0, 66),), [1, 1, 0]),  # two sentences whole
        ((FEES, NOTHING), [1, 0, 1]),
        ((), [1, 1, 1]),  # nobody marked the words
        (((30, 30),), [0, 0, 0]),  # no words are marked
    ],
)
def test_a_sentence_carries_a_label_where_enough_of_it_is_marked(
    marked: tuple[tuple[int, int], ...], expected: list[int]
) -> None:
    rows = [passage("a", marked=tuple(Evidence(start, end, "a") for start, end in marked)), passage()]
    cut = split([each.passage for each in rows])
    assert cut.spans[:3] == [FEES, BOOKS, NOTHING]
    found = sentence_truth(rows, ("a", "b"), cut)
    assert found[:, 0].astype(int).tolist() == [*expected, 0, 0, 0]
    assert not found[:, 1].any()
    assert found.dtype == np.bool_
