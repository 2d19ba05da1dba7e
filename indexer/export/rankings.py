"""Judgements as the tools of information retrieval read them: TREC qrels, SVMlight, the files of BEIR."""

from collections.abc import Sequence

import orjson

from indexer.export.columns import Column, Row

# Features of a judgement in SVMlight, numbered from 1; one that is null is left out.
FEATURES = ("position", "keyword_rank", "semantic_rank", "keyword_score", "cosine", "fused")
# A pseudonym's digits that make a number; readers keep it in 64 bits with a sign.
_QID_DIGITS = 15


class _Lines:
    """Lines without a head."""

    def head(self) -> bytes:
        """Returns nothing."""
        return b""


class TrecQrels(_Lines):
    """``query 0 passage grade``, separated by spaces."""

    def __init__(self, columns: Sequence[Column]) -> None:
        names = [column.name for column in columns]
        self._query, self._chunk, self._grade = map(names.index, ("query", "chunk", "grade"))

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns the lines of some judgements."""
        lines = [f"{row[self._query]} 0 {row[self._chunk]} {row[self._grade]}\n" for row in rows]
        return "".join(lines).encode()


class SvmLight(_Lines):
    """``grade qid:N 1:value 2:value … # query passage``; rows of one query stand together."""

    def __init__(self, columns: Sequence[Column]) -> None:
        names = [column.name for column in columns]
        self._query, self._chunk, self._grade = map(names.index, ("query", "chunk", "grade"))
        self._features = [(number, names.index(name)) for number, name in enumerate(FEATURES, 1)]

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns the lines of some judgements."""
        return "".join(map(self._line, rows)).encode()

    def _line(self, row: Row) -> str:
        query = str(row[self._query])
        features = [f"{number}:{row[place]}" for number, place in self._features if row[place] is not None]
        number = int(query[1 : 1 + _QID_DIGITS], 16)
        return f"{row[self._grade]} qid:{number} {' '.join(features)} # {query} {row[self._chunk]}\n"


class BeirCorpus(_Lines):
    """``{"_id", "title", "text"}`` a line, of rows of these three."""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns the lines of some passages."""
        return _objects(("_id", "title", "text"), rows)


class BeirQueries(_Lines):
    """``{"_id", "text"}`` a line, of rows of these two."""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns the lines of some queries."""
        return _objects(("_id", "text"), rows)


class BeirQrels:
    """A line of names, then ``query-id corpus-id score`` separated by tabs, of rows of these three."""

    def head(self) -> bytes:
        """Returns the line of names."""
        return b"query-id\tcorpus-id\tscore\n"

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns the lines of some judgements."""
        return "".join(f"{query}\t{chunk}\t{grade}\n" for query, chunk, grade in rows).encode()


def _objects(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    option = orjson.OPT_APPEND_NEWLINE
    return b"".join(orjson.dumps(dict(zip(names, row, strict=True)), option=option) for row in rows)
