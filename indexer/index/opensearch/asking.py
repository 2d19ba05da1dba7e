"""Searches sent together, and answers that are whole or refused."""

import time
from typing import Any

import orjson
from opensearchpy import OpenSearch

from indexer.errors import IndexUnavailableError, IndexUnreachableError
from indexer.index.opensearch.connection import Connection, missing, reason, translated
from indexer.index.opensearch.trouble import passing

Body = dict[str, Any]
Answer = dict[str, Any]
NOT_FOUND = 404
# Seconds to wait before each new try of a search that lacked a shard: a copy of it takes over within them.
DELAYS = (0.1, 0.3, 0.6)
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE


class Reader:
    """Sends searches to the generation that is served.

    BM25 counts chunks and words of each shard by itself; with several, a first round gathers these numbers,
    so that a passage's score does not depend on where it lies.
    """

    def __init__(self, client: OpenSearch, connection: Connection, alias: str) -> None:
        self._client, self._connection, self._alias = client, connection, alias

    def ask(self, bodies: list[Body], shards: int) -> list[Answer]:
        """Returns the answers in one round trip, unless a server refuses one for now: then in a few.

        Raises:
            IndexUnreachableError: An answer is not whole, since the cluster lacks a part of the index.
            IndexUnavailableError: There is no index, or the cluster cannot answer this.
        """
        with translated(self._connection):
            answers = self._tried(bodies, shards)
        for answer in answers:
            self._check(answer)
        return answers

    def _tried(self, bodies: list[Body], shards: int) -> list[Answer]:
        answers = self._asked(bodies, shards)
        for delay in DELAYS:
            again = [number for number, each in enumerate(answers) if _passing(each)]
            if not again:
                break
            time.sleep(delay)
            for number, answer in zip(again, self._asked([bodies[n] for n in again], shards), strict=True):
                answers[number] = answer
        return answers

    def _asked(self, bodies: list[Body], shards: int) -> list[Answer]:
        kind = "query_then_fetch" if shards == 1 else "dfs_query_then_fetch"
        header = {"index": self._alias, "search_type": kind, "allow_partial_search_results": False}
        answers: list[Answer] = self._client.msearch(body=_lines(header, bodies))["responses"]
        return answers

    def _check(self, answer: Answer) -> None:
        where = self._connection.where
        if answer.get("status") == NOT_FOUND:
            raise missing(self._connection)
        if "error" in answer:
            kind = IndexUnreachableError if _passing(answer) else IndexUnavailableError
            raise kind(f"OpenSearch at {where} could not search: {reason(answer['error'])}")
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise partial(self._connection)


def _lines(header: Body, bodies: list[Body]) -> bytes:
    """Returns the content of an _msearch; a vector may be an array."""
    found = [orjson.dumps(each, option=_OPTIONS) for body in bodies for each in (header, body)]
    return b"".join(found)


def whole(connection: Connection, answer: Answer) -> Answer:
    """Returns an answer of all shards. Raises IndexUnreachableError where some did not take part."""
    if answer["_shards"]["failed"]:
        raise partial(connection)
    return answer


def partial(connection: Connection) -> IndexUnreachableError:
    """Returns the error for an answer that must not be taken for a whole one."""
    return IndexUnreachableError(
        f"OpenSearch at {connection.where} answered for a part of the index only. "
        "Look at the health of its cluster."
    )


def _passing(answer: Answer) -> bool:
    return "error" in answer and passing(answer.get("status"), answer["error"])
