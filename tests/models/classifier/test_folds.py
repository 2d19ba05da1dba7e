"""Documents are split so that none is measured by a model that saw its twin."""

from random import Random

import pytest

from models.classifier.dataset import TrainingDocument, TrainingPassage
from models.classifier.folds import SHORT, folds, twins
from models.errors import TrainingError
from models.labels import Passage


def text(seed: int, count: int = 40) -> list[str]:
    """Words that no other seed has."""
    random = Random(seed)
    return ["".join(random.choices("abcdefghij", k=7)) for _ in range(count)]


def document(name: str, *passages: list[str]) -> TrainingDocument:
    return TrainingDocument(
        name, tuple(TrainingPassage(Passage(" ".join(each)), frozenset()) for each in passages)
    )


@pytest.mark.parametrize("count", [3, 12, 40, SHORT + 1000], ids=["a few words", "short", "a page", "long"])
def test_near_duplicates_share_a_fold(count: int) -> None:
    original = text(1, count)
    changed = [*original[: count * 9 // 10], *text(2, count - count * 9 // 10)] if count > 20 else original
    others = [document(f"other {seed}", text(seed, count)) for seed in range(10, 20)]
    found = [document("first", original), *others, document("twin", changed)]
    groups = twins(found)
    assert groups[0] == groups[-1]
    assert len(set(groups.tolist())) == 11
    fold = folds(found, 5)
    assert fold[0] == fold[-1]


def test_what_a_longer_document_holds_whole_is_its_twin() -> None:
    found = [document("part", text(1)), document("whole", text(1), text(2), text(3)), document("x", text(4))]
    groups = twins(found)
    assert groups[0] == groups[1] != groups[2]


def test_two_that_share_a_third_are_one_group() -> None:
    found = [document("left", text(1)), document("right", text(2)), document("both", text(1), text(2))]
    assert len(set(twins(found).tolist())) == 1


def test_a_common_clause_makes_no_twins() -> None:
    found = [document(str(seed), text(seed), text(99, 20)) for seed in range(3)]
    assert len(set(twins(found).tolist())) == 3


def test_folds_have_about_as_many_passages_each() -> None:
    sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    found = [document(str(size), *(text(100 * size + each) for each in range(size))) for size in sizes]
    fold = folds(found, 5)
    totals = [
        sum(size for size, each in zip(sizes, fold, strict=True) if each == number) for number in range(5)
    ]
    assert totals == [11, 11, 11, 11, 11]


def test_folds_do_not_depend_on_names() -> None:
    named = [document(f"{seed}.txt", text(seed)) for seed in range(12)]
    renamed = [document(f"contract {99 - seed}", text(seed)) for seed in range(12)]
    assert folds(named, 5).tolist() == folds(renamed, 5).tolist()


def test_with_fewer_groups_than_folds_there_are_as_many_folds_as_groups() -> None:
    found = [document(str(number), text(number % 3)) for number in range(9)]
    fold = folds(found, 5).tolist()
    assert sorted(set(fold)) == [0, 1, 2]
    assert fold[:3] == fold[3:6] == fold[6:]


def test_documents_that_are_all_alike_cannot_be_split() -> None:
    with pytest.raises(TrainingError, match="All 3 documents say nearly the same"):
        folds([document(str(number), text(1)) for number in range(3)], 5)


def test_a_document_without_passages_has_a_fold() -> None:
    found = [document("empty"), *(document(str(seed), text(seed)) for seed in range(4))]
    assert sorted(folds(found, 5).tolist()) == [0, 1, 2, 3, 4]
