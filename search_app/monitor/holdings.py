"""What is held: documents, passages, labels, the index and what it lacks."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from sqlalchemy import func, select

from indexer.index.protocol import Detail, FacetName, Filters
from indexer.records import schema
from indexer.records.read import collection_names, totals
from search_app.monitor.family import age, gauge, labelled

if TYPE_CHECKING:
    from search_app.compose import Parts

Family = GaugeMetricFamily | CounterMetricFamily


def records(parts: "Parts") -> list[Family]:
    """Counts documents and passages by collection, and the files of all runs by outcome."""
    files = schema.run_files
    outcomes = select(files.c.outcome, func.count()).where(files.c.outcome.is_not(None))
    with parts.engine.connect() as connection:
        held = totals(connection)
        ended = connection.execute(outcomes.group_by(files.c.outcome)).all()
    return [
        labelled(
            GaugeMetricFamily("clausewatch_documents", "Searchable documents.", labels=["collection"]),
            (((name,), each.documents) for name, each in held.items()),
        ),
        labelled(
            GaugeMetricFamily("clausewatch_passages", "Passages of them.", labels=["collection"]),
            (((name,), each.chunks) for name, each in held.items()),
        ),
        labelled(
            GaugeMetricFamily("clausewatch_ingested_files", "Files of all runs.", labels=["outcome"]),
            (((outcome,), count) for outcome, count in ended),
        ),
    ]


def index(parts: "Parts") -> list[Family]:
    """Says which generation is served, and what of the records it does not have yet."""
    status, outbox = parts.index.status(), schema.outbox
    lacking = select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.seq > status.position)
    with parts.engine.connect() as connection:
        waiting, oldest = connection.execute(lacking).one()
    generation = GaugeMetricFamily(
        "clausewatch_index_generation_info", "The generation that is served.",
        labels=["backend", "generation", "previous", "encoder"],
    )  # fmt: skip
    generation.add_metric([status.backend, status.generation, status.previous or "", status.encoder], 1)
    late = age(oldest, datetime.now(UTC)) if oldest else 0.0
    return [
        generation,
        gauge("clausewatch_index_passages", "Passages in it.", status.chunks),
        gauge("clausewatch_index_size_bytes", "Bytes that it takes.", status.bytes),
        gauge("clausewatch_outbox_rows", "Changes that it does not have yet.", waiting),
        gauge("clausewatch_outbox_age_seconds", "Age of the oldest of them; 0 without any.", late),
    ]


def labels(parts: "Parts") -> list[Family]:
    """Counts passages by label and by who gave it, from the index, collection by collection."""
    given: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    with parts.engine.connect() as connection:
        names = collection_names(connection)
    for name in names:
        filters = Filters(collections=frozenset({name}))
        facets = parts.index.count(None, filters, detail=Detail.FACETS).facets
        found.update({(name, label): count for label, count in facets.get(FacetName.LABEL, {}).items()})
        sources = facets.get(FacetName.LABEL_SOURCE, {})
        given.update({(name, source): count for source, count in sources.items()})
    return [
        labelled(
            GaugeMetricFamily(
                "clausewatch_labelled_passages", "Passages with a label.", labels=["collection", "label"]
            ),
            found.items(),
        ),
        labelled(
            GaugeMetricFamily(
                "clausewatch_label_source_passages",
                "Passages with a label that a person, a model or a rule gave.",
                labels=["collection", "source"],
            ),
            given.items(),
        ),
    ]
