"""The objects that belong into a cluster under a prefix, made of the files in mappings/."""

import json
import re
from collections.abc import Mapping
from typing import Any

from indexer.index.definitions import definition, fingerprint, search_template
from indexer.index.mapping import chunk_mapping
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.provision.values import ClusterObject, Kind, Mark
from indexer.index.opensearch.schema import index_body
from indexer.index.opensearch.ubi import UBI, ubi_body, ubi_index
from indexer.index.query import TextField

PIPELINES = ("hybrid_rrf", "hybrid_mean")
SEARCH_TEMPLATES = ("keyword", "semantic", "hybrid")
# Above the default of 0 that templates for everything have, below what an operator sets on purpose.
PRIORITY = 200
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def cluster_objects(connection: Connection, dimension: int) -> list[ClusterObject]:
    """Returns everything that is installed, in its order.

    Args:
        connection: Its prefix, engine, shards and replicas count.
        dimension: Length of the vectors.

    Raises:
        ValueError: The prefix cannot be used, a wildcard in it for instance.
    """
    prefix = connection.prefix
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(
            f"prefix={prefix!r}: expected up to 64 of a-z, 0-9, _ and -, a letter or digit first"
        )
    passages = _chunks(connection, dimension)
    templates = [_index_template(f"{prefix}-chunks", "-*", chunk_mapping().version, passages)]
    for each in UBI:
        name, body = ubi_index(connection, each), ubi_body(connection, each)
        templates.append(_index_template(name, "", definition(each).version, body))
    pipelines = [_pipeline(prefix, each) for each in PIPELINES]
    fusing = {"hybrid": pipelines[0].processors}
    searches = [_search_template(prefix, each, fusing.get(each, frozenset())) for each in SEARCH_TEMPLATES]
    return [*templates, *pipelines, *searches]


def _chunks(connection: Connection, dimension: int) -> dict[str, Any]:
    """Returns what an index of passages is made with that another than Clausewatch makes, a copy perhaps."""
    body = index_body(connection, "", dimension)
    del body["mappings"]["_meta"]  # says of a generation what it holds
    settings = body["settings"]["index"]
    del settings["refresh_interval"]
    settings["number_of_replicas"] = connection.replicas
    return body


def _index_template(name: str, rest: str, version: int, template: Mapping[str, Any]) -> ClusterObject:
    """Returns the template for the index of a name, or for all whose names go on with ``rest``."""
    body = {"index_patterns": [f"{name}{rest}"], "priority": PRIORITY, "template": template}
    mark = Mark(version, fingerprint(body))
    marked = {
        **body,
        "version": version,
        "_meta": {"clausewatch": {"version": version, "fingerprint": mark.fingerprint}},
    }
    return ClusterObject(Kind.INDEX_TEMPLATE, name, mark, marked)


def _pipeline(prefix: str, name: str) -> ClusterObject:
    found = definition(f"pipelines/{name}")
    mark = Mark(found.version, fingerprint(found.content))
    body = {
        **found.content,
        "version": found.version,
        "description": f"{found.content['description']} ({mark})",
    }
    processors = (next(iter(each)) for each in found.content["phase_results_processors"])
    return ClusterObject(
        Kind.PIPELINE, f"{prefix}-{name.replace('_', '-')}", mark, body, frozenset(processors)
    )


def _search_template(prefix: str, name: str, processors: frozenset[str]) -> ClusterObject:
    searched = chunk_mapping().searched[TextField.TEXT]
    fields = json.dumps([f"{each.exact}^{each.weight:g}" for each in searched])
    found = search_template(name, {"fields": fields})
    mark = Mark(found.version, fingerprint(found.source))
    script = {"lang": "mustache", "source": f"{{{{! {mark} }}}}\n{found.source}"}
    return ClusterObject(Kind.SEARCH_TEMPLATE, f"{prefix}-{name}", mark, {"script": script}, processors)
