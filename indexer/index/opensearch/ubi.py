"""The indexes of search events in the User Behavior Insights schema: names, settings and fields."""

from typing import Any

from indexer.index.definitions import definition, fingerprint
from indexer.index.opensearch.connection import Connection

# The files of mappings/, which are named like the tables of the records.
QUERIES, EVENTS = "ubi_queries", "ubi_events"
UBI = (QUERIES, EVENTS)
OURS = "clausewatch"


def ubi_index(connection: Connection, name: str) -> str:
    """Returns the name of the index of searches or of events."""
    return f"{connection.prefix}-{name.replace('_', '-')}"


def ubi_body(connection: Connection, name: str) -> dict[str, Any]:
    """Returns what the index of searches or of events is created with."""
    found = definition(name)
    mappings = found.content["mappings"]
    meta = {OURS: {"version": found.version, "fingerprint": fingerprint(mappings)}}
    return {
        "settings": {"index": {"number_of_shards": 1, "number_of_replicas": connection.replicas}},
        "mappings": {**mappings, "_meta": meta},
    }
