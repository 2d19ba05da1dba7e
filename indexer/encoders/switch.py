"""Makes the generation of an encoder the current one: it is there, it was there before, or it is built."""

from collections.abc import Mapping

from sqlalchemy import Engine

from indexer.apply import apply_outbox
from indexer.errors import IndexUnavailableError, IndexUnreachableError, NewerIndexError
from indexer.index.protocol import ChunkIndex, IndexStatus
from indexer.rebuild import Report, encode_missing, rebuild, rollback, silent
from models.packs import Pack
from models.protocols import Encoder


def bring(
    engine: Engine, index: ChunkIndex, encoder: Encoder, packs: Mapping[str, Pack], report: Report = silent
) -> IndexStatus:
    """Makes a generation with the vectors of an encoder current, and brings it up to the records.

    Killed at any moment it leaves one of both in place, and can be called again. Call it while holding the
    writer lock; encode beforehand without it (``encode_missing``), since that takes long.

    Args:
        engine: The records.
        index: As opened for this encoder.
        encoder: The encoder.
        packs: Those of the collections.
        report: Told passages done, of how many.

    Raises:
        IndexUnreachableError: The index does not answer.
        IndexUnavailableError: The new generation does not hold what the records hold.
        WriterBusyError: Another process writes the index.
    """
    encode_missing(engine, encoder, report)
    for way in (_as_it_is, rollback):
        try:
            return way(engine, index, packs)
        except (IndexUnreachableError, NewerIndexError):
            raise
        except IndexUnavailableError:
            continue  # neither the current one nor the one before is of this encoder
    return rebuild(engine, index, encoder, packs, report)


def _as_it_is(engine: Engine, index: ChunkIndex, packs: Mapping[str, Pack]) -> IndexStatus:
    index.status()
    apply_outbox(engine, index, packs)
    return index.status()
