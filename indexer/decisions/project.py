"""Projects what people decided onto the passages of documents, where labels are looked up.

A decision belongs to a text in a document and in what stood at the same source before or after it. Where a
passage reads word for word alike, it holds; where it reads otherwise, it is kept as a question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, union

from indexer.decisions.read import decisions_of, seniors
from indexer.decisions.values import Subject, Verdict, verdicts
from indexer.decisions.wording import likest, profile
from indexer.records import schema
from indexer.records.labels import prediction_row
from models.labels import LabelPrediction, LabelSource, Standing, Trigger
from models.packs import Pack

PREFIX = "decision:"
"""Stands before the act that a label of a person comes from, where others name the model."""

_chunks, _predictions, _changed = schema.chunks, schema.predictions, schema.changed_decisions
_versions, _decisions, _documents = schema.source_versions, schema.decisions, schema.documents
_PER_STATEMENT = 500


def project(connection: Connection, documents: Sequence[str], packs: Mapping[str, Pack]) -> set[str]:
    """Brings the labels by people of some documents up to the decisions; returns those where they differ.

    Inside the caller's transaction; documents of which nobody decided anything are left as they are.

    Args:
        connection: To the records.
        documents: Their ids.
        packs: The pack of each collection: of labels that were renamed since, the present name counts.
    """
    deciding = seniors(connection)
    return {
        each
        for each, collection in _decided(connection, documents)
        if _project(connection, each, packs[collection], deciding)
    }


def family(connection: Connection, document: str) -> list[str]:
    """Returns the documents that stood at one of a document's sources, itself among them."""
    return sorted({document, *connection.scalars(_relatives(_versions.c.document == document))})


def label_by_people(verdict: Verdict, label: str) -> LabelPrediction:
    """Returns what people say of a label of a passage, as labels are kept."""
    standing, probability = Standing.UNSURE, 0.5
    if verdict.applies is not None:
        standing = Standing.SPEAKS if verdict.applies else Standing.DENIED
        probability = float(verdict.applies)
    line = verdict.decision
    spans = [line.span] if line.span and verdict.applies else []
    triggers = tuple(Trigger(start, end, line.text[start:end]) for start, end in spans)
    model = f"{PREFIX}{line.act}"
    return LabelPrediction(label, probability, LabelSource.HUMAN, model, triggers, standing)


def _decided(connection: Connection, documents: Sequence[str]) -> list[tuple[str, str]]:
    """Returns those of whose family somebody decided something, in order, each with its collection."""
    found: set[str] = set()
    other = _versions.alias()
    for start in range(0, len(documents), _PER_STATEMENT):
        part = documents[start : start + _PER_STATEMENT]
        own = select(_decisions.c.document).where(_decisions.c.document.in_(part))
        relatives = (
            select(_versions.c.document)
            .join(other, other.c.source == _versions.c.source)
            .join(_decisions, _decisions.c.document == other.c.document)
            .where(_versions.c.document.in_(part))
        )
        found |= set(connection.scalars(union(own, relatives)))
    collection = select(_documents.c.collection)
    return [
        (each, connection.scalars(collection.where(_documents.c.id == each)).one()) for each in sorted(found)
    ]


def _relatives(condition: ColumnElement[bool]) -> Any:  # noqa: ANN401 - SQLAlchemy's select of one column
    return select(_versions.c.document).where(
        _versions.c.source.in_(select(_versions.c.source).where(condition))
    )


def _project(connection: Connection, document: str, pack: Pack, deciding: frozenset[str]) -> bool:
    lines = decisions_of(connection, family(connection, document))
    said = verdicts((replace(line, label=pack.current(line.label)) for line in lines), deciding)
    query = select(_chunks.c.key, _chunks.c.text_hash, _chunks.c.text).where(_chunks.c.document == document)
    passages = connection.execute(query.order_by(_chunks.c.ordinal)).all()
    rows = [
        prediction_row(passage.key, label_by_people(verdict, label))
        for passage in passages
        for (text_hash, label), verdict in said.items()
        if text_hash == passage.text_hash
    ]
    _write_changed(connection, document, passages, said, rows)
    return _write(connection, document, rows)


def _write(connection: Connection, document: str, rows: list[dict[str, Any]]) -> bool:
    """Exchanges the labels by people of a document; returns whether they differ from those before."""
    own = _predictions.c.chunk.in_(select(_chunks.c.key).where(_chunks.c.document == document))
    by_people = own & (_predictions.c.source == LabelSource.HUMAN.value)
    before = [row._mapping for row in connection.execute(select(_predictions).where(by_people))]
    if _values(before) == _values(rows):
        return False
    connection.execute(delete(_predictions).where(by_people))
    if rows:
        connection.execute(insert(_predictions), rows)
    return True


def _write_changed(
    connection: Connection,
    document: str,
    passages: Sequence[Row[Any, Any, Any]],
    said: Mapping[Subject, Verdict],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Notes which passages are another wording of what people spoke of, unless they spoke of them too."""
    own = select(_chunks.c.key).where(_chunks.c.document == document)
    connection.execute(delete(_changed).where(_changed.c.chunk.in_(own)))
    here = {passage.text_hash for passage in passages}
    elsewhere = {subject: verdict for subject, verdict in said.items() if subject[0] not in here}
    if not elsewhere or not passages:
        return
    taken = {(row["chunk"], row["label"]) for row in rows}
    profiles = {passage.key: profile(passage.text) for passage in passages}
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for (_, label), verdict in elsewhere.items():
        key, similarity = likest(verdict.decision.text, profiles)
        if key is None or verdict.applies is None or (key, label) in taken:
            continue
        row = {"chunk": key, "label": label, "decision": verdict.decision.seq, "similarity": similarity}
        older = found.get((key, label))
        if older is None or older["decision"] < row["decision"]:
            found[key, label] = row
    if found:
        connection.execute(insert(_changed), list(found.values()))


def _values(rows: Iterable[Mapping[Any, Any]]) -> set[tuple[Any, ...]]:
    return {tuple(row[column.name] for column in _predictions.c) for row in rows}
