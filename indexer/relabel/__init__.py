"""Relabelling: of documents whose labels come from other versions than those in force."""

from indexer.relabel.stale import Stale, settled, stale, stale_documents, targets
from indexer.relabel.work import Relabel, Relabelled

__all__ = ["Relabel", "Relabelled", "Stale", "settled", "stale", "stale_documents", "targets"]
