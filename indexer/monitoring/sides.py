"""Which documents are new, which they are compared with, and where each came from."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from indexer.ingest.sources import UPLOAD
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.watches import watches

# A comparison says little of fewer, and nothing more of more: those with the smallest ids, which are hashes.
LEAST_NEW, LEAST_OLD, MOST = 10, 20, 400
_MAIL = "message/rfc822"
_documents, _sources = schema.documents, schema.sources
_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Frame:
    """What is compared: documents that came after ``new_from`` with those that stood there at ``old_until``.

    Times are UTC ISO 8601. ``promoted`` says that the latter is when the classifier was promoted.
    """

    new_from: str
    old_until: str
    promoted: bool


@dataclass(slots=True)
class Sides:
    """The documents of both sides, of one source or of all: a fair sample by id, and how many there are."""

    new: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    all_new: int = 0
    all_old: int = 0

    def comparable(self) -> bool:
        """Whether there are enough of both."""
        return len(self.new) >= LEAST_NEW and len(self.old) >= LEAST_OLD

    def add(self, document: str, *, new: bool) -> None:
        """Takes a document; they come in order of their ids."""
        self.all_new += new
        self.all_old += not new
        kept = self.new if new else self.old
        if len(kept) < MOST:
            kept.append(document)


def frame(connection: Connection, collection: str, promoted: str, now: datetime, days: int) -> Frame:
    """Returns what is compared: documents of the last days with those at the promotion, else with older ones.

    Args:
        connection: To the records.
        collection: Whose documents.
        promoted: When the classifier began to label; empty for none.
        now: With a time zone.
        days: How old a new document may be.
    """
    recent = time_to_text(now - timedelta(days=days))
    own = _documents.c
    stood = (own.collection == collection) & (own.status == "active") & (own.created_at <= promoted)
    query = select(func.count()).select_from(_documents).where(stood)
    if promoted and connection.execute(query).scalar_one() >= LEAST_OLD:
        return Frame(max(promoted, recent), promoted, promoted=True)
    return Frame(recent, recent, promoted=False)


def sides(connection: Connection, collection: str, limits: Frame) -> dict[str, Sides]:
    """Returns both sides of each source, and of all under an empty name; memory does not grow with them."""
    watched = sorted((str(each.path) for each in watches(connection)), key=len, reverse=True)
    found: dict[str, Sides] = defaultdict(Sides)
    for row in _rows(connection, collection):
        new = row.created_at > limits.new_from
        if new or row.created_at <= limits.old_until:
            mail = row.media_type == _MAIL
            source = source_of(row.uri or "", watched, mail=mail, attached=row.parent is not None)
            for name in ("", source):
                found[name].add(row.id, new=new)
    return dict(found)


def source_of(uri: str, watched: Sequence[str], *, mail: bool, attached: bool) -> str:
    """Returns where a document came from, in words.

    Args:
        uri: Where it lies.
        watched: Watched folders, those within others first.
        mail: Whether it is an e-mail.
        attached: Whether it was attached to one.
    """
    folder = next((each for each in watched if uri.startswith(f"{each}/")), "")
    place = "uploads" if uri.startswith(UPLOAD) else f"folder {folder}" if folder else "files"
    kind = "e-mails in " if mail else "attachments in " if attached else ""
    return f"{kind}{place}"[:200]


def _rows(connection: Connection, collection: str) -> Iterator[Any]:
    own = _documents.c
    uri = (
        select(_sources.c.uri)
        .where(_sources.c.document == own.id)
        .order_by(_sources.c.id)
        .limit(1)
        .scalar_subquery()
    )
    columns = (own.id, own.created_at, own.media_type, own.parent, uri.label("uri"))
    last = ""
    while True:
        query = select(*columns).where(own.collection == collection, own.status == "active", own.id > last)
        page = connection.execute(query.order_by(own.id).limit(_PAGE)).all()
        if not page:
            return
        yield from page
        last = page[-1].id
