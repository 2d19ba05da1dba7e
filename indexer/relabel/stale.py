"""Which documents are stale: told by comparing fingerprints, never remembered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, select

from indexer.house import house_labeller
from indexer.labelling import Classifiers, Labelling, fits, labelling
from indexer.records import schema
from indexer.records.read import collection_names
from models.packs import Pack

_documents, _chunks = schema.documents, schema.chunks
# Documents that are looked at for one batch.
_MOST_DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class Stale:
    """What has other labels than those in force would give."""

    documents: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Old:
    """A document to relabel, as it was found.

    Attributes:
        made: Versions of extractor and chunker; another pair means that it was made anew since.
        labelled_by: Fingerprint of what gave its labels.
        chunks: Number of its passages.
        unfamiliar: How many of them are in words that the classifier did not learn from, as was found then.
    """

    id: str
    made: tuple[str, str]
    labelled_by: str
    chunks: int
    unfamiliar: int


def targets(
    connection: Connection,
    packs: Mapping[str, Pack],
    classifiers: Classifiers,
    encoder: str,
    collections: Iterable[str] = (),
) -> dict[str, Labelling]:
    """Returns what labels each collection now; of all collections where none is named."""
    names = list(collections) or collection_names(connection)
    return {
        name: labelling(
            packs[name], classifiers.classifier(packs[name]), encoder, house_labeller(connection, name)
        )
        for name in names
    }


def settled(
    connection: Connection, packs: Mapping[str, Pack], classifiers: Classifiers, encoder: str
) -> list[str]:
    """Returns the collections whose labels may be exchanged without being asked.

    Where something stands in for the classifier that was promoted, since its file is damaged or it needs
    another encoder, the labels that it gave are better than those that would replace them.
    """
    names = []
    for name in collection_names(connection):
        classifier = classifiers.classifier(packs[name])
        usable = classifier is None or fits(classifier.card, encoder)
        if usable and classifiers.settled(packs[name]):
            names.append(name)
    return names


def stale(connection: Connection, wanted: Mapping[str, Labelling]) -> dict[str, Stale]:
    """Returns for each collection how much of it is stale."""
    return {name: _count(connection, name, target.fingerprint) for name, target in wanted.items()}


def stale_documents(connection: Connection, collection: str, fingerprint: str) -> int:
    """Returns the number of stale documents of a collection."""
    query = select(func.count()).select_from(_documents).where(_is_stale(collection, fingerprint))
    return connection.execute(query).scalar_one()


def next_stale(
    connection: Connection, collection: str, fingerprint: str, after: str, limit: int, *, by: str = ""
) -> list[Old]:
    """Returns stale documents by id, beyond ``after``: of about ``limit`` passages, one document at least.

    ``by`` is the fingerprint that gave their labels; those of any where it is empty.
    """
    size = select(func.count()).where(_chunks.c.document == _documents.c.id).scalar_subquery()
    own = _documents.c
    query = (
        select(own.id, own.extractor, own.chunker, own.labelled_by, size, own.unfamiliar)
        .where(_is_stale(collection, fingerprint), own.id > after)
        .order_by(own.id)
        .limit(_MOST_DOCUMENTS)
    )
    if by:
        query = query.where(own.labelled_by == by)
    found: list[Old] = []
    total = 0
    for id_, extractor, chunker, labelled_by, chunks, unfamiliar in connection.execute(query):
        if found and total + chunks > limit:
            break
        found.append(Old(id_, (extractor, chunker), labelled_by, chunks, unfamiliar))
        total += chunks
    return found


def stale_fingerprints(connection: Connection, collection: str, fingerprint: str) -> list[str]:
    """Returns what the stale documents of a collection were labelled by."""
    own = _documents.c.labelled_by
    query = select(own).where(_is_stale(collection, fingerprint)).distinct().order_by(own)
    return list(connection.scalars(query))


def _count(connection: Connection, collection: str, fingerprint: str) -> Stale:
    chunks = select(func.count()).select_from(_chunks.join(_documents))
    documents = stale_documents(connection, collection, fingerprint)
    if not documents:
        return Stale()
    return Stale(documents, connection.execute(chunks.where(_is_stale(collection, fingerprint))).scalar_one())


def _is_stale(collection: str, fingerprint: str) -> ColumnElement[bool]:
    own = _documents.c
    return and_(own.collection == collection, own.status == "active", own.labelled_by != fingerprint)
