"""Where the objects of a cluster lie: how each kind is looked up, put and deleted by its exact name."""

from collections.abc import Mapping
from typing import Any, Protocol

from opensearchpy import OpenSearch

from indexer.index.opensearch.provision.values import Installed, Kind, mark_in, mark_of

_IF_ANY = {"ignore": 404}


class Shelf(Protocol):
    """One kind of object."""

    def find(self, name: str) -> Installed | None:
        """Returns the object of a name; None where there is none."""
        ...

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        """Writes an object over the one of its name."""
        ...

    def delete(self, name: str) -> None:
        """Deletes an object."""
        ...


class _IndexTemplates:
    def __init__(self, client: OpenSearch) -> None:
        self._indices = client.indices

    def find(self, name: str) -> Installed | None:
        found = self._indices.get_index_template(name=name, params=_IF_ANY).get("index_templates")
        return Installed(mark_of(found[0]["index_template"].get("_meta"))) if found else None

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        self._indices.put_index_template(name=name, body=body)

    def delete(self, name: str) -> None:
        self._indices.delete_index_template(name=name)


class _Pipelines:
    def __init__(self, client: OpenSearch) -> None:
        self._pipelines = client.search_pipeline

    def find(self, name: str) -> Installed | None:
        found = self._pipelines.get(id=name, params=_IF_ANY).get(name)
        return Installed(mark_in(found.get("description", ""))) if found is not None else None

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        self._pipelines.put(id=name, body=body)

    def delete(self, name: str) -> None:
        self._pipelines.delete(id=name)


class _SearchTemplates:
    def __init__(self, client: OpenSearch) -> None:
        self._client = client

    def find(self, name: str) -> Installed | None:
        found = self._client.get_script(id=name, params=_IF_ANY)
        return Installed(mark_in(found["script"]["source"])) if found.get("found") else None

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        self._client.put_script(id=name, body=body)

    def delete(self, name: str) -> None:
        self._client.delete_script(id=name)


def shelves(client: OpenSearch) -> dict[Kind, Shelf]:
    """Returns where each kind lies."""
    return {
        Kind.INDEX_TEMPLATE: _IndexTemplates(client),
        Kind.PIPELINE: _Pipelines(client),
        Kind.SEARCH_TEMPLATE: _SearchTemplates(client),
    }
