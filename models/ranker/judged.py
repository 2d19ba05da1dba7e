"""Judged queries as numbers: features of their candidates and grades, without a word of query or clause.

What ships is a ruler that clicks cannot bend: rankers that learned from clicks are compared on it.
"""

import io
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import RankerError
from models.ranker.example import Example

_FILE = Path(__file__).parent / "rankers" / "contracts.judged.npz"
# Of the documents that the fusion ranks behind, more than any metric looks at.
_BEHIND = 10
_CANDIDATE, _REST, _RELEVANT = range(3)


def write_judged(examples: Sequence[Example], encoder: str) -> bytes:
    """Returns a file of judged queries with candidates of an encoder; equal values give equal bytes."""
    rows, values = [], []
    for number, example in enumerate(examples):
        codes = {document: code for code, document in enumerate(dict.fromkeys(_documents(example)))}
        values.append(example.values.astype(np.float32))
        for kind, documents in (
            (_CANDIDATE, example.documents),
            (_REST, example.rest[: _BEHIND + len(example.documents)]),
            (_RELEVANT, sorted(name for name, grade in example.judgements.items() if grade)),
        ):
            rows += [
                (number, kind, codes[document], example.judgements.get(document, 0)) for document in documents
            ]
    arrays: dict[str, NDArray[Any]] = {
        "values": np.concatenate(values),
        "rows": np.array(rows, np.int32),
        "encoder": np.frombuffer(encoder.encode(), np.uint8),
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.save(entry, array, allow_pickle=False)
            # A fixed time, so that equal values give equal bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), entry.getvalue(), zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def read_judged(content: bytes) -> tuple[str, tuple[Example, ...]]:
    """Returns the encoder's version and the queries. Raises RankerError where the file is damaged."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            values, rows = archive["values"].astype(np.float64), archive["rows"]
            encoder = archive["encoder"].tobytes().decode()
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RankerError(
            f"The judged queries that rankers are compared on cannot be read: {error}"
        ) from None
    examples, first = [], 0
    for number in range(int(rows[-1, 0]) + 1):
        own = rows[rows[:, 0] == number]
        candidates, rest = (_named(own[own[:, 1] == kind]) for kind in (_CANDIDATE, _REST))
        examples.append(
            Example(
                query=str(number),
                text="",
                values=values[first : first + len(candidates)],
                documents=candidates,
                judgements={str(row[2]): int(row[3]) for row in own},
                rest=rest,
            )
        )
        first += len(candidates)
    return encoder, tuple(examples)


def judged_for(encoder: str) -> tuple[Example, ...]:
    """Returns the judged queries that ship with the candidates of an encoder, in whatever precision.

    There are none for another encoder, or where they were left out. Raises RankerError where the file is
    damaged.
    """
    made, examples = _shipped()
    return examples if made.partition(":")[0] == encoder.partition(":")[0] else ()


@lru_cache(1)
def _shipped() -> tuple[str, tuple[Example, ...]]:
    return read_judged(_FILE.read_bytes()) if _FILE.is_file() else ("", ())


def _documents(example: Example) -> list[str]:
    return [*example.documents, *example.rest, *sorted(example.judgements)]


def _named(rows: NDArray[np.int32]) -> tuple[str, ...]:
    return tuple(str(code) for code in rows[:, 2].tolist())
