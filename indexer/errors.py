"""The errors of the indexer package, one documented tree."""

from collections.abc import Mapping


class IndexerError(Exception):
    """Base of every error that this package raises on purpose."""


class ExtractionError(IndexerError):
    """A file gives no text. ``reason`` is a sentence that a person understands.

    Attributes:
        code: Stable word for statistics: encrypted, damaged, empty, no_text_layer, too_large,
            timed_out, out_of_memory, unreadable, unsupported, needs_tika, unreachable, server_failed.
        reason: The sentence, naming what is wrong and, where there is one, the remedy.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class UnsupportedFormatError(ExtractionError):
    """No extractor reads this format."""

    def __init__(self, reason: str) -> None:
        super().__init__("unsupported", reason)


class NeedsTikaError(UnsupportedFormatError):
    """No extractor of ours reads this format and no Tika server is set, which would."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.code = "needs_tika"


class WriterBusyError(IndexerError):
    """Another process writes; the message names its process id and since when."""


class IndexUnavailableError(IndexerError):
    """The search index is missing, damaged, or was made by another version; says what to do."""


class IndexUnreachableError(IndexUnavailableError):
    """The search index does not answer or takes no changes for now; the same is tried again later."""


class NewerIndexError(IndexUnavailableError):
    """The search index was made by a newer version, which may still use it; says what to do."""


class OtherEncoderError(IndexUnavailableError):
    """The search index was made with another encoder; nobody but a person changes that."""


class RecordsUnavailableError(IndexerError):
    """The records database cannot be opened or is newer than this version."""


class ModelRegistryError(IndexerError):
    """There is no such model version, or none to go back to; says which there are."""


class BackupError(IndexerError):
    """A backup cannot be made or restored; says why, and what to do."""


class RecordsUnreachableError(RecordsUnavailableError):
    """The server of the records does not answer for now."""


class UnknownDocumentError(IndexerError):
    """No document, chunk or page with this identifier."""


class UnknownRunError(IndexerError):
    """No ingest run with this identifier."""


class UnknownPathError(IndexerError):
    """A path that was to be ingested does not exist."""


class CollectionNameError(IndexerError):
    """A collection's name cannot be used; says what a name looks like."""


class ClusterUnavailableError(IndexerError):
    """The Ray cluster is not installed, cannot be reached, or has another version; says what to do."""


class DecisionError(IndexerError):
    """A decision on a label cannot be taken down or taken back; says what was asked and what is possible."""


class HouseRuleError(IndexerError):
    """A rule of the house cannot be put to work or retired.

    Attributes:
        problems: What is wrong, in plain words, by field; under an empty name what concerns no field.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {said}" if name else said for name, said in problems.items()))
        self.problems = dict(problems)


class ImportingError(IndexerError):
    """Nothing of a file can be taken over, or there is no such import; says why, and which there are."""


class ExportError(IndexerError):
    """An export cannot be made: a package is missing, or its place cannot be written; says what to do."""


class ExperimentError(IndexerError):
    """An experiment is wrongly described, not there, or its data changed; names field and line."""


class MirrorError(IndexerError):
    """MLflow is not installed, does not answer, or refuses what it is told; says what to do."""
