"""The MLflow that the settings name."""

from urllib.parse import urlsplit

from sqlalchemy import Engine

from indexer.mirror import Access, Mirror, MlflowStore
from search_app.errors import SettingsError
from search_app.exporting import pseudonyms
from search_app.settings import PREFIX, Settings

OFF, ON = ("", "off"), "on"


def access_of(settings: Settings) -> Access | None:
    """Returns where MLflow is; None where nothing is told to one.

    Raises:
        SettingsError: The setting is neither off nor on nor the address of a server; it is not repeated
            where it may hold a secret.
    """
    named = settings.mlflow.strip()
    if named in OFF:
        return None
    if named == ON:
        folder = settings.home.resolve() / "mlflow"
        return Access(f"sqlite:///{folder / 'mlflow.db'}", folder / "artefacts")
    parts = urlsplit(named)
    expected = "expected off, on, or the http or https address of a server, without credentials"
    if parts.username or parts.password:
        raise SettingsError(f"{PREFIX}MLFLOW: {expected}; put them into {PREFIX}MLFLOW_PASSWORD_FILE")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{PREFIX}MLFLOW={named[:80]!r}: {expected}")
    if settings.mlflow_token_file and settings.mlflow_user:
        raise SettingsError(f"{PREFIX}MLFLOW_TOKEN_FILE and {PREFIX}MLFLOW_USER: expected one of the two")
    if bool(settings.mlflow_user) != bool(settings.mlflow_password_file):
        raise SettingsError(f"{PREFIX}MLFLOW_USER and {PREFIX}MLFLOW_PASSWORD_FILE: expected both or none")
    return Access(
        named.rstrip("/"),
        user=settings.mlflow_user,
        password_file=settings.mlflow_password_file,
        token_file=settings.mlflow_token_file,
    )


def mirror_of(settings: Settings, engine: Engine) -> Mirror | None:
    """Returns what tells MLflow of the records; None where nothing does. Raises as ``access_of``."""
    access = access_of(settings)
    if access is None:
        return None
    return Mirror(
        engine, settings.home, MlflowStore(access), pseudonyms(settings).client, settings.mlflow_prefix
    )
