"""Shows model versions, learning, measurements and promotions in MLflow, which data scientists know."""

from indexer.mirror.facts import Fact, Model, ModelEntry
from indexer.mirror.project import Mirror, Mirrored
from indexer.mirror.store import Access, MlflowStore

__all__ = ["Access", "Fact", "Mirror", "Mirrored", "MlflowStore", "Model", "ModelEntry"]
