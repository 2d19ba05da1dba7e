"""Rows as Parquet, written a group of rows at a time.

A Parquet file ends with a directory of all that it holds, so that nothing can be added to one that was cut
short. A resumable export keeps batches of Arrow instead, each behind its length, and makes the file of them
in the end.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from indexer.errors import ExportError
from indexer.export.columns import Column, ColumnType, Row

if TYPE_CHECKING:
    import pyarrow

INSTALL = "Parquet needs the package pyarrow; run: pip install 'clausewatch[parquet]'"
# Batches that make one group of rows.
GROUP = 20
_LENGTH = struct.Struct("<Q")


class ArrowBatches:
    """Rows as Arrow record batches, each behind its length in 8 bytes."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._schema = _schema(columns)

    def head(self) -> bytes:
        """Returns nothing: the columns are known."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns one batch of some rows."""
        arrow = _arrow()
        values = zip(*rows, strict=True)
        arrays = [_array(list(each), field.type) for each, field in zip(values, self._schema, strict=True)]
        content = arrow.record_batch(arrays, schema=self._schema).serialize().to_pybytes()
        return _LENGTH.pack(len(content)) + bytes(content)

    def split(self, file: BinaryIO) -> Iterator[bytes]:
        """Yields the batches in a file as ``encode`` made them."""
        while length := file.read(_LENGTH.size):
            yield length + file.read(_LENGTH.unpack(length)[0])

    def join(self, batches: Iterator[bytes]) -> Iterator[bytes]:
        """Yields the Parquet file of batches, piece by piece."""
        arrow = _arrow()
        from pyarrow import parquet  # noqa: PLC0415 - only this format needs it

        sink = _Sink()
        with parquet.ParquetWriter(sink, self._schema, compression="zstd") as writer:
            while group := list(islice(batches, GROUP)):
                found = [arrow.ipc.read_record_batch(each[_LENGTH.size :], self._schema) for each in group]
                writer.write_table(arrow.Table.from_batches(found).combine_chunks())
                yield sink.taken()
        yield sink.taken()


class _Sink:
    """Holds what was written until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._held.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Does nothing: what is written waits to be taken."""

    def close(self) -> None:
        """Does nothing, for the same reason."""

    def taken(self) -> bytes:
        taken, self._held = b"".join(self._held), []
        return taken


def installed() -> bool:
    """Whether the package is there."""
    try:
        _arrow()
    except ExportError:
        return False
    return True


def _arrow() -> Any:  # noqa: ANN401 - a package without types
    try:
        import pyarrow  # noqa: PLC0415 - only this format needs it
    except ImportError as error:
        raise ExportError(INSTALL) from error
    return pyarrow


def _schema(columns: Sequence[Column]) -> "pyarrow.Schema":
    arrow = _arrow()
    types = {
        ColumnType.STRING: arrow.string(),
        ColumnType.INTEGER: arrow.int64(),
        ColumnType.FLOAT: arrow.float64(),
        ColumnType.BOOLEAN: arrow.bool_(),
        ColumnType.TIME: arrow.timestamp("ms", tz="UTC"),
    }
    return arrow.schema(
        [
            arrow.field(column.name, types[column.type], metadata={"description": column.about})
            for column in columns
        ]
    )


def _array(values: list[Any], kind: Any) -> Any:  # noqa: ANN401 - a package without types
    arrow = _arrow()
    if arrow.types.is_timestamp(kind):
        return arrow.array(values, arrow.string()).cast(kind)
    return arrow.array(values, kind)
