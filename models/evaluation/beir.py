"""Reads a folder in the layout of BEIR: corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import EvaluationError

Qrels = dict[str, dict[str, int]]
_MOST_UNKNOWN = 5
_HIGHEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged data.

    Attributes:
        corpus: Text of each document by its id, with the title, where there is one, as first line.
        queries: Text of each judged query by its id.
        qrels: Grade of each judged document by query and document, at least 0; every id in it is
            one of the corpus and of the queries.
        unknown: Where a judgement speaks of a query or a document that does not exist; it is left out. The
            first few of them.
    """

    corpus: Mapping[str, str]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]
    unknown: tuple[str, ...] = ()


def read_judged(directory: Path, split: str | None = None) -> Judged:
    """Reads a folder.

    Args:
        directory: The folder.
        split: Name of one file of judgements, e.g. ``"test"``; None for all of them together.

    Raises:
        EvaluationError: A file is missing or malformed, the message names it and the line; or no
            judgement speaks of a query and a document that exist.
    """
    corpus = dict(_records(directory / "corpus.jsonl", _titled))
    queries = dict(_records(directory / "queries.jsonl", _text))
    qrels: Qrels = {}
    unknown: list[str] = []
    for path in _splits(directory / "qrels", split):
        for query, document, grade, place in _judgements(path, corpus, queries):
            if query not in queries or document not in corpus:
                unknown.append(f"{place}: query {query!r}, document {document!r}")
                del unknown[_MOST_UNKNOWN:]
            elif qrels.setdefault(query, {}).setdefault(document, grade) != grade:
                raise EvaluationError(f"{place}: {query!r} and {document!r} already have another grade")
    if not qrels:
        raise EvaluationError(f"{directory}: no judgement speaks of a query and a document that exist")
    return Judged(corpus, {query: queries[query] for query in qrels}, qrels, tuple(unknown))


def _records(path: Path, text: Callable[[dict[str, object]], str]) -> Iterator[tuple[str, str]]:
    for number, line in _lines(path):
        try:
            record = json.loads(line)
            yield str(record["_id"]), text(record)
        except KeyError as error:
            raise EvaluationError(f"{path}:{number}: the key {error} is missing") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{path}:{number}: no JSON object ({error})") from error


def _text(record: dict[str, object]) -> str:
    return str(record["text"])


def _titled(record: dict[str, object]) -> str:
    title, text = str(record.get("title") or ""), str(record["text"])
    return f"{title}\n{text}" if title else text


def _splits(folder: Path, split: str | None) -> list[Path]:
    existing = sorted(folder.glob("*.tsv"))
    chosen = [path for path in existing if split in {None, path.stem}]
    if not chosen:
        names = ", ".join(path.stem for path in existing) or "none"
        wanted = f"no split {split!r}" if split else "no file *.tsv"
        raise EvaluationError(f"{folder}: {wanted}; splits that exist: {names}")
    return chosen


def _judgements(
    path: Path, corpus: Mapping[str, str], queries: Mapping[str, str]
) -> Iterator[tuple[str, str, int, str]]:
    """Yields query, document, grade and place of each judgement."""
    for ordinal, (number, line) in enumerate(_lines(path)):
        place, cells = f"{path}:{number}", line.split("\t")
        if len(cells) != 3:
            raise EvaluationError(f"{place}: {len(cells)} columns, expected query-id, corpus-id and score")
        if ordinal == 0:
            if cells[2].strip().lstrip("-").isdigit():
                raise EvaluationError(f"{place}: expected the header query-id, corpus-id, score")
            continue
        yield _id(cells[0], queries), _id(cells[1], corpus), _grade(cells[2], place), place


def _id(cell: str, known: Mapping[str, str]) -> str:
    """Undoes the quoting of CSV writers, but not where the quotes belong to the id itself."""
    quoted = len(cell) >= 2 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if quoted and cell not in known else cell


def _grade(cell: str, place: str) -> int:
    try:
        # Below zero stands for junk in some collections; the metrics know no less than irrelevant.
        grade = max(0, int(cell))
    except ValueError as error:
        raise EvaluationError(f"{place}: score {cell!r}, expected a whole number") from error
    if grade > _HIGHEST:
        raise EvaluationError(f"{place}: score {cell!r}, expected at most {_HIGHEST}")
    return grade


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yields each line that is not blank with its number, counted from 1."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except FileNotFoundError as error:
        raise EvaluationError(f"{path}: this file is missing") from error
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: cannot be read ({error})") from error
