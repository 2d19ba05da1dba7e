"""What a version that labels beside flags and the one in use does not, or the reverse: found and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from indexer import shadow
from models.packs import Pack
from search_app.results import Beside, Flagged, Hit, SearchRequest

# Passages that such a search looks among; there are fewer where two versions are alike at all.
MOST = 50_000


def among(connection: Connection, request: SearchRequest) -> tuple[SearchRequest, tuple[str, ...]]:
    """Returns the search among what is flagged so, and what is to be told of it.

    Labels that the search names are then those in which the two versions differ.
    """
    if request.flagged is None:
        return request, ()
    gained = request.flagged is Flagged.NEW
    filters = request.filters
    keys = shadow.flagged(connection, gained=gained, labels=filters.labels, most=MOST)
    notices = (
        (f"Only {MOST:,} of the passages that are flagged so are searched.",) if len(keys) == MOST else ()
    )
    known = keys if filters.keys is None else keys & filters.keys
    return replace(request, filters=replace(filters, keys=known, labels=frozenset())), notices


def with_differences(
    connection: Connection, hits: Sequence[Hit], packs: Mapping[str, Pack]
) -> tuple[Hit, ...]:
    """Returns hits with what a version that labels beside would say otherwise."""
    found = shadow.differences(connection, [hit.key for hit in hits])
    if not found:
        return tuple(hits)
    shown = []
    for hit in hits:
        labels = packs[hit.collection].labels
        beside = tuple(
            Beside(
                each.version,
                each.label,
                labels[each.label].title if each.label in labels else each.label,
                each.gained,
            )
            for each in found.get(hit.key, ())
        )
        shown.append(replace(hit, beside=beside))
    return tuple(shown)
