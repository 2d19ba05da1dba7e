"""Says why a hit stands where it stands: in numbers for programs, in a sentence for people."""

from collections.abc import Sequence

from models.ranker.features import Ground
from search_app.fuse import Fused, Learned
from search_app.results import HitLabel, Mark, Why

_MOST_WORDS = 8
# Grounds of a learned place that are named, and how much one must have added to be.
_MOST_GROUNDS, _LEAST_SHARE = 3, 0.05
_GROUNDS = {
    Ground.PLACES: "its places in both lists",
    Ground.WORDS: "its words",
    Ground.NEARNESS: "the nearness of its words to each other",
    Ground.MEANING: "its meaning",
    Ground.COMPANY: "its likeness to the first hits",
}


def explain(item: Fused, words: Sequence[str], heading: Sequence[str], labels: Sequence[HitLabel]) -> Why:
    """Returns the grounds for a hit.

    Args:
        item: Its place in the lists.
        words: Query words as they stand in the passage, each once.
        heading: Query words as they stand in the title or the section path, each once.
        labels: Its labels, the gravest first.
    """
    return Why(
        keyword_rank=item.keyword_rank,
        keyword_score=item.keyword_score,
        semantic_rank=item.semantic_rank,
        cosine=item.cosine,
        fused=item.score,
        words=tuple(words),
        sentence=_sentence(item, words, heading, labels),
        learned=item.learned,
    )


def found_words(text: str, marks: Sequence[Mark]) -> tuple[str, ...]:
    """Returns the marked words as they stand in a text, each once, whatever their case."""
    found: dict[str, str] = {}
    for mark in marks:
        word = text[mark.start : mark.end]
        found.setdefault(word.casefold(), word)
    return tuple(found.values())


def _sentence(item: Fused, words: Sequence[str], heading: Sequence[str], labels: Sequence[HitLabel]) -> str:
    parts = []
    grounds = _grounds(words, heading)
    if item.keyword_rank is not None or grounds:
        place = f"{_ordinal(item.keyword_rank)} by words" if item.keyword_rank else "by words"
        parts.append(f"{place} ({grounds})" if grounds else place)
    if item.semantic_rank is not None and item.cosine is not None:
        parts.append(f"{_ordinal(item.semantic_rank)} by meaning (similarity {item.cosine:.2f})")
    if not parts and labels:
        first = labels[0]
        parts.append(f"by risk ({first.title}, {first.severity.name.lower()}, {first.probability:.2f})")
    if not parts:
        return "Passes the filters."
    found = f"Found {' and '.join(parts)}."
    return f"{found} {_reranked(item.learned)}" if item.learned else found


def _reranked(learned: Learned) -> str:
    """Says where a ranker put a hit, and what distinguished it most from the other candidates."""
    moved = f"Put {_ordinal(learned.after)} by the ranker that learned from searches"
    if learned.before != learned.after:
        moved = f"{moved} ({_ordinal(learned.before)} before)"
    if learned.in_turn:
        moved = f"Two rankers that are compared take turns here. {moved}"
    weighty = sorted(learned.shares.items(), key=lambda each: -abs(each[1]))[:_MOST_GROUNDS]
    spoke = [
        (f"{_GROUNDS[Ground(name)]} ({share:+.1f})", share > 0)
        for name, share in weighty
        if abs(share) >= _LEAST_SHARE
    ]
    more = [said for said, positive in spoke if positive]
    less = [said for said, positive in spoke if not positive]
    sides = [f"more than other hits for {_listed(more)}"] if more else []
    if less:
        sides.append(f"less {'' if more else 'than other hits '}for {_listed(less)}")
    return f"{moved}: {', '.join(sides)}." if sides else f"{moved}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _grounds(words: Sequence[str], heading: Sequence[str]) -> str:
    if words:
        return _quoted(words)
    return f"in the title or heading: {_quoted(heading)}" if heading else ""


def _quoted(words: Sequence[str]) -> str:
    shown = ", ".join(f"“{word}”" for word in words[:_MOST_WORDS])
    return f"{shown} and {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else shown


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
