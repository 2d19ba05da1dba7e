"""Settings: read once, checked, documented."""

from dataclasses import fields
from pathlib import Path

import pytest

from search_app.errors import SettingsError
from search_app.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]


def test_without_variables_every_setting_has_a_default_that_works_offline() -> None:
    assert load_settings({}) == Settings()
    assert Settings().home == Path("var")
    assert Settings().host == "127.0.0.1"


def test_values_are_converted_to_their_types() -> None:
    found = load_settings(
        {"CLAUSEWATCH_HOME": "/data/cw", "CLAUSEWATCH_PORT": "9000", "CLAUSEWATCH_EXTRACT_SECONDS": "2.5"}
    )
    assert (found.home, found.port, found.extract_seconds) == (Path("/data/cw"), 9000, 2.5)


def test_the_default_records_lie_under_home() -> None:
    assert Settings(home=Path("/data")).records_url == "sqlite:////data/records.sqlite"
    assert Settings(database_url="postgresql://db/cw").records_url == "postgresql://db/cw"


def test_exported_encoders_lie_under_home_unless_another_folder_is_named() -> None:
    assert Settings(home=Path("/data")).encoder_folder == Path("/data/models")
    assert Settings(home=Path("/data"), encoder_cache="/opt/models").encoder_folder == Path("/opt/models")


def test_the_file_of_the_records_is_named_or_there_is_none() -> None:
    assert Settings(home=Path("/data")).records_file == Path("/data/records.sqlite")
    assert Settings(database_url="sqlite:////srv/r.sqlite").records_file == Path("/srv/r.sqlite")
    with pytest.raises(SettingsError, match="pg_dump") as caught:
        _ = Settings(database_url="postgresql+psycopg://ann:hunter2@db/risks").records_file
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("CLAUSEWATCH_PORT", "abc", "CLAUSEWATCH_PORT='abc': expected a number from 0 to 65535"),
        ("CLAUSEWATCH_PORT", "70000", "CLAUSEWATCH_PORT='70000': expected a number from 0 to 65535"),
        (
            "CLAUSEWATCH_EXTRACT_SECONDS",
            "nan",
            "CLAUSEWATCH_EXTRACT_SECONDS='nan': expected a number from 0.1 to 3600",
        ),
        (
            "CLAUSEWATCH_ENCODER_BACKEND",
            "gpu",
            "CLAUSEWATCH_ENCODER_BACKEND='gpu': expected one of auto, onnx, torch",
        ),
    ],
)
def test_a_bad_value_names_the_variable_the_value_and_what_was_expected(
    variable: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError, match="expected") as caught:
        load_settings({variable: value})
    assert str(caught.value) == expected


def test_a_misspelt_variable_is_refused() -> None:
    with pytest.raises(SettingsError, match="CLAUSEWATCH_PROT is no setting"):
        load_settings({"CLAUSEWATCH_PROT": "1"})


def test_every_setting_has_a_row_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [item.name for item in fields(Settings) if f"`CLAUSEWATCH_{item.name.upper()}`" not in readme]
    assert not missing
