"""Which MLflow the settings name; a secret is never repeated."""

from pathlib import Path

import pytest

from indexer.mirror import Access
from search_app.errors import SettingsError
from search_app.mirroring import access_of
from search_app.settings import Settings


def test_nothing_is_told_unless_it_is_asked_for() -> None:
    assert access_of(Settings()) is None
    assert access_of(Settings(mlflow="")) is None


def test_on_is_a_database_under_home() -> None:
    found = access_of(Settings(home=Path("/srv/cw"), mlflow="on"))
    assert found == Access("sqlite:////srv/cw/mlflow/mlflow.db", Path("/srv/cw/mlflow/artefacts"))


def test_a_server_keeps_its_artefacts_itself() -> None:
    named = Settings(mlflow="https://mlflow.example/", mlflow_user="ann", mlflow_password_file="/run/secret")
    expected = Access("https://mlflow.example", user="ann", password_file="/run/secret")
    assert access_of(named) == expected


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(mlflow="yes"), "CLAUSEWATCH_MLFLOW='yes': expected off, on, or the http"),
        (Settings(mlflow="postgresql://db/mlflow"), "expected off, on, or the http or https address"),
        (Settings(mlflow="https://ann:hunter2@mlflow"), "put them into CLAUSEWATCH_MLFLOW_PASSWORD_FILE"),
        (Settings(mlflow="https://m", mlflow_user="ann"), "expected both or none"),
        (
            Settings(mlflow="https://m", mlflow_user="a", mlflow_password_file="b", mlflow_token_file="c"),
            "expected one of the two",
        ),
    ],
)
def test_what_cannot_be_meant_is_named_without_a_secret(settings: Settings, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        access_of(settings)
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(settings)
