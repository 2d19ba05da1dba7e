"""Writes what was found: documents, sources, outcomes and the outbox, inside the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, delete, insert, select, update

from indexer.decisions import project
from indexer.enrich import Enrichment
from indexer.errors import UnsupportedFormatError
from indexer.ids import document_id
from indexer.ingest.rows import chunk_rows, document_row, page_rows, prediction_rows, text_row
from indexer.ingest.sources import Arrival, Place, children_of, drop_children, enqueue, place
from indexer.ingest.values import Finding, Outcome, Result
from indexer.ingest.versions import LATER, Versions
from indexer.reading import Extracted
from indexer.records import schema
from indexer.records.write import upsert
from models.packs import Pack

_KEPT = " The version that was read before stays searchable."


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is the same for all files of a run: ``now`` is UTC ISO 8601.

    Attributes:
        packs: The pack of each collection, looked up where people decided about labels.
    """

    run: str
    collection: str
    versions: Versions
    now: str
    packs: Mapping[str, Pack] = field(default_factory=dict)


def store(
    connection: Connection, ledger: Ledger, finding: Finding, mail: Place | None = None
) -> list[Result]:
    """Writes a finding with its attachments; doing it twice changes nothing.

    ``mail`` is where the file that holds this one was placed. Returns the outcomes, the file's own first.
    """
    if finding.failure is not None:
        return [_failed(connection, ledger, finding)]
    document = document_id(ledger.collection, finding.digest)
    fresh = _write_document(connection, ledger, document, finding, mail)
    arrival = Arrival(ledger.collection, finding.file, document, ledger.now, mail)
    placed = place(connection, arrival, fresh=fresh)
    if placed.outcome is Outcome.INDEXED and project(connection, [document], ledger.packs):
        enqueue(connection, document, ledger.now)
    chunks = _chunk_count(connection, document)
    result = Result(
        finding.file,
        finding.digest,
        placed.outcome,
        document,
        chunks,
        reason=placed.reason,
        seconds=finding.seconds,
    )
    _note(connection, ledger, result)
    return [result, *_attachments(connection, ledger, finding, placed)]


def _attachments(connection: Connection, ledger: Ledger, finding: Finding, placed: Place) -> list[Result]:
    if finding.extracted is None:
        return _untouched(connection, ledger, finding, placed)
    results = [
        result
        for attachment in finding.attachments
        for result in store(connection, ledger, attachment, placed)
    ]
    # What was read before stays while the server that reads it is away.
    kept = {result.file.uri for result in results if result.document is not None or result.code in LATER}
    drop_children(connection, placed.source, kept, ledger.now)
    return results


def _untouched(connection: Connection, ledger: Ledger, finding: Finding, placed: Place) -> list[Result]:
    """Notes the attachments of a mail that did not change: they did not change either."""
    results = []
    for child in children_of(connection, placed.source):
        file = replace(finding.file, uri=child.uri, name=child.uri.rpartition("#")[2], bytes=child.bytes)
        count = _chunk_count(connection, child.document)
        result = Result(file, child.digest, Outcome.UNCHANGED, child.document, count)
        _note(connection, ledger, result)
        results.append(result)
        results += _untouched(
            connection, ledger, Finding(file, child.digest), replace(placed, source=child.id)
        )
    return results


def _failed(connection: Connection, ledger: Ledger, finding: Finding) -> Result:
    failure = finding.failure
    assert failure is not None
    sources = schema.sources
    known = select(sources.c.document).where(
        sources.c.collection == ledger.collection,
        sources.c.uri == finding.file.uri,
        sources.c.gone_at.is_(None),
    )
    kept = _KEPT if connection.execute(known).first() else ""
    unsupported = isinstance(failure, UnsupportedFormatError) or failure.code == "unsupported"
    result = Result(
        finding.file,
        finding.digest,
        Outcome.UNSUPPORTED if unsupported else Outcome.FAILED,
        code=failure.code,
        reason=failure.reason + kept,
        seconds=finding.seconds,
    )
    _note(connection, ledger, result)
    return result


def _write_document(
    connection: Connection,
    ledger: Ledger,
    document: str,
    finding: Finding,
    mail: Place | None,
) -> bool:
    """Writes a document's content. Returns False where it stands there already, made by these versions."""
    table, found = schema.documents, finding.extracted
    enrichment = finding.enrichment
    if found is None or enrichment is None:
        return False
    present = connection.execute(select(table).where(table.c.id == document)).first()
    extractor, chunker = ledger.versions.of(finding), ledger.versions.chunker
    if present is not None and (present.extractor, present.chunker) == (extractor, chunker):
        return False
    file = replace(finding.file, digest=finding.digest)
    row = document_row(document, ledger.collection, file, found.document, enrichment)
    row |= {"extractor": extractor, "chunker": chunker, "status": "active"}
    if present is None:
        parent = mail.document if mail is not None else None
        connection.execute(insert(table).values(**row, parent=parent, created_at=ledger.now))
    else:
        connection.execute(update(table).where(table.c.id == document).values(**row))
        _clear(connection, document)
    _write_content(connection, document, found, enrichment, chunker=chunker)
    enqueue(connection, document, ledger.now)
    return True


def _write_content(
    connection: Connection, document: str, found: Extracted, enrichment: Enrichment, *, chunker: str
) -> None:
    connection.execute(insert(schema.document_texts), text_row(document, found.document))
    chunks = chunk_rows(document, found.chunks, chunker)
    for table, rows in (
        (schema.document_pages, page_rows(document, found.document)),
        (schema.chunks, chunks),
        (schema.predictions, prediction_rows(chunks, enrichment)),
    ):
        if rows:
            connection.execute(insert(table), rows)


def _clear(connection: Connection, document: str) -> None:
    own = select(schema.chunks.c.key).where(schema.chunks.c.document == document)
    for about in (schema.predictions, schema.changed_decisions):
        connection.execute(delete(about).where(about.c.chunk.in_(own)))
    for table in (schema.chunks, schema.document_pages, schema.document_texts):
        connection.execute(delete(table).where(table.c.document == document))


def _chunk_count(connection: Connection, document: str) -> int:
    table = schema.chunks
    last = select(table.c.ordinal).where(table.c.document == document).order_by(table.c.ordinal.desc())
    found = connection.execute(last.limit(1)).scalar()
    return 0 if found is None else found + 1


def _note(connection: Connection, ledger: Ledger, result: Result) -> None:
    row = {
        "run": ledger.run,
        "uri": result.file.uri,
        "digest": result.digest or None,
        "bytes": result.file.bytes,
        "outcome": result.outcome.value,
        "code": result.code,
        "reason": result.reason,
        "document": result.document,
        "chunks": result.chunks,
        "seconds": result.seconds,
    }
    upsert(connection, schema.run_files, [row])
