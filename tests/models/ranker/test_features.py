"""What a ranker looks at, and what each ground adds."""

from dataclasses import replace

import numpy as np
import pytest

from models.ranker.card import RankerCard
from models.ranker.features import FEATURES, Ground, features
from models.ranker.linear import LinearRanker
from models.ranker.pool import Pool

NAMES = [feature.name for feature in FEATURES]
VECTORS = np.array([[1, 0], [0.6, 0.8], [0, 1], [np.nan, np.nan]], np.float32)
POOL = Pool(
    terms=1,
    hits=[[(0, 0)], [(0, 10)], [], []],
    lengths=[3, 13, 4, 0],
    vector=np.array([0.6, 0.8], np.float32),
    vectors=VECTORS,
    fused=np.array([0.4, 0.3, 0.2, 0.1]),
)


def column(name: str, pool: Pool = POOL) -> list[float]:
    return features(pool)[:, NAMES.index(name)].tolist()


def test_cosines_are_of_query_and_candidate() -> None:
    assert column("cosine")[:3] == pytest.approx([0.6, 1.0, 0.8])
    assert np.isnan(column("cosine")[3])


def test_company_is_the_mean_cosine_to_the_first_that_have_a_vector() -> None:
    # Of the first three: (1, 0.6, 0) / 3, (0.6, 1, 0.8) / 3, (0, 0.8, 1) / 3.
    assert column("company_3")[:3] == pytest.approx([1.6 / 3, 0.8, 0.6])
    assert column("company_10")[:3] == pytest.approx([1.6 / 3, 0.8, 0.6])
    first_missing = replace(POOL, vectors=VECTORS[::-1])
    assert column("company_3", first_missing)[1:3] == pytest.approx([0.9, 0.9])


def test_without_any_vector_nothing_is_known_of_the_company() -> None:
    bare = replace(POOL, vectors=VECTORS * np.float32(np.nan))
    assert np.isnan(column("company_3", bare)).all()
    assert column("fused", bare) == [0.4, 0.3, 0.2, 0.1]


def test_names_are_different_and_every_ground_has_a_feature() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {feature.ground for feature in FEATURES} == set(Ground)


def test_a_score_is_the_sum_of_what_its_grounds_add() -> None:
    weights = np.zeros(len(FEATURES))
    weights[NAMES.index("fused")], weights[NAMES.index("cosine")] = 2.0, 1.0
    ranker = LinearRanker("ranker:x", RankerCard("", "", ("a",), 1, 0, {}, {}), weights)
    ranked = ranker.rank(POOL)
    # Deviation of the fused scores: sqrt(0.0125); of the three cosines, whose mean is 0.8: sqrt(0.08 / 3).
    assert ranked.shares[Ground.PLACES] == pytest.approx(
        2 * np.array([0.15, 0.05, -0.05, -0.15]) / 0.0125**0.5
    )
    assert ranked.shares[Ground.MEANING] == pytest.approx(
        np.array([-0.2, 0.2, 0, 0]) / (0.08 / 3) ** 0.5, abs=1e-6
    )
    assert ranked.scores == pytest.approx(sum(ranked.shares.values()))
