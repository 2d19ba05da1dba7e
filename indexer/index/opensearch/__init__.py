"""The index in an OpenSearch cluster (2.19 and newer): one document for each chunk."""

from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.index import OpenSearchIndex

__all__ = ["Connection", "OpenSearchIndex"]
