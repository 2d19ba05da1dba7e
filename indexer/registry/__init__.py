"""Which classifiers there are, which one labels, and which did before: files, versions and a journal."""

from indexer.registry.files import ModelFiles, ProductModels
from indexer.registry.journal import Action, Entry, ModelVersion, Origin
from indexer.registry.ranker_versions import RankerVersion
from indexer.registry.rankers import Rankers, RankerState
from indexer.registry.registry import Registry
from indexer.registry.state import ModelState

__all__ = [
    "Action",
    "Entry",
    "ModelFiles",
    "ModelState",
    "ModelVersion",
    "Origin",
    "ProductModels",
    "RankerState",
    "RankerVersion",
    "Rankers",
    "Registry",
]
