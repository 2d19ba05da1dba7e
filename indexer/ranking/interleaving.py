"""Two rankers that take turns in the hits of searches: begun, ended, and what clicks say of them."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, insert, select, update

from indexer.errors import ModelRegistryError
from indexer.export.clicks import weighed
from indexer.export.columns import Selection, Source
from indexer.export.pseudonyms import Pseudonyms
from indexer.export.recorded import snapshot
from indexer.records import schema
from indexer.records.database import writing
from indexer.registry import Rankers
from models.ranker.interleave import Preference, preference

_table = schema.interleavings
INTERLEAVING = "the comparison"


@dataclass(frozen=True, slots=True)
class Interleaving:
    """A comparison.

    Attributes:
        promotes: Whether the challenger is promoted once it is surely better.
        ended_at: None while the two take turns.
        outcome: As a sentence; empty while they do.
    """

    id: int
    champion: str
    challenger: str
    promotes: bool
    started_at: str
    started_by: str
    ended_at: str | None
    outcome: str


def newest(connection: Connection) -> Interleaving | None:
    """Returns the comparison that was begun last; None where none was."""
    row = connection.execute(select(_table).order_by(_table.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return Interleaving(row.id, row.champion, row.challenger, bool(row.promotes), *row[4:])


def running(connection: Connection) -> Interleaving | None:
    """Returns the comparison in which two rankers take turns now; None where there is none."""
    found = newest(connection)
    return found if found is not None and found.ended_at is None else None


def begin(
    engine: Engine, rankers: Rankers, version: str, by: str, now: str, *, promotes: bool
) -> Interleaving:
    """Begins a comparison of a version with the one in use.

    Raises:
        ModelRegistryError: There is no such version, it is in use, learned from another start, or two
            rankers take turns already.
        RankerError: Its file cannot be used.
    """
    used, challenger = rankers.state().used, rankers.usable(version)
    if used is None:
        raise ModelRegistryError("The fusion orders hits; promote a ranker first")
    if used.version == challenger.version:
        raise ModelRegistryError(f"{used.version} orders hits already; name another version")
    with writing(engine) as connection:
        other = running(connection)
        if other is not None:
            raise ModelRegistryError(f"{other.challenger} is being compared; end that with --stop first")
        row = {
            "champion": used.version, "challenger": challenger.version, "promotes": int(promotes),
            "started_at": now, "started_by": by, "outcome": "",
        }  # fmt: skip
        connection.execute(insert(_table).values(**row))
        found = newest(connection)
    assert found is not None
    return found


def end(connection: Connection, number: int, outcome: str, now: str) -> None:
    """Ends a comparison; one that has ended stays as it is."""
    open_ = (_table.c.id == number) & _table.c.ended_at.is_(None)
    connection.execute(update(_table).where(open_).values(ended_at=now, outcome=outcome))


def counted(engine: Engine, compared: Interleaving) -> Preference:
    """Returns what the clicks in a comparison say, person by person; robots and double clicks are left out.

    A search in which both had as many clicks counts as one without preference.
    """
    teams = {compared.champion: -1, compared.challenger: 1}
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    with TemporaryDirectory(prefix="clausewatch-compared-") as folder:
        selection = Selection(since=compared.started_at)
        source = Source(engine, Pseudonyms(b""), selection, snapshot(engine), Path(folder))
        for row, _ in weighed(source, 0, ("click",)):
            side = teams.get(row.ranker or "")
            asked = row.searched_at
            if side is None or row.robot or row.double_click or not asked or not row.query_id:
                continue
            if compared.started_at <= asked and (compared.ended_at is None or asked <= compared.ended_at):
                own = sums[row.client]
                own[row.query_id] = own.get(row.query_id, 0) + side
    return preference({client: list(found.values()) for client, found in sums.items()})


def settle(engine: Engine, rankers: Rankers, now: str) -> str:
    """Ends the running comparison where its result is sure, or what it compares is used no more.

    Where that was wanted, a challenger that is surely better is promoted. Returns how it ended; empty where
    it goes on, or none runs.
    """
    with engine.connect() as connection:
        compared = running(connection)
    if compared is None:
        return ""
    used, found = rankers.state().used, counted(engine, compared)
    if used is None or used.version != compared.champion:
        outcome = f"Ended, since another ranker orders hits now. {found.words()}"
    elif found.worse:
        outcome = f"The challenger is surely worse. {found.words()}"
    elif found.better:
        outcome = f"The challenger is surely better. {found.words()}"
        if compared.promotes:
            rankers.promote(compared.challenger, outcome, INTERLEAVING)
    else:
        return ""
    with writing(engine) as connection:
        end(connection, compared.id, outcome, now)
    return outcome
