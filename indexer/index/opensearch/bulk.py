"""Many changes in few requests, each item's answer looked at."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError, SSLError, TransportError

from indexer.errors import IndexerError, IndexUnreachableError
from indexer.index.opensearch.connection import described, reason
from indexer.index.opensearch.trouble import BLOCKED, TRANSIENT, blocked, passing

MOST_ITEMS = 500
MOST_BYTES = 5_000_000
# Requests under way at once: while the server works, the next ones are made ready.
PARALLEL = 3
# Seconds to wait before each new try of what a server refused for now, or did not answer.
DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
# Seconds after which no new try is begun: where requests time out, each of them takes long.
PATIENCE_SECONDS = 60.0
TOO_LARGE, NOT_FOUND = 413, 404

Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Change:
    """One line or two of a bulk request.

    Attributes:
        key: Of the chunk.
        content: The request's lines for it, JSON.
    """

    key: int
    content: bytes


def put(key: int, source: bytes) -> Change:
    """Returns the change that writes a chunk, given its document as JSON."""
    return Change(key, b'{"index":{"_id":"%d"}}\n%b\n' % (key, source))


def update(key: int, part: bytes) -> Change:
    """Returns the change that writes some fields of a chunk that is there, given them as JSON."""
    return Change(key, b'{"update":{"_id":"%d"}}\n{"doc":%b}\n' % (key, part))


def remove(key: int) -> Change:
    """Returns the change that deletes a chunk."""
    return Change(key, b'{"delete":{"_id":"%d"}}\n' % key)


def send(client: OpenSearch, index: str, changes: Iterable[Change], wait: Wait = time.sleep) -> None:
    """Sends changes, each of another chunk, in parts and several parts at once.

    What a server refuses for now is sent again, what is too large in halves. A change has the same effect
    however often it is done, so that one whose answer was lost is sent again.

    Raises:
        IndexerError: A chunk was refused; the message names it and says why.
        IndexUnreachableError: The server stayed away or too busy, or is closed to changes.
    """
    with ThreadPoolExecutor(PARALLEL) as pool:
        under_way: deque[Future[None]] = deque()
        try:
            for part in _parts(changes):
                if len(under_way) == PARALLEL:
                    under_way.popleft().result()
                under_way.append(pool.submit(_send, client, index, part, wait))
            for each in under_way:
                each.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _send(client: OpenSearch, index: str, changes: list[Change], wait: Wait) -> None:
    left, said = changes, ""
    end = time.monotonic() + PATIENCE_SECONDS
    tries = 0
    for delay in (*DELAYS, None):
        tries += 1
        try:
            left, said = _refused(left, _request(client, index, left))
        except TransportError as error:
            if error.status_code == TOO_LARGE:
                _send_halves(client, index, left, wait)
                return
            last = delay is None or time.monotonic() >= end
            if not _passing(error) or (last and isinstance(error, ConnectionError)):
                raise
            said = described(error)
        if not left:
            return
        if delay is None or time.monotonic() >= end:
            break
        wait(delay)
    raise IndexUnreachableError(
        f"OpenSearch did not take {len(left)} chunks in {tries} tries ({said}). Try again later."
    )


def _passing(error: TransportError) -> bool:
    """Whether a request that failed as a whole may succeed later."""
    if isinstance(error, ConnectionError):
        return not isinstance(error, SSLError) and not isinstance(error.info, IndexerError)
    return error.status_code in TRANSIENT and error.error != BLOCKED


def _send_halves(client: OpenSearch, index: str, changes: list[Change], wait: Wait) -> None:
    if len(changes) == 1:
        size = len(changes[0].content)
        raise IndexerError(
            f"Chunk {changes[0].key} has {size} bytes, more than OpenSearch takes in one request; raise its "
            "http.max_content_length."
        )
    middle = len(changes) // 2
    _send(client, index, changes[:middle], wait)
    _send(client, index, changes[middle:], wait)


def _request(client: OpenSearch, index: str, changes: list[Change]) -> list[dict[str, Any]]:
    """Returns the answer to each change."""
    body = b"".join(each.content for each in changes)
    answer = client.bulk(index=index, body=body, params={"require_alias": "false"})
    return [next(iter(item.values())) for item in answer["items"]]


def _refused(changes: list[Change], answers: list[dict[str, Any]]) -> tuple[list[Change], str]:
    """Returns the changes to send again, and why. Raises IndexerError for one that will never be taken."""
    again, said = [], ""
    for change, answer in zip(changes, answers, strict=True):
        status, error = answer["status"], answer.get("error") or {}
        if error.get("type") == BLOCKED:
            raise IndexUnreachableError(
                blocked(f"The index {answer.get('_index')} of OpenSearch", reason(error))
            )
        if passing(status, error):
            again.append(change)
            said = f"{status}: {reason(error)}"
        elif status >= 300 and not (status == NOT_FOUND and not error):
            raise IndexerError(f"OpenSearch refused chunk {change.key} ({status}): {reason(error)}")
    return again, said


def _parts(changes: Iterable[Change]) -> Iterator[list[Change]]:
    part: list[Change] = []
    size = 0
    for change in changes:
        if part and (len(part) == MOST_ITEMS or size + len(change.content) > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(change)
        size += len(change.content)
    if part:
        yield part
