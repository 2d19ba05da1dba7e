"""One writer at a time, among all machines: a document that its holder renews until it is done.

A document that is not renewed for LEASE_SECONDS belongs to a writer that was killed, and may be taken. The
clocks of the machines that write must agree to a few seconds.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConflictError, OpenSearchException

from indexer.errors import IndexUnreachableError, WriterBusyError

LEASE_SECONDS = 30.0
WRITER = "writer"


class Lease:
    """The lock while it is held."""

    def __init__(self, client: OpenSearch, index: str, purpose: str) -> None:
        self._client, self._index = client, index
        self._holder: dict[str, Any] = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "purpose": purpose,
            "since": datetime.now(UTC).isoformat("T", "seconds"),
            "token": uuid4().hex,
        }
        self._version: dict[str, int] = {}
        self._until = 0.0

    def take(self) -> None:
        """Takes the lock. Raises WriterBusyError, which names the holder."""
        try:
            self._write({"op_type": "create"})
        except ConflictError:
            self._take_over()

    def renew(self) -> None:
        """Keeps the lock for another while. Raises ConflictError where another writer has taken it."""
        try:
            self._write(self._version)
        except ConflictError:
            stored = self._stored()
            if not self._is_mine(stored):
                raise
            self._write(_version(stored))

    def release(self) -> None:
        """Gives the lock back, unless another writer has taken it; out of reach, it ends by itself."""
        with suppress(OpenSearchException):
            self._client.delete(index=self._index, id=WRITER, params=self._version)

    def check(self) -> None:
        """Raises IndexUnavailableError where the lock may have gone to another writer."""
        if time.monotonic() >= self._until:
            raise IndexUnreachableError(
                "The lock of the search index was lost, since OpenSearch could not be reached for a while. "
                "Nothing is lost; try again."
            )

    def _write(self, conditions: dict[str, Any]) -> None:
        until = time.monotonic() + LEASE_SECONDS
        body = {**self._holder, "expires": time.time() + LEASE_SECONDS}
        written = self._client.index(index=self._index, id=WRITER, body=body, params=dict(conditions))
        self._version = _version(written)
        self._until = until

    def _stored(self) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get(index=self._index, id=WRITER, params={"ignore": 404})
        return found

    def _is_mine(self, stored: dict[str, Any]) -> bool:
        """Whether the lock was written by a request of this one whose answer was lost."""
        return bool(stored.get("_source", {}).get("token") == self._holder["token"])

    def _take_over(self) -> None:
        found = self._stored()
        holder = found.get("_source", {})
        try:
            if not holder:  # given back in this moment
                self._write({"op_type": "create"})
            elif self._is_mine(found) or holder["expires"] <= time.time():
                self._write(_version(found))
            else:
                raise WriterBusyError(_described(holder))
        except ConflictError as error:
            raise WriterBusyError("Another process has just begun to write the search index.") from error


@contextmanager
def writer_lock(client: OpenSearch, index: str, purpose: str) -> Iterator[Lease]:
    """Holds the lock while the block runs.

    Raises:
        WriterBusyError: Another writer has it; the message names its process, its purpose and since when.
    """
    lease = Lease(client, index, purpose)
    lease.take()
    done = Event()
    keeper = Thread(target=_keep, args=(lease, done), name="index-lock", daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        done.set()
        keeper.join()
        lease.release()


def _keep(lease: Lease, done: Event) -> None:
    """Renews the lock; where that fails for long, ``Lease.check`` tells the writer."""
    while not done.wait(LEASE_SECONDS / 3):
        try:
            lease.renew()
        except ConflictError:
            return
        except OpenSearchException:
            continue


def _version(stored: dict[str, Any]) -> dict[str, int]:
    """Returns the condition that a document is still as it was answered."""
    return {"if_seq_no": stored["_seq_no"], "if_primary_term": stored["_primary_term"]}


def _described(holder: dict[str, Any]) -> str:
    return (
        f"The search index is being written by process {holder['pid']} ({holder['purpose']}) since "
        f"{holder['since']} on {holder['host']}. Wait for it, or stop it, and try again; the lock of a "
        f"killed process ends after {LEASE_SECONDS:g} seconds."
    )
