"""Puts our objects into a cluster and takes them out again; looks at all of them before it touches one."""

from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from indexer.errors import IndexerError
from indexer.index.opensearch.connection import Connection, described, translated
from indexer.index.opensearch.provision.indexes import remove_indexes
from indexer.index.opensearch.provision.objects import cluster_objects
from indexer.index.opensearch.provision.shelves import shelves
from indexer.index.opensearch.provision.values import ClusterObject, Installed, Outcome, Step

Found = tuple[ClusterObject, Installed | None]


def install(connection: Connection, dimension: int, *, dry_run: bool = False) -> list[Outcome]:
    """Installs what is missing or older; says of each object what was done, or would be.

    What the cluster cannot take, because a plugin is missing for instance, is impossible with its reason; the
    rest is installed.

    Args:
        connection: The cluster, and the prefix of all names.
        dimension: Length of the vectors of the passages.
        dry_run: Change nothing.

    Raises:
        IndexerError: An object of a name of ours is not ours, or newer; nothing was changed.
        IndexUnavailableError: The cluster cannot be reached.
        ValueError: The prefix cannot be used.
    """
    objects = cluster_objects(connection, dimension)
    with translated(connection):
        client = connection.client()
        found = _found(client, objects)
        _refuse_newer(found)
        processors = _processors(client)
        return [_install(client, wanted, present, processors, dry_run) for wanted, present in found]


def uninstall(connection: Connection, *, indexes: bool = False, dry_run: bool = False) -> list[Outcome]:
    """Removes what ``install`` put; with ``indexes`` also our indexes under the prefix and their data.

    Raises:
        IndexerError: An object or an index of a name of ours is not ours; nothing was changed.
        WriterBusyError: The indexes are to go and one of them is being written; nothing was changed.
        IndexUnavailableError: The cluster cannot be reached.
        ValueError: The prefix cannot be used.
    """
    objects = cluster_objects(connection, dimension=1)
    with translated(connection):
        client = connection.client()
        found = _found(client, objects)
        removed = remove_indexes(client, connection, dry_run=dry_run) if indexes else []
        return [_uninstall(client, each, present, dry_run) for each, present in found] + removed


def _found(client: OpenSearch, objects: list[ClusterObject]) -> list[Found]:
    """Returns each object with what lies under its name. Raises IndexerError where one is not ours."""
    places = shelves(client)
    found = [(each, places[each.kind].find(each.name)) for each in objects]
    foreign = [f"{each.kind} {each.name}" for each, present in found if present and not present.mark]
    if foreign:
        raise IndexerError(
            f"Not made by Clausewatch, and in the way: {', '.join(foreign)}. Nothing was changed; "
            "rename it, or choose another --prefix."
        )
    return found


def _refuse_newer(found: list[Found]) -> None:
    newer = [
        f"{wanted.kind} {wanted.name} (version {present.mark.version}, this is {wanted.mark.version})"
        for wanted, present in found
        if present and present.mark and present.mark.version > wanted.mark.version
    ]
    if newer:
        raise IndexerError(
            f"Installed by a newer version of Clausewatch: {', '.join(newer)}. Nothing was changed; use that "
            "version, or uninstall first."
        )


def _processors(client: OpenSearch) -> frozenset[str]:
    """Returns the search phase results processors that every node of the cluster has."""
    nodes = client.nodes.info(metric="search_pipelines")["nodes"].values()
    lists = [node.get("search_pipelines", {}).get("phase_results_processors", []) for node in nodes]
    kinds = [frozenset(each["type"] for each in processors) for processors in lists]
    return frozenset.intersection(*kinds) if kinds else frozenset()


def _install(
    client: OpenSearch,
    wanted: ClusterObject,
    present: Installed | None,
    processors: frozenset[str],
    dry_run: bool,
) -> Outcome:
    missing = sorted(wanted.processors - processors)
    if missing:
        reason = f"the neural-search plugin is missing, which brings {', '.join(missing)}"
        return Outcome(wanted.kind, wanted.name, Step.IMPOSSIBLE, reason)
    if present is not None and present.mark == wanted.mark:
        return Outcome(wanted.kind, wanted.name, Step.UNCHANGED)
    if not dry_run:
        try:
            shelves(client)[wanted.kind].put(wanted.name, wanted.body)
        except RequestError as error:
            reason = f"the cluster answers {described(error)}"
            return Outcome(wanted.kind, wanted.name, Step.IMPOSSIBLE, reason)
    return Outcome(wanted.kind, wanted.name, Step.CREATED if present is None else Step.REPLACED)


def _uninstall(client: OpenSearch, own: ClusterObject, present: Installed | None, dry_run: bool) -> Outcome:
    if present is None:
        return Outcome(own.kind, own.name, Step.ABSENT)
    if not dry_run:
        shelves(client)[own.kind].delete(own.name)
    return Outcome(own.kind, own.name, Step.REMOVED)
