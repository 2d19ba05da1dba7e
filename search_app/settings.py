"""Settings: one frozen object, read from the environment here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from search_app.errors import SettingsError

PREFIX = "CLAUSEWATCH_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; each field is the variable CLAUSEWATCH_<NAME>."""

    # Folder of the database, the index, the encoder and the stored files.
    home: Path = Path("var")
    # SQLAlchemy URL of the records; empty means SQLite under home.
    database_url: str = field(default="", repr=False)
    # File whose content is the password of the database, so that it need not stand in the URL.
    database_password_file: str = ""
    # A sentence-transformers model by name or path; empty means the bundled all-MiniLM-L6-v2.
    encoder: str = ""
    # File of what reads labels in the encoder's pass; empty for the bundled encoder's own, none for none.
    reader: str = ""
    # File of what reranks the first hits of a search; empty for the bundled encoder's own, off for none.
    ranker: str = ""
    # Folder of exported encoders; empty means models under home.
    encoder_cache: str = ""
    # How the encoder runs: auto, onnx or torch.
    encoder_backend: str = "auto"
    # Worker processes that extract files; 0 means one per processor.
    jobs: int = 0
    # Ray cluster whose machines extract and encode, host:port of its head node; empty for this machine alone.
    ray: str = ""
    # New decisions after which the classifier learns from them by itself; 0 for only when it is asked to.
    learn_after: int = 50
    # New clicks after which the order of hits is learned anew by itself; 0 for only when it is asked to.
    learn_clicks_after: int = 500
    # Whether what was learned is used as soon as it passed every check (auto), or once a person approves
    # (approval); until then it labels beside the one in use (shadow).
    learn_promotes: str = "auto"
    # MLflow that is told of models: off, on (a database under home), or the address of a server.
    mlflow: str = field(default="off", repr=False)
    # Name to log in to that server with; empty for none.
    mlflow_user: str = ""
    # File whose first line is the password of that user; empty for none.
    mlflow_password_file: str = ""
    # File whose first line is a token for that server, instead of both; empty for none.
    mlflow_token_file: str = ""
    # In front of the names of all experiments and models in MLflow.
    mlflow_prefix: str = "clausewatch"
    # Days for which searches and clicks are kept; what they add up to stays. 0 keeps them for ever.
    events_days: int = 365
    # Seconds after which the extraction of one file is given up.
    extract_seconds: float = 60.0
    # Memory in MiB that the extraction of one file may take.
    extract_memory_mb: int = 1024
    # URL of a Tika server that reads the formats which we do not; empty for none.
    tika_url: str = field(default="", repr=False)
    # Seconds after which its answer for one file is given up, all attempts together.
    tika_seconds: float = 45.0
    # Largest file in MiB that is read, uploads included.
    max_file_mb: int = 100
    # Address that the web server binds to.
    host: str = "127.0.0.1"
    # Port of the web server; 0 takes a free one.
    port: int = 8340
    # Name under which a reverse proxy offers the pages; empty when there is none.
    public_host: str = ""
    # Threads that answer requests.
    threads: int = 8
    # Where the search index is kept: embedded (files under home) or opensearch (a cluster).
    index: str = "embedded"
    # Addresses of the OpenSearch servers, separated by commas.
    opensearch_url: str = "http://127.0.0.1:9200"
    # Name to log in to OpenSearch with; empty for none.
    opensearch_user: str = ""
    # File whose first line is the password of that user; empty for none.
    opensearch_password_file: str = ""
    # File whose first line is a token for OpenSearch, instead of user and password; empty for none.
    opensearch_token_file: str = ""
    # Region of AWS that requests to OpenSearch are signed for, instead of both; empty for none.
    opensearch_aws_region: str = ""
    # What AWS calls the service that the requests are signed for.
    opensearch_aws_service: str = "es"
    # File of the certificates that vouch for the OpenSearch servers; empty for the system's.
    opensearch_ca_file: str = ""
    # File of the certificate that is shown to OpenSearch; empty for none.
    opensearch_certificate_file: str = ""
    # File of that certificate's private key; empty where the certificate's file holds it.
    opensearch_key_file: str = ""
    # Seconds to wait for an answer of OpenSearch.
    opensearch_seconds: float = 30.0
    # How often another try, or another server, follows one of OpenSearch that did not answer.
    opensearch_retries: int = 2
    # Connections kept open to each OpenSearch server.
    opensearch_connections: int = 16
    # Library that keeps the vectors in OpenSearch: faiss, or lucene where its native library is missing.
    opensearch_engine: str = "faiss"
    # In front of the names of all OpenSearch indexes and aliases.
    opensearch_prefix: str = "clausewatch"
    # Shards of each new generation in OpenSearch.
    opensearch_shards: int = 1
    # Copies of each shard in OpenSearch.
    opensearch_replicas: int = 1
    # Whether searches and clicks are also written to OpenSearch, where the index lies there: on or off.
    opensearch_events: str = "on"

    @property
    def records_url(self) -> str:
        """The URL of the records, the default filled in."""
        return self.database_url or f"sqlite:///{(self.home / 'records.sqlite').resolve()}"

    @property
    def records_file(self) -> Path:
        """The file of the records.

        Raises:
            SettingsError: They are in no file, but in PostgreSQL.
        """
        backend, _, path = self.records_url.partition(":///")
        if backend != "sqlite" or not path:
            raise SettingsError(
                f"{PREFIX}DATABASE_URL: the records are in no file of SQLite; back them up and restore them "
                "with pg_dump and pg_restore, as docs/operations.md says"
            )
        return Path(path)

    @property
    def encoder_folder(self) -> Path:
        """The folder of exported encoders, the default filled in."""
        return Path(self.encoder_cache) if self.encoder_cache else self.home / "models"

    @property
    def database_password(self) -> str:
        """The password in ``database_password_file``; empty where no file is named.

        Raises:
            SettingsError: The file cannot be read, or is empty.
        """
        if not self.database_password_file:
            return ""
        variable = f"{PREFIX}DATABASE_PASSWORD_FILE={self.database_password_file!r}"
        try:
            password = Path(self.database_password_file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
            raise SettingsError(f"{variable}: expected a file with the password: {reason}") from None
        if not password:
            raise SettingsError(f"{variable}: expected a file with the password: it is empty")
        return password


BOUNDS: dict[str, tuple[float, float]] = {
    "jobs": (0, 256),
    "learn_after": (0, 1_000_000),
    "events_days": (0, 36500),
    "learn_clicks_after": (0, 1_000_000_000),
    "extract_seconds": (0.1, 3600),
    "extract_memory_mb": (128, 65536),
    "tika_seconds": (0.1, 3600),
    "max_file_mb": (1, 4096),
    "port": (0, 65535),
    "threads": (1, 256),
    "opensearch_seconds": (0.1, 600),
    "opensearch_retries": (0, 10),
    "opensearch_connections": (1, 256),
    "opensearch_shards": (1, 1024),
    "opensearch_replicas": (0, 16),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "encoder_backend": ("auto", "onnx", "torch"),
    "learn_promotes": ("auto", "approval", "shadow"),
    "index": ("embedded", "opensearch"),
    "opensearch_engine": ("faiss", "lucene"),
    "opensearch_events": ("on", "off"),
    "opensearch_aws_service": ("es", "aoss"),
}


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads the settings. Raises SettingsError for a value that cannot be used or an unknown variable."""
    source = os.environ if environment is None else environment
    known = {PREFIX + item.name.upper(): item for item in fields(Settings)}
    unknown = sorted(name for name in source if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]} is no setting; the settings are {', '.join(sorted(known))}")
    values: dict[str, Any] = {
        item.name: _convert(variable, item.name, source[variable], item.default)
        for variable, item in known.items()
        if source.get(variable)
    }
    return Settings(**values)


def _convert(variable: str, name: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        return Path(text)
    if name in CHOICES and text not in CHOICES[name]:
        raise SettingsError(f"{variable}={text!r}: expected one of {', '.join(CHOICES[name])}")
    if isinstance(default, str):
        return text
    kind = int if isinstance(default, int) else float
    low, high = BOUNDS[name]
    try:
        value: float | None = kind(text)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        raise SettingsError(f"{variable}={text!r}: expected a number from {low:g} to {high:g}")
    return value
