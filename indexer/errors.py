"""The errors of the indexer package, one documented tree."""


class IndexerError(Exception):
    """Base of every error that this package raises on purpose."""


class ExtractionError(IndexerError):
    """A file gives no text. ``reason`` is a sentence that a person understands.

    Attributes:
        code: Stable word for statistics: encrypted, damaged, empty, no_text_layer, too_large,
            timed_out, out_of_memory, unreadable, unsupported.
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


class WriterBusyError(IndexerError):
    """Another process writes; the message names its process id and since when."""


class IndexUnavailableError(IndexerError):
    """The search index is missing, damaged, or was made by another version; says what to do."""


class RecordsUnavailableError(IndexerError):
    """The records database cannot be opened or is newer than this version."""


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
