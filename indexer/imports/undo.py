"""Takes an import back as a whole."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Engine, select

from indexer.decisions.record import take_back_all
from indexer.imports import log
from indexer.imports.judgements import KIND
from indexer.rebuild import Report, silent
from indexer.records import schema
from indexer.records.database import writing
from models.packs import Pack

_decisions = schema.decisions


def undo(engine: Engine, packs: Mapping[str, Pack], id_: str, now: str, report: Report = silent) -> int:
    """Takes back what an import said; returns how many decisions or judgements that were.

    Nothing is deleted: decisions are taken back by lines of their own, document by document, and judgements
    by the mark at their import. Doing it again, or after it was killed, does the rest.

    Raises:
        ImportingError: There is no such import.
    """
    with engine.connect() as connection:
        found = log.find(connection, id_)
        own = _decisions.c.act.startswith(f"{found.id}:", autoescape=True)
        undone = set(connection.scalars(select(_decisions.c.act).where(own, _decisions.c.applies.is_(None))))
        acts: dict[str, list[str]] = defaultdict(list)
        for row in connection.execute(select(_decisions.c.act, _decisions.c.document).where(own)):
            if row.act not in undone:
                acts[row.document].append(row.act)
    for number, (document, said) in enumerate(acts.items(), 1):
        with writing(engine) as connection:
            take_back_all(connection, document, said, now, packs)
        report(number, len(acts), "documents")
    with writing(engine) as connection:
        if found.undone_at is None:
            log.note(connection, found.id, undone_at=now)
    if found.kind == KIND:
        return 0 if found.undone_at else found.rows
    return sum(map(len, acts.values()))
