"""What was labelled elsewhere, taken over into the records, and taken back as a whole."""

from indexer.imports.labels import Imported, LabelImport
from indexer.imports.log import Import, imports
from indexer.imports.undo import undo

__all__ = ["Import", "Imported", "LabelImport", "imports", "undo"]
