"""Makes one set of judgements of several."""

from collections.abc import Mapping, Sequence

from models.evaluation.beir import Judged, Qrels


def merged(parts: Sequence[tuple[str, Judged]]) -> Judged:
    """Returns the judgements of all parts; one alone stays as it is.

    Queries and documents of different parts are the same where they read alike, whatever their ids. An id
    that means something else in an earlier part gets the name of its own in front. Where two parts grade the
    same document for the same query, the later counts.

    Args:
        parts: Each with its name, at least one.
    """
    corpus: dict[str, str] = {}
    queries: dict[str, str] = {}
    qrels: Qrels = {}
    unknown: list[str] = []
    for name, judged in parts:
        query_ids = _added(queries, judged.queries, name)
        document_ids = _added(corpus, judged.corpus, name)
        for query, grades in judged.qrels.items():
            known = qrels.setdefault(query_ids[query], {})
            known.update({document_ids[document]: grade for document, grade in grades.items()})
        unknown += judged.unknown
    return Judged(corpus, queries, qrels, tuple(unknown))


def _added(known: dict[str, str], texts: Mapping[str, str], name: str) -> dict[str, str]:
    """Adds texts to those that are known; returns the id that each has there."""
    places = {text: id_ for id_, text in reversed(known.items())}
    ids = {}
    for id_, text in texts.items():
        if text in places:
            ids[id_] = places[text]
            continue
        own = id_ if known.get(id_, text) == text else f"{name}:{id_}"
        known[own] = text
        ids[id_] = own
    return ids
