"""Signs of life of long-running processes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from indexer.records import schema
from indexer.records.write import upsert

WORKER = "worker"
# A process that has been silent for so long hangs.
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A process that lived at ``beat``; times are UTC ISO 8601."""

    process: int
    since: str
    beat: str

    def hangs(self, process: int, now: datetime) -> bool:
        """Whether this is the last sign of life of ``process``, and too long ago."""
        age = (now - datetime.fromisoformat(self.beat)).total_seconds()
        return self.process == process and age > PATIENCE_SECONDS


def write_heartbeat(connection: Connection, role: str, heartbeat: Heartbeat) -> None:
    """Notes that the process of a role lives."""
    row = {
        "role": role,
        "process": heartbeat.process,
        "since": heartbeat.since,
        "beat": heartbeat.beat,
    }
    upsert(connection, schema.heartbeats, [row])


def read_heartbeat(connection: Connection, role: str) -> Heartbeat | None:
    """Returns the last sign of life of a role; None where there never was one."""
    row = connection.execute(select(schema.heartbeats).where(schema.heartbeats.c.role == role)).first()
    return Heartbeat(row.process, row.since, row.beat) if row is not None else None
