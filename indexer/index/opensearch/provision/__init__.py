"""What Clausewatch puts into a cluster for its other clients: templates, pipelines, stored searches."""

from indexer.index.opensearch.provision.install import install, uninstall
from indexer.index.opensearch.provision.values import Outcome, Step

__all__ = ["Outcome", "Step", "install", "uninstall"]
