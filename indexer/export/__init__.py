"""Exports for data scientists: kinds of documented rows, in several formats, in a stable order."""

from indexer.export.columns import Column, ColumnType, Kind, Personal, Position, Selection
from indexer.export.files import Exported, export_file
from indexer.export.formats import FORMATS, Format, formats_of
from indexer.export.kinds import KINDS
from indexer.export.parquet import INSTALL as PARQUET_INSTALL
from indexer.export.parquet import installed as parquet_installed
from indexer.export.pseudonyms import Pseudonyms
from indexer.export.streaming import Request, stream

__all__ = [
    "FORMATS",
    "KINDS",
    "PARQUET_INSTALL",
    "Column",
    "ColumnType",
    "Exported",
    "Format",
    "Kind",
    "Personal",
    "Position",
    "Pseudonyms",
    "Request",
    "Selection",
    "export_file",
    "formats_of",
    "parquet_installed",
    "stream",
]
