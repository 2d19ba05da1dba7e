"""What was labelled or judged elsewhere, taken over into the records, and taken back as a whole."""

from indexer.imports.judged import imported_judgements, judged_here
from indexer.imports.judgements import ImportedJudgements, import_judgements
from indexer.imports.labels import Imported, LabelImport
from indexer.imports.log import Import, imports
from indexer.imports.undo import undo

__all__ = [
    "Import",
    "Imported",
    "ImportedJudgements",
    "LabelImport",
    "import_judgements",
    "imported_judgements",
    "imports",
    "judged_here",
    "undo",
]
