"""Makes what was recorded searchable; while the index is out of reach, the records go on alone."""

import logging
from collections.abc import Mapping

from sqlalchemy import Engine

from indexer.apply import apply_outbox
from indexer.errors import IndexUnreachableError
from indexer.index.protocol import ChunkIndex
from indexer.rebuild import ensure_index
from models.packs import Pack
from models.protocols import Encoder

_log = logging.getLogger(__name__)


class Searchable:
    """The index as one run sees it.

    Attributes:
        behind: Why the index lacks what was recorded; empty where it does not.
    """

    def __init__(
        self, engine: Engine, index: ChunkIndex, encoder: Encoder, packs: Mapping[str, Pack]
    ) -> None:
        self.behind = ""
        self._engine, self._index, self._encoder, self._packs = engine, index, encoder, packs
        self._ready = False

    def prepare(self) -> None:
        """Makes sure that there is an index to write to, unless it is out of reach.

        Raises:
            IndexUnavailableError: The index needs a rebuild.
        """
        try:
            self._ensure()
        except IndexUnreachableError as error:
            self._miss(error)

    def apply(self) -> None:
        """Brings the index up to the records; out of reach, it is brought there later. Raises likewise."""
        try:
            self._ensure()
            apply_outbox(self._engine, self._index, self._packs)
        except IndexUnreachableError as error:
            self._miss(error)
        else:
            self.behind = ""

    def _ensure(self) -> None:
        if not self._ready:
            ensure_index(self._engine, self._index, self._encoder, self._packs)
            self._ready = True

    def _miss(self, error: IndexUnreachableError) -> None:
        if not self.behind:
            _log.warning("Files are recorded, and searchable later: %s", error)
        self.behind = str(error)
