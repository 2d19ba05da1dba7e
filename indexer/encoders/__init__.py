"""Which encoder is in use: kept among the stored files, told by the journal, flipped with its generation."""

from indexer.encoders.journal import Kept, chosen, find, kept_encoders, note, previous
from indexer.encoders.kept import keep, unpack
from indexer.encoders.switch import bring

__all__ = ["Kept", "bring", "chosen", "find", "keep", "kept_encoders", "note", "previous", "unpack"]
