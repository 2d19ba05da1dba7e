"""The stages of an ingest on the machines of a Ray cluster; the process that drives them stays the writer."""

from indexer.ray_cluster.encoder import RayEncoder, batches
from indexer.ray_cluster.pool import RayPool
from indexer.ray_cluster.session import connect
from indexer.ray_cluster.stages import Setup

__all__ = ["RayEncoder", "RayPool", "Setup", "batches", "connect"]
