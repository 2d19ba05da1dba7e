"""Extract: from the bytes of a file to a document, or to a reason that a person understands."""

from pathlib import Path

from indexer.documents import Document
from indexer.errors import ExtractionError
from indexer.extract.detect import detect
from indexer.extract.formats import reader_for
from indexer.extract.limits import MAX_BYTES
from indexer.extract.tika import TikaServer

__all__ = ["VERSION", "extract", "extract_path"]

VERSION = "2"
"""Changes whenever the same bytes may give another text, so that documents are extracted again."""


def extract(content: bytes, file_name: str, tika: TikaServer | None = None) -> Document:
    """Reads a file whose format is found from its content.

    Args:
        content: The whole file.
        file_name: Its name with extension: the title where the format gives none, and a hint
            between kinds of text.
        tika: Reads what we do not; None where none is set.

    Returns:
        The document. Its text is blank only where all that it carries are attachments.

    Raises:
        UnsupportedFormatError: No extractor reads the format.
        ExtractionError: The file gives no text; code and reason say why. Nothing else is raised.
    """
    if not content.strip():
        raise ExtractionError("empty", "The file is empty.")
    _check_size(len(content))
    document = _translated(content, file_name, tika)
    if not document.text.strip() and not document.attachments:
        raise ExtractionError("empty", "The file holds no text.")
    return document


def extract_path(path: Path, name: str, tika: TikaServer | None = None) -> Document:
    """Reads a file from disk under a name, which may differ from its path; for worker processes.

    Raises:
        ExtractionError: As ``extract``; unreadable where the file cannot be opened.
    """
    try:
        _check_size(path.stat().st_size)
        content = path.read_bytes()
    except OSError as error:
        raise ExtractionError("unreadable", f"The file cannot be opened: {error.strerror}.") from error
    return extract(content, name, tika)


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        limit = f"{MAX_BYTES // 2**20} MiB"
        raise ExtractionError("too_large", f"The file has {size / 2**20:,.0f} MiB; the limit is {limit}.")


def _translated(content: bytes, file_name: str, tika: TikaServer | None) -> Document:
    try:
        media_type = detect(content, file_name)
        if media_type == "application/x-encrypted-office":
            raise ExtractionError(
                "encrypted", "The Office file is protected by a password: save it without one and try again."
            )
        return reader_for(media_type, tika)(content, file_name)
    except ExtractionError:
        raise
    except MemoryError as error:
        raise ExtractionError("out_of_memory", "Reading the file takes more memory than allowed.") from error
    except RecursionError as error:
        raise ExtractionError("damaged", "The file is nested too deeply to be a document.") from error
    except Exception as error:
        # Foreign parsers raise whatever they like on damaged input; the cause stays attached.
        reason = f"The file is damaged or not what it claims to be ({type(error).__name__}: {error})."
        raise ExtractionError("damaged", reason[:500]) from error
