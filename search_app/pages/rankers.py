"""What the models page shows of rankers: which one orders hits, its versions, and who is better of two."""

from dataclasses import dataclass

from indexer.ranking.interleaving import Interleaving, counted, newest
from indexer.registry import Entry, RankerState, RankerVersion
from models.ranker.interleave import Preference
from search_app.chosen_ranker import OFF
from search_app.pages.site import Site

JOURNAL_LINES = 30


@dataclass(frozen=True, slots=True)
class ShownRankers:
    """The part of the page; ``result`` is None where no two were compared yet."""

    state: RankerState
    versions: tuple[RankerVersion, ...]
    journal: tuple[Entry, ...]
    compared: Interleaving | None
    result: Preference | None


def shown_rankers(here: Site) -> ShownRankers | None:
    """Returns what is shown; None where the settings leave the order to the fusion."""
    parts = here.parts
    if parts.settings.ranker == OFF:
        return None
    with parts.engine.connect() as connection:
        compared = newest(connection)
    return ShownRankers(
        parts.rankers.state(),
        tuple(parts.rankers.versions()),
        tuple(reversed(parts.rankers.journal()))[:JOURNAL_LINES],
        compared,
        counted(parts.engine, compared) if compared and not compared.ended_at else None,
    )
