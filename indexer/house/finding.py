"""Finds the passages that rules match: the database picks what holds their words, the matcher decides."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, or_, select, true

from indexer.house.values import HouseRule
from indexer.records import schema
from models.labels import Passage, Trigger
from models.matching import RuleMatcher, may_match, triggers
from models.packs.definition import Rule
from models.packs.terms import Term, fold
from models.written import compiled

_chunks, _documents = schema.chunks, schema.documents
_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a rule matches, and the words that carry it."""

    key: int
    document: str
    text: str
    rule: str
    triggers: tuple[Trigger, ...]


def found_in(
    connection: Connection, rules: Sequence[HouseRule], inside: ColumnElement[bool] | None = None
) -> Generator[Found]:
    """Yields what rules match among all passages, those of inactive documents too; or among some.

    Looking through the texts of 250,000 passages takes the database less than half a second, so that neither
    the index need be asked, which may lag behind, nor its way of cutting words be that of the rules.

    Args:
        connection: To the records.
        rules: Each is tried on each passage.
        inside: What the passages fulfil.
    """
    working = [compiled(rule.written, rule.id, rule.probability) for rule in rules]
    matcher = RuleMatcher(("", rule) for rule in working)
    dialect = connection.dialect.name
    chosen = or_(*(_may_match(rule, dialect) for rule in working))
    query = select(_chunks.c.key, _chunks.c.document, _chunks.c.section, _chunks.c.text).where(chosen)
    if inside is not None:
        query = query.where(inside)
    with connection.execute(query.execution_options(yield_per=_PAGE)) as rows:
        for row in rows:
            folded = fold(row.text)
            if not any(may_match(rule, folded) for rule in working):
                continue
            for _, rule, spans in matcher.matches(Passage(row.text, row.section)):
                yield Found(row.key, row.document, row.text, rule.id, triggers(row.text, spans))


def active_documents(connection: Connection, collection: str) -> set[str]:
    """Returns the ids of the active documents of a collection."""
    own = _documents.c
    return set(connection.scalars(select(own.id).where(own.collection == collection, own.status == "active")))


def _may_match(rule: Rule, dialect: str) -> ColumnElement[bool]:
    """Selects the texts that hold a part of each word that the rule cannot do without."""
    needed = [_holds([term], dialect) for term in (*rule.near, *rule.all)]
    return and_(true(), *needed, *([_holds(rule.any, dialect)] if rule.any else []))


def _holds(terms: Iterable[Term], dialect: str) -> ColumnElement[bool]:
    """Selects the texts that hold a part of one of some terms; all texts where only trying would tell."""
    keys = {key.rstrip("*") for term in terms for key in term.keys or ("",)}
    # Databases fold the case of these letters alone; a key without letters is one that any text may hold.
    if not all(key and key.isascii() for key in keys):
        return true()
    text = _chunks.c.text
    patterns = [f"%{key}%" for key in sorted(keys)]
    if dialect == "postgresql":
        return or_(*(text.ilike(pattern) for pattern in patterns))
    return or_(*(text.like(pattern) for pattern in patterns))  # SQLite's folds case
