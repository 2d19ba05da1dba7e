"""Results as JSON values: the one form that the command line and the API print."""

from typing import Any

from search_app.fuse import Learned
from search_app.results import Hit, HitLabel


def hit_object(hit: Hit) -> dict[str, Any]:
    """Returns one hit as JSON values; ``start`` and ``end`` are offsets in the document's text."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "collection": hit.collection,
        "document": hit.document,
        "chunk": hit.chunk,
        "title": hit.title,
        "source": hit.source,
        "document_type": hit.document_type,
        "date": hit.date.isoformat() if hit.date else None,
        "section": hit.section,
        "page": hit.page,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "labels": [label_object(label) for label in hit.labels],
        "unsure": [label_object(label) for label in hit.unsure],
        "beside": [
            {"version": each.version, "label": each.label, "gained": each.gained} for each in hit.beside
        ],
        "why": {
            "keyword_rank": hit.why.keyword_rank,
            "keyword_score": hit.why.keyword_score,
            "semantic_rank": hit.why.semantic_rank,
            "cosine": hit.why.cosine,
            "fused": round(hit.why.fused, 6),
            "words": list(hit.why.words),
            "sentence": hit.why.sentence,
            "learned": _learned_object(hit.why.learned) if hit.why.learned else None,
        },
        "more_in_document": hit.more_in_document,
    }


def _learned_object(learned: Learned) -> dict[str, Any]:
    return {
        "score": round(learned.score, 6),
        "before": learned.before,
        "after": learned.after,
        "shares": {name: round(share, 6) for name, share in learned.shares.items()},
    }


def label_object(label: HitLabel) -> dict[str, Any]:
    """Returns one label as JSON values: what it claims, who says so, and how often that was right."""
    return {
        "label": label.label,
        "probability": round(label.probability, 4),
        "source": label.source.value,
        "model": label.model,
        "severity": label.severity.name.lower(),
        "triggers": [trigger.text for trigger in label.triggers],
        "standing": label.standing.value,
        "right": label.right,
        "said": label.said,
    }
