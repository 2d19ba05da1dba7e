"""The life of an ingest run: queued, running, done or interrupted."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, exists, select, update

from indexer.blobs import BlobStore
from indexer.errors import CollectionNameError
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import database_time, writing
from indexer.records.write import insert_new
from models.packs import pack_names

QUEUED, RUNNING, DONE, INTERRUPTED = "queued", "running", "done", "interrupted"
UPLOAD = "upload"
# Begins the name of a process whose claims on files end with its writer lock.
LEADER = "leader"
DEFAULT_PACK = "contracts"
_COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_NAME_LENGTH = 200


def ensure_collection(connection: Connection, name: str, now: datetime) -> None:
    """Makes a collection where it is new. Raises CollectionNameError."""
    if not _COLLECTION.fullmatch(name):
        raise CollectionNameError(
            f"{name[:80]!r} is no name of a collection: small letters, digits, - and _, at most 63, "
            "the first a letter or digit"
        )
    pack = name if name in pack_names() else DEFAULT_PACK
    row = {"name": name, "pack": pack, "created_at": time_to_text(now)}
    insert_new(connection, schema.collections, [row])


@dataclass(frozen=True, slots=True)
class SharedRun:
    """A run whose files any process may take that has the same ``stages``."""

    id: str
    collection: str
    stages: str


def start_run(
    connection: Connection, collection: str, origin: str, now: datetime, stages: str | None = None
) -> str:
    """Notes a run that begins, with the stages that processes need which share it; returns its id."""
    run = uuid.uuid4().hex
    _insert_run(connection, run, collection, (origin, RUNNING), now)
    connection.execute(update(schema.runs).where(schema.runs.c.id == run).values(stages=stages))
    return run


def resume_run(connection: Connection, run: str, stages: str) -> None:
    """Notes that a queued run is being worked on; its files are shared."""
    own = schema.runs.c.id == run
    connection.execute(update(schema.runs).where(own).values(state=RUNNING, stages=stages))


def shared_runs(connection: Connection) -> list[SharedRun]:
    """Returns the runs whose files may be taken now, oldest first."""
    table = schema.runs
    query = select(table.c.id, table.c.collection, table.c.stages).where(
        table.c.state == RUNNING, table.c.stages.is_not(None)
    )
    return [SharedRun(*row) for row in connection.execute(query.order_by(table.c.started_at))]


def close_run(connection: Connection, run: str, state: str, seconds: float, now: datetime) -> None:
    """Notes how and when a run ended."""
    values = {"state": state, "finished_at": time_to_text(now), "seconds": seconds}
    connection.execute(update(schema.runs).where(schema.runs.c.id == run).values(values))


def interrupt_run(connection: Connection, run: str, seconds: float, now: datetime) -> None:
    """Notes that a run was stopped; uploads go back into the queue, and nothing of them is lost."""
    upload = (schema.runs.c.id == run) & (schema.runs.c.origin == UPLOAD)
    if not connection.execute(update(schema.runs).where(upload).values(state=QUEUED)).rowcount:
        _drop_waiting(connection, run)
        close_run(connection, run, INTERRUPTED, seconds, now)


def close_stale_runs(connection: Connection, now: datetime) -> int:
    """Closes runs whose process has died; uploads among them go back into the queue.

    Call it while holding the writer lock: nobody else can then lead a run. One whose files are still
    being worked on by processes that joined it stays open. Returns how many were closed.
    """
    table, files = schema.runs, schema.run_files
    led = files.c.outcome.is_(None) & files.c.claimed_by.like(f"{LEADER} %")
    connection.execute(update(files).where(led).values(claimed_by=None, lease_until=None))
    waiting = (files.c.run == table.c.id) & files.c.outcome.is_(None)
    alive = waiting & (files.c.lease_until >= time_to_text(database_time(connection)))
    query = select(table.c.id, table.c.origin, table.c.stages, exists().where(waiting).label("waiting"))
    stale = connection.execute(query.where(table.c.state == RUNNING, ~exists().where(alive))).all()
    for run in stale:
        _close_stale(connection, run, time_to_text(now))
    return len(stale)


def _close_stale(connection: Connection, run: Row[Any], now: str) -> None:
    complete = run.stages is not None and not run.waiting
    values = {"state": DONE if complete else INTERRUPTED, "finished_at": now}
    if run.origin == UPLOAD:
        values = {"state": QUEUED}
    else:
        _drop_waiting(connection, run.id)
    connection.execute(update(schema.runs).where(schema.runs.c.id == run.id).values(**values))


def _drop_waiting(connection: Connection, run: str) -> None:
    """Forgets the files of a run that nobody will come to; the next run over their folder takes them."""
    files = schema.run_files
    connection.execute(delete(files).where(files.c.run == run, files.c.outcome.is_(None)))


def queued_runs(connection: Connection) -> list[tuple[str, str]]:
    """Returns id and collection of the runs that wait, oldest first."""
    table = schema.runs
    query = select(table.c.id, table.c.collection).where(table.c.state == QUEUED)
    return [(row.id, row.collection) for row in connection.execute(query.order_by(table.c.started_at))]


def enqueue_upload(
    engine: Engine,
    blobs: BlobStore,
    collection: str,
    files: Sequence[tuple[str, bytes]],
    *,
    now: datetime | None = None,
) -> str:
    """Stores uploaded files, each a name and its content, and queues a run for the worker.

    The names are for people and never become paths; ``now`` is for tests.

    Returns:
        The id of the run. Its files have no outcome until the worker is done with them.

    Raises:
        CollectionNameError: The collection's name cannot be used.
    """
    moment = now or datetime.now(UTC)
    run = uuid.uuid4().hex
    rows = [_waiting(run, blobs.put(content), name, len(content)) for name, content in files]
    with writing(engine) as connection:
        ensure_collection(connection, collection, moment)
        _insert_run(connection, run, collection, (UPLOAD, QUEUED), moment)
        insert_new(connection, schema.run_files, rows)
    return run


def shown_name(name: str) -> str:
    """Returns a file's name without folders and unprintable characters, at most 200 characters."""
    last = re.split(r"[/\\]", _UNPRINTABLE.sub("", name))[-1].strip()
    if len(last) > _NAME_LENGTH:
        stem, dot, ending = last.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 10 else ""
        last = (stem if ending else last)[: _NAME_LENGTH - len(ending)] + ending
    return last if last.strip(".") else "unnamed"


def _waiting(run: str, digest: str, name: str, size: int) -> dict[str, object]:
    uri = f"{UPLOAD}/{digest[:12]}/{shown_name(name)}"
    return {"run": run, "uri": uri, "digest": digest, "bytes": size, "chunks": 0}


def _insert_run(
    connection: Connection, run: str, collection: str, origin_and_state: tuple[str, str], now: datetime
) -> None:
    origin, state = origin_and_state
    row = {
        "id": run,
        "collection": collection,
        "origin": origin,
        "state": state,
        "started_at": time_to_text(now),
    }
    insert_new(connection, schema.runs, [row])
