"""The rows of a document, from what was extracted and what the models say of it."""

import json
from collections.abc import Mapping
from typing import Any

from indexer.documents import Chunk, Document
from indexer.enrich import Enrichment
from indexer.ids import chunk_id, chunk_key, text_hash
from indexer.ingest.values import File
from indexer.records.codec import blocks_to_bytes, boxes_to_bytes, storable
from indexer.records.labels import prediction_row

Row = Mapping[str, Any]

_TITLE_LENGTH = 500


def document_row(
    document: str, collection: str, file: File, found: Document, enrichment: Enrichment
) -> dict[str, Any]:
    """Returns the row of a document, without status, parent, versions and time."""
    return {
        "id": document,
        "collection": collection,
        "digest": file.digest,
        "title": storable(found.title)[:_TITLE_LENGTH] or file.name,
        "file_name": storable(file.name),
        "media_type": found.media_type[:128],
        "document_type": enrichment.document_type,
        "document_date": enrichment.date.isoformat() if enrichment.date else None,
        "pages": len(found.pages),
        "characters": len(found.text),
        "bytes": file.bytes,
        "warnings": json.dumps(list(found.warnings)),
        "facts": json.dumps({key: storable(value) for key, value in found.metadata.items()}),
        "labelled_by": enrichment.labelled_by,
        "unfamiliar": enrichment.unfamiliar,
    }


def text_row(document: str, found: Document) -> Row:
    """Returns the row of a document's text and blocks."""
    return {"document": document, "text": found.text, "blocks": blocks_to_bytes(found.blocks)}


def page_rows(document: str, found: Document) -> list[Row]:
    """Returns the rows of a document's pages."""
    return [
        {
            "document": document,
            "number": page.number,
            "start": page.start,
            "end": page.end,
            "width": page.width,
            "height": page.height,
            "boxes": boxes_to_bytes(page.boxes),
        }
        for page in found.pages
    ]


def chunk_rows(document: str, chunks: tuple[Chunk, ...], chunker: str) -> list[Row]:
    """Returns the rows of a document's passages, ids and keys derived."""
    ids = [chunk_id(document, chunk.ordinal, chunker) for chunk in chunks]
    return [
        {
            "key": chunk_key(identity),
            "id": identity,
            "document": document,
            "ordinal": chunk.ordinal,
            "start": chunk.start,
            "end": chunk.end,
            "page": chunk.page,
            "section": chunk.section,
            "text": chunk.text,
            "text_hash": text_hash(chunk.text),
        }
        for identity, chunk in zip(ids, chunks, strict=True)
    ]


def prediction_rows(chunks: list[Row], enrichment: Enrichment) -> list[Row]:
    """Returns the rows of the labels of a document's passages."""
    return [
        prediction_row(chunk["key"], label)
        for chunk, found in zip(chunks, enrichment.labels, strict=True)
        for label in found
    ]
