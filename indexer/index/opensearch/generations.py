"""The generations of an index: their names, the aliases that point to them, and how far each got.

An index "PREFIX-chunks-g000001" is one generation. The alias "PREFIX-chunks" names the one that is served,
"PREFIX-chunks-previous" the one that a rollback goes back to; one request moves both. The index
"PREFIX-state" holds the outbox position of each generation, and the lock of the writer.
"""

import logging
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from indexer.errors import IndexUnavailableError, NewerIndexError, OtherEncoderError
from indexer.index.mapping import chunk_mapping
from indexer.index.opensearch.asking import whole
from indexer.index.opensearch.connection import Connection, missing
from indexer.index.opensearch.schema import FORMAT, index_body

REBUILD = "Run: clausewatch rebuild"
_LARGEST_SEGMENT = 5 << 30
_log = logging.getLogger(__name__)
_STATE_FIELDS = {
    "position": "long",
    "pid": "long",
    "host": "keyword",
    "purpose": "keyword",
    "since": "keyword",
    "token": "keyword",
    "expires": "double",
}


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation and what it was made with."""

    name: str
    format: int
    mapping: str
    encoder: str
    dimension: int
    shards: int
    engine: str


@dataclass(frozen=True, slots=True)
class Pointers:
    """Which generations there are, by name.

    Attributes:
        every: All that lie in the cluster, those of crashed builds included, in the order of their making.
        current: The one that is served; None where the alias is missing.
        previous: The one to go back to.
    """

    every: tuple[str, ...]
    current: str | None
    previous: str | None


class Generations:
    """The generations under one prefix."""

    def __init__(self, client: OpenSearch, connection: Connection) -> None:
        self._client, self._connection = client, connection
        self.alias = f"{connection.prefix}-chunks"
        self.state = f"{connection.prefix}-state"
        self.previous = f"{self.alias}-previous"

    def index(self, name: str) -> str:
        """Returns the name of the index of a generation."""
        return f"{self.alias}-{name}"

    def name(self, index: str) -> str:
        """Returns the name of the generation of an index."""
        return index.removeprefix(f"{self.alias}-")

    def current(self) -> Generation:
        """Returns the generation that is served. Raises IndexUnavailableError."""
        try:
            return self._read(self.alias)
        except NotFoundError as error:
            raise missing(self._connection) from error

    def older(self) -> Generation | None:
        """Returns the generation that a rollback goes back to; None where there is none."""
        try:
            return self._read(self.previous)
        except NotFoundError:
            return None

    def made_with(self, name: str) -> Generation:
        """Returns what a generation was made with."""
        return self._read(self.index(name))

    def check(self, generation: Generation, encoder: str, dimension: int) -> None:
        """Refuses a generation that this version or this encoder did not make."""
        if generation.format > FORMAT:
            raise NewerIndexError(
                f"The search index {self.index(generation.name)} was made by a newer version of Clausewatch. "
                f"Install that version, or make the index anew. {REBUILD}"
            )
        for what, found, expected in (
            ("format", generation.format, FORMAT),
            ("field mapping", generation.mapping, chunk_mapping().fingerprint),
            ("encoder", generation.encoder, encoder),
            ("dimension", generation.dimension, dimension),
        ):
            if found != expected:
                raise (OtherEncoderError if what == "encoder" else IndexUnavailableError)(
                    f"The search index {self.index(generation.name)} was made with the {what} {found}; "
                    f"this version expects {expected}. {REBUILD}"
                )

    def pointers(self) -> Pointers:
        """Returns which generations there are."""
        found: dict[str, Any] = self._client.indices.get_alias(index=f"{self.alias}-g*")
        by_alias = {alias: index for index, each in found.items() for alias in each["aliases"]}
        current, previous = by_alias.get(self.alias), by_alias.get(self.previous)
        return Pointers(
            tuple(sorted(map(self._name, found))),
            self._name(current) if current else None,
            self._name(previous) if previous else None,
        )

    def create(self, encoder: str, dimension: int) -> str:
        """Makes an empty generation that nobody sees; returns its name, which none has now."""
        every = self.pointers().every
        name = f"g{max((int(each[1:]) for each in every), default=0) + 1:06d}"
        self._client.indices.create(
            index=self.index(name), body=index_body(self._connection, encoder, dimension)
        )
        return name

    def point(self, current: str, previous: str | None) -> None:
        """Makes another generation the one that is served, at once for every reader."""
        wanted = {self.alias: self.index(current)}
        if previous is not None:
            wanted[self.previous] = self.index(previous)
        actions: list[dict[str, Any]] = [
            {"remove": {"index": f"{self.alias}-g*", "alias": alias, "must_exist": False}}
            for alias in (self.alias, self.previous)
        ]
        actions += [{"add": {"index": index, "alias": alias}} for alias, index in wanted.items()]
        self._client.indices.update_aliases(body={"actions": actions})

    def drop(self, names: list[str]) -> None:
        """Deletes generations and what is known of them."""
        for name in names:
            self._client.indices.delete(index=self.index(name), params={"ignore_unavailable": "true"})
            self._client.delete(index=self.state, id=name, params={"ignore": 404})

    def refresh(self, name: str) -> None:
        """Lets all changes of a generation show, on every copy. Raises IndexUnreachableError."""
        whole(self._connection, self._client.indices.refresh(index=self.index(name)))

    def merge(self, name: str) -> None:
        """Has the cluster merge a generation that was just built, without waiting for it.

        Each segment is searched for each word of a query and once for the nearest; as many as fit are made
        one, of at most five gigabytes, which later changes can still be merged with. A cluster that refuses
        goes on as it is.
        """
        stats: dict[str, Any] = self._client.indices.stats(index=self.index(name), metric="store")
        size = stats["_all"]["primaries"]["store"]["size_in_bytes"] // self._connection.shards
        params = {"max_num_segments": 1 + size // _LARGEST_SEGMENT, "wait_for_completion": "false"}
        try:
            self._client.indices.forcemerge(index=self.index(name), params=params)
        except TransportError as error:
            _log.warning("OpenSearch did not merge %s: %s", self.index(name), error.error)

    def chunks(self, name: str) -> int:
        """Returns how many chunks a generation shows. Raises IndexUnreachableError."""
        return int(whole(self._connection, self._client.count(index=self.index(name)))["count"])

    def position(self, name: str) -> int:
        """Returns the outbox row up to which a generation is complete; 0 where that was lost."""
        found = self._client.get(index=self.state, id=name, params={"ignore": 404})
        return int(found["_source"]["position"]) if found.get("found") else 0

    def write_position(self, name: str, position: int) -> None:
        """Notes how far a generation got."""
        self._client.index(index=self.state, id=name, body={"position": position})

    def ensure_state(self) -> None:
        """Makes the index of positions and of the lock where it is not there yet."""
        if self._client.indices.exists(index=self.state):
            return
        fields = {name: {"type": kind} for name, kind in _STATE_FIELDS.items()}
        body = {
            "settings": {"index": {"number_of_shards": 1, "number_of_replicas": self._connection.replicas}},
            "mappings": {"dynamic": "strict", "properties": fields},
        }
        try:
            self._client.indices.create(index=self.state, body=body)
        except RequestError as error:
            if error.error != "resource_already_exists_exception":  # another process was quicker
                raise

    def _read(self, index: str) -> Generation:
        found = self._client.indices.get_mapping(
            index=index, params={"filter_path": "*.mappings._meta", "local": "true"}
        )
        if len(found) != 1:
            raise IndexUnavailableError(f"{index} of OpenSearch is no search index of Clausewatch. {REBUILD}")
        [(name, content)] = found.items()
        try:
            return Generation(self._name(name), **content["mappings"]["_meta"])
        except (KeyError, TypeError) as error:
            raise IndexUnavailableError(
                f"The search index {name} does not say what it was made with. {REBUILD}"
            ) from error

    def _name(self, index: str) -> str:
        return index.removeprefix(f"{self.alias}-")
