"""A small office for the tests of ingest: a folder of files, records, an index, and an ingest over them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Engine, select

from indexer.blobs import BlobStore
from indexer.errors import ExtractionError
from indexer.extract.pool import Task
from indexer.extract.tika import TikaServer
from indexer.ingest import Ingest, Limits, RunSummary
from indexer.reading import Extracted, read
from indexer.records import schema
from indexer.records.database import open_records
from indexer.records.read import RunFile, run_files
from models.packs import load_pack
from tests.fakes import DictIndex, HashingEncoder

NDA = (
    "MUTUAL NON-DISCLOSURE AGREEMENT\n\n1. Confidentiality. Each party shall keep the other party's "
    "information secret.\n\n2. Governing Law. This Agreement is governed by the laws of Delaware.\n"
)
LEASE = (
    "LEASE AGREEMENT\n\n1. Rent. The tenant shall pay 1,000 a month.\n\n2. Insurance. The tenant shall "
    "maintain insurance of at least 1,000,000.\n"
)

MAIL = b"""From: ann@example.com\r
To: bob@example.com\r
Subject: The lease\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="x"\r
\r
--x\r
Content-Type: text/plain\r
\r
Dear Bob, please find the lease attached. It renews automatically for one year.\r
--x\r
Content-Type: text/plain; name="lease.txt"\r
Content-Disposition: attachment; filename="lease.txt"\r
\r
%b\r
--x\r
Content-Type: application/octet-stream; name="logo.bin"\r
Content-Disposition: attachment; filename="logo.bin"\r
Content-Transfer-Encoding: base64\r
\r
AAECAwQF//76AAABAAECAwQF//76AAAB\r
--x--\r
"""


def mail(lease: str) -> bytes:
    return MAIL.replace(b"%b", lease.replace("\n", "\r\n").encode())


class InlinePool:
    """Extracts in this process; remembers which names it was given."""

    def __init__(self, names: list[str], tika: TikaServer | None = None) -> None:
        self._names = names
        self._tika = tika

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Extracted | ExtractionError]]:
        for task in tasks:
            self._names.append(task.name)
            try:
                yield task, read(task.path, task.name, encoder="", tika=self._tika)
            except ExtractionError as error:
                yield task, error


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Office:
    """Everything that an ingest needs, in a temporary folder."""

    folder: Path
    home: Path
    engine: Engine
    blobs: BlobStore
    index: DictIndex
    encoder: HashingEncoder
    ingest: Ingest
    clock: Clock
    extracted: list[str] = field(default_factory=list)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, *paths: Path, **options: object) -> RunSummary:
        return self.ingest.run(paths or (self.folder,), **options)  # type: ignore[arg-type]

    def files(self, run: str) -> dict[str, RunFile]:
        """The files of a run by what follows the folder in their paths."""
        with self.engine.connect() as connection:
            rows = run_files(connection, run, limit=1000)
        return {row.uri.removeprefix(f"{self.folder}/"): row for row in rows}

    def outcomes(self, run: str) -> dict[str, str | None]:
        return {name: file.outcome for name, file in self.files(run).items()}

    def statuses(self) -> dict[str, str]:
        """The documents by file name, with their status."""
        table = schema.documents
        with self.engine.connect() as connection:
            return {row.file_name: row.status for row in connection.execute(select(table))}

    def rows(self, table: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(schema.metadata.tables[table]))]

    def names(self) -> set[str]:
        """The file names of the documents that the index holds."""
        by_id = {row[0]: row[5] for row in self.rows("documents")}
        return {str(by_id[document]) for document in self.index.documents()}

    def with_limits(self, **limits: object) -> "Office":
        changed = replace(self.ingest, limits=replace(self.ingest.limits, **limits))  # type: ignore[arg-type]
        return replace(self, ingest=changed)


def make_office(
    root: Path, index: DictIndex | None = None, encoder: HashingEncoder | None = None, url: str = ""
) -> Office:
    """Opens (or reopens) an office under a folder, its records there too unless a URL says where."""
    folder, home = (root / "files").resolve(), root / "home"
    folder.mkdir(exist_ok=True)
    engine = open_records(url or f"sqlite:///{home / 'records.sqlite'}")
    extracted: list[str] = []

    @contextmanager
    def open_pool(limits: Limits, name: str, tika: TikaServer | None) -> Iterator[InlinePool]:
        yield InlinePool(extracted, tika)

    index, encoder, clock = index or DictIndex(), encoder or HashingEncoder(), Clock()
    blobs = BlobStore(home / "blobs")
    packs = MappingProxyType({"contracts": load_pack("contracts"), "other": load_pack("contracts")})
    ingest = Ingest(home, engine, blobs, index, encoder, packs, clock=clock, open_pool=open_pool)
    return Office(folder, home, engine, blobs, index, encoder, ingest, clock, extracted)
