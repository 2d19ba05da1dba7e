"""Many changes in few requests, each item's answer looked at."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError

from indexer.errors import IndexerError, IndexUnavailableError
from indexer.index.opensearch.connection import reason

MOST_ITEMS = 500
MOST_BYTES = 5_000_000
# Requests under way at once: while the server works, the next ones are made ready.
PARALLEL = 3
# Seconds to wait before each new try of what a busy server refused.
DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
TOO_MANY, TOO_LARGE, NOT_FOUND = 429, 413, 404

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

    What a busy server refuses is sent again, what is too large in halves.

    Raises:
        IndexerError: A chunk was refused; the message names it and says why.
        IndexUnavailableError: The server stayed too busy.
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
    left = changes
    for delay in (*DELAYS, None):
        try:
            left = _refused(left, _request(client, index, left))
        except TransportError as error:
            if error.status_code == TOO_LARGE:
                _send_halves(client, index, left, wait)
                return
            if error.status_code != TOO_MANY:
                raise
        if not left:
            return
        if delay is not None:
            wait(delay)
    raise IndexUnavailableError(
        f"OpenSearch was too busy to take {len(left)} chunks after {len(DELAYS) + 1} tries. Try again later."
    )


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


def _refused(changes: list[Change], answers: list[dict[str, Any]]) -> list[Change]:
    """Returns the changes to send again. Raises IndexerError for one that will never be taken."""
    again = []
    for change, answer in zip(changes, answers, strict=True):
        status = answer["status"]
        if status == TOO_MANY:
            again.append(change)
        elif status >= 300 and not (status == NOT_FOUND and "error" not in answer):
            raise IndexerError(
                f"OpenSearch refused chunk {change.key} ({status}): {reason(answer.get('error') or {})}"
            )
    return again


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
