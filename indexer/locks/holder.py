"""What every kind of lock says and does."""

from dataclasses import dataclass
from typing import Protocol

WRITER, WORKER, LEARNER, MIRROR, EXPERIMENTS = "writer", "worker", "learner", "mirror", "experiments"
RETRY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process id, what it does ("ingest"), and since when (UTC ISO 8601).

    ``machine`` is the name of the computer; empty where all processes are on this one.
    """

    process: int
    purpose: str
    since: str
    machine: str = ""


UNKNOWN = Holder(0, "unknown", "just now")  # caught between taking the lock and saying who took it


class Lock(Protocol):
    """A lock that is held."""

    def confirm(self) -> None:
        """Makes sure that the lock is still held; call it before each step that must not be done twice.

        Raises:
            WriterBusyError: The lock was lost with its connection, and another process has it now.
            RecordsUnavailableError: The database cannot be reached.
        """
        ...


def busy(name: str, other: Holder) -> str:
    """Returns what those are told who come second."""
    what = "A worker already runs here" if name == WORKER else "Another process is writing"
    machine = f" on {other.machine}" if other.machine else ""
    return (
        f"{what}: process {other.process}{machine} ({other.purpose}), since {other.since}; "
        "wait until it is done, or stop it"
    )
