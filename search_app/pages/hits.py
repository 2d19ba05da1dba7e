"""A hit as the page shows it: excerpt and whole passage marked, labels ordered, links made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from models.labels import Standing
from search_app.pages.passages import Span, excerpt, marked
from search_app.results import Hit, HitLabel, SearchPage


@dataclass(frozen=True, slots=True)
class ShownHit:
    """One result, ready to print.

    Attributes:
        excerpt: The part worth reading first; ``whole`` is empty where that is everything.
        before: Whether text was left out in front of the excerpt; ``after`` behind it.
    """

    hit: Hit
    position: int
    link: str
    excerpt: Markup
    whole: Markup
    before: bool
    after: bool


def shown_hits(page: SearchPage, offset: int) -> list[ShownHit]:
    """Returns the hits of a page; ``offset`` is the position of the first."""
    return [_shown(hit, page.query_id, place) for place, hit in enumerate(page.hits, start=offset)]


def document_link(hit: Hit, query_id: str, position: int) -> str:
    """Returns the address of a hit in its document; it tells the server which hit was followed."""
    query = urlencode({"passage": hit.key, "q": query_id, "pos": position})
    return f"/documents/{hit.document}?{query}#p{hit.key}"


def label_spans(labels: Sequence[HitLabel], shift: int = 0) -> list[Span]:
    """Returns the words and sentences behind labels as spans, moved by ``shift`` characters."""
    return [span for label in labels for span in _spans(label, shift)]


def _spans(label: HitLabel, shift: int) -> Iterator[Span]:
    doubt = label.standing is Standing.UNSURE
    title = f"Not sure: {label.title}" if doubt else label.title
    if label.sentence is not None:
        start, end = label.sentence
        yield Span(start + shift, end + shift, label.severity, title, label.label, sentence=True)
    for trigger in label.triggers:
        yield Span(
            trigger.start + shift, trigger.end + shift, label.severity, title, label.label, doubt=doubt
        )


def _shown(hit: Hit, query_id: str, position: int) -> ShownHit:
    spans = [Span(mark.start, mark.end) for mark in hit.marks] + label_spans((*hit.labels, *hit.unsure))
    start, end = excerpt(hit.text, spans)
    cut = (start, end) != (0, len(hit.text))
    return ShownHit(
        hit=hit,
        position=position,
        link=document_link(hit, query_id, position),
        excerpt=marked(hit.text, start, end, spans),
        whole=marked(hit.text, 0, len(hit.text), spans) if cut else Markup(""),
        before=start > 0,
        after=end < len(hit.text),
    )
