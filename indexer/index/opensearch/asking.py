"""Searches sent together, and answers that are whole or refused."""

from typing import Any

from opensearchpy import OpenSearch

from indexer.errors import IndexUnavailableError
from indexer.index.opensearch.connection import Connection, missing, reason

Body = dict[str, Any]
Answer = dict[str, Any]
NOT_FOUND = 404


class Reader:
    """Sends searches to the generation that is served.

    BM25 counts chunks and words of each shard by itself; with several, a first round gathers these numbers,
    so that a passage's score does not depend on where it lies.
    """

    def __init__(self, client: OpenSearch, connection: Connection, alias: str) -> None:
        self._client, self._connection, self._alias = client, connection, alias

    def ask(self, bodies: list[Body], shards: int) -> list[Answer]:
        """Returns the answers in one round trip. Raises IndexUnavailableError for one that is not whole."""
        kind = "query_then_fetch" if shards == 1 else "dfs_query_then_fetch"
        header = {"index": self._alias, "search_type": kind, "allow_partial_search_results": False}
        lines = [line for body in bodies for line in (header, body)]
        answers: list[Answer] = self._client.msearch(body=lines)["responses"]
        for answer in answers:
            self._check(answer)
        return answers

    def _check(self, answer: Answer) -> None:
        if answer.get("status") == NOT_FOUND:
            raise missing(self._connection)
        if "error" in answer:
            raise IndexUnavailableError(
                f"OpenSearch at {self._connection.where} could not search: {reason(answer['error'])}"
            )
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise IndexUnavailableError(
                f"OpenSearch at {self._connection.where} answered for a part of the index only. "
                "Look at the health of its cluster."
            )
