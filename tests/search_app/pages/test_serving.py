"""What the server does before anybody comes."""

from pathlib import Path

import pytest

from models.packs import load_pack
from search_app.compose import compose
from search_app.serving import warm
from search_app.settings import Settings
from tests.search_app.pages.house import House


def test_the_searches_of_the_packs_are_answered_once(house: House) -> None:
    parts = house.site.parts
    warm(parts)
    golden = {query.text for query in load_pack("contracts").golden}
    assert golden <= set(parts.encoder.encoded)  # type: ignore[attr-defined]  # an encoder of the tests
    assert not house.rows("ubi_queries")


def test_where_nothing_was_ingested_no_model_is_loaded(tmp_path: Path) -> None:
    parts = compose(Settings(home=tmp_path))
    warm(parts)
    assert "encoder" not in vars(parts)


def test_an_index_that_is_missing_is_told_and_left_to_the_pages(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (house.home / "index" / "CURRENT").unlink()
    warm(house.site.parts)
    assert "clausewatch rebuild" in caplog.text
