"""An index of search events: filled in batches, and how far it is."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from indexer.errors import IndexUnavailableError
from indexer.index.definitions import definition
from indexer.index.opensearch.asking import whole
from indexer.index.opensearch.connection import Connection, translated
from indexer.index.opensearch.generations import Generations
from indexer.index.opensearch.provision.values import mark_of
from indexer.index.opensearch.ubi import ubi_body, ubi_index

MOST_BYTES = 5_000_000
REMOVED_AT_ONCE = 2_000
# A document that is wrong in itself; any other refusal may pass.
WRONG = 400
# One that is to be deleted and is not there.
GONE = 404
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index is.

    Attributes:
        position: Number of the last row of the records that was sent; 0 where none was.
        left_out: Documents that the server refused for good.
    """

    position: int = 0
    left_out: int = 0


class EventIndex:
    """One of the two indexes of search events.

    Its progress is a document of the index "PREFIX-state" that also names the index by its UUID, so that it
    does not count for another index of the same name.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        """Connects to nothing yet; ``name`` is a table of the records, "ubi_queries" or "ubi_events"."""
        self.name, self.index = name, ubi_index(connection, name)
        self._connection = connection

    def progress(self) -> Progress:
        """Says how far the index is. Raises IndexUnavailableError."""
        with translated(self._connection):
            uuid = self._uuid()
            return self._progress(uuid) if uuid is not None else Progress()

    def send(self, documents: Sequence[tuple[str, Mapping[str, Any]]], position: int) -> None:
        """Writes documents under their ids, then notes how far the index is.

        A document that is wrong in itself is left out and counted.
        Raises IndexUnavailableError where the server takes no documents now; sending them again is harmless.
        """
        with translated(self._connection):
            uuid = self._uuid() or self._create()
            before = self._progress(uuid).left_out
            refused = sum(self._write(part) for part in _parts(documents))
            self._note(uuid, Progress(position, before + refused))

    def remove_before(self, time: str) -> int:
        """Removes the documents of before a time, UTC ISO 8601; returns how many.

        Raises IndexUnavailableError.
        """
        removed = 0
        with translated(self._connection):
            while self._uuid() is not None and (keys := self._old(time)):
                self._sent([json.dumps({"delete": {"_id": key}}) + "\n" for key in keys])
                removed += len(keys)
        return removed

    @cached_property
    def _client(self) -> OpenSearch:
        return self._connection.client()

    @cached_property
    def _state(self) -> str:
        """The index of progress, with the one field that others have no use for."""
        generations = Generations(self._client, self._connection)
        generations.ensure_state()
        body = {"properties": {"left_out": {"type": "long"}}}
        self._client.indices.put_mapping(index=generations.state, body=body)
        return generations.state

    def _uuid(self) -> str | None:
        """Returns the UUID of the index, its fields brought up to date; None where there is no index."""
        found = self._client.indices.get(index=self.index, params={"ignore": 404})
        if "error" in found:
            return None
        content = next(iter(found.values()))
        mark, version = mark_of(content["mappings"].get("_meta")), definition(self.name).version
        if mark is None or len(found) > 1:
            raise IndexUnavailableError(
                f"{self.index} of OpenSearch was not made by Clausewatch. Rename it, or choose another "
                "CLAUSEWATCH_OPENSEARCH_PREFIX; no search event is lost."
            )
        if mark.version > version:
            raise IndexUnavailableError(
                f"{self.index} of OpenSearch was made by a newer version of Clausewatch. Install that "
                "version; no search event is lost."
            )
        if mark.version < version:
            fields = ubi_body(self._connection, self.name)["mappings"]
            self._client.indices.put_mapping(index=self.index, body=fields)
        return str(content["settings"]["index"]["uuid"])

    def _create(self) -> str:
        try:
            self._client.indices.create(index=self.index, body=ubi_body(self._connection, self.name))
        except RequestError as error:
            if error.error != "resource_already_exists_exception":  # another process was quicker
                raise
        made = self._uuid()
        assert made is not None
        return made

    def _progress(self, uuid: str) -> Progress:
        found = self._client.get(index=self._state, id=self.name, params={"ignore": 404})
        source = found.get("_source", {})
        if source.get("token") != uuid:
            return Progress()
        return Progress(int(source["position"]), int(source["left_out"]))

    def _note(self, uuid: str, progress: Progress) -> None:
        body = {"token": uuid, "position": progress.position, "left_out": progress.left_out}
        self._client.index(index=self._state, id=self.name, body=body)

    def _old(self, time: str) -> list[str]:
        """Returns the ids of some documents of before a time; none is left where there are none."""
        self._client.indices.refresh(index=self.index)
        body = {
            "query": {"range": {"timestamp": {"lt": time}}}, "size": REMOVED_AT_ONCE,
            "_source": False, "track_total_hits": False,
        }  # fmt: skip
        found = whole(self._connection, self._client.search(index=self.index, body=body))
        return [hit["_id"] for hit in found["hits"]["hits"]]

    def _write(self, lines: list[str]) -> int:
        """Sends one request; returns how many documents were refused for good."""
        refused = [each for each in self._sent(lines) if each["status"] == WRONG]
        for each in refused:  # its reason would repeat what somebody typed
            _log.warning("%s refused %s for good: %s", self.index, each["_id"], each["error"]["type"])
        return len(refused)

    def _sent(self, lines: list[str]) -> list[dict[str, Any]]:
        """Sends one request; returns what became of each line. Raises where the server is busy."""
        answer = self._client.bulk(index=self.index, body="".join(lines))
        items = [next(iter(each.values())) for each in answer["items"]]
        busy = [each for each in items if each["status"] >= 300 and each["status"] not in (WRONG, GONE)]
        if busy:
            raise IndexUnavailableError(
                f"OpenSearch at {self._connection.where} takes no search events now "
                f"({busy[0]['status']}: {busy[0]['error']['type']}). They are sent again; none is lost."
            )
        return items


def _parts(documents: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[list[str]]:
    """Yields the lines of requests that are not too large."""
    part: list[str] = []
    size = 0
    for key, content in documents:
        line = f"{json.dumps({'index': {'_id': key}})}\n{json.dumps(content)}\n"
        if part and size + len(line) > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(line)
        size += len(line)
    if part:
        yield part
