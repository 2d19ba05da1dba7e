"""Deletes the indexes of ours under a prefix, their data included."""

from collections.abc import Mapping
from typing import Any

from opensearchpy import OpenSearch

from indexer.errors import IndexerError
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.generations import Generations
from indexer.index.opensearch.lock import writer_lock
from indexer.index.opensearch.provision.values import Kind, Outcome, Step, mark_of
from indexer.index.opensearch.ubi import UBI, ubi_index

# What the _meta of a generation and the fields of the index of its state say at least.
_GENERATION = {"format", "mapping", "encoder"}
_STATE = {"position", "token", "expires"}


def remove_indexes(client: OpenSearch, connection: Connection, *, dry_run: bool) -> list[Outcome]:
    """Deletes the generations, what is known of them, and the indexes of search events.

    Raises:
        IndexerError: An index of one of these names is not ours; nothing was changed.
        WriterBusyError: The search index is being written; nothing was changed.
    """
    generations = Generations(client, connection)
    names = [f"{generations.alias}-g*", generations.state, *(ubi_index(connection, each) for each in UBI)]
    params = {"ignore_unavailable": "true", "expand_wildcards": "all"}
    found: dict[str, Any] = client.indices.get_mapping(index=",".join(names), params=params)
    own = f"{connection.prefix}-"
    foreign = sorted(
        name for name, each in found.items() if not (name.startswith(own) and _ours(each["mappings"]))
    )
    if foreign:
        raise IndexerError(
            f"Not made by Clausewatch, and in the way: index {', '.join(foreign)}. Nothing was changed."
        )
    others = sorted(found.keys() - {generations.state})
    if not dry_run and generations.state in found:
        with writer_lock(client, generations.state, "uninstalling"):
            _delete(client, others)
        _delete(client, [generations.state])
    elif not dry_run:
        _delete(client, others)
    return [Outcome(Kind.INDEX, name, Step.REMOVED) for name in sorted(found)]


def _ours(mappings: Mapping[str, Any]) -> bool:
    meta = mappings.get("_meta") or {}
    marked = mark_of(meta) is not None or meta.keys() >= _GENERATION
    return marked or mappings.get("properties", {}).keys() >= _STATE


def _delete(client: OpenSearch, names: list[str]) -> None:
    for name in names:
        client.indices.delete(index=name, params={"ignore_unavailable": "true"})
