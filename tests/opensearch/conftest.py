"""A server that tests may kill and start again, and a cluster of three."""

from collections.abc import Iterator

import pytest

from tests.opensearch.server import Node, NoServerError, cluster, node


@pytest.fixture(scope="session")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A server of our own; a test that kills it starts it again."""
    try:
        with node(tmp_path_factory.mktemp("own-opensearch")) as started:
            yield started
    except NoServerError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """Three servers that form one cluster; a test that kills one starts it again."""
    try:
        with cluster(tmp_path_factory.mktemp("cluster")) as started:
            yield started
    except NoServerError as error:
        pytest.skip(str(error))
