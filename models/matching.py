"""Finds which keyword rules match a passage, and the words that carry them."""

import functools
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.labels import Passage, Trigger
from models.packs.definition import Rule
from models.packs.terms import FoldedText, Span, Term, rarity

_SENTENCE_END = re.compile(r"[.;?!]+[\"')]*\s+|\n\s*\n")
_OPENING_CHARACTERS = 60
# Lines of a table of contents, in folded text: a title, perhaps dots, a page number, the next number.
_CONTENTS_LINE = re.compile(
    r"(?:\.[ .]{4,}|[a-z)]\s)\s*\d{1,3}\s+(?:article|section|exhibit|annex|schedule|\d{1,2}\.)"
)
_CONTENTS_LINES = 4


class RuleMatcher:
    """Tries rules on passages; most are ruled out by the words that a passage holds.

    Attributes:
        rules: Each with the label that it gives.
    """

    def __init__(self, rules: Iterable[tuple[str, Rule]]) -> None:
        self.rules = tuple(rules)
        self._needed: list[tuple[Term, ...]] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for number, (_, rule) in enumerate(self.rules):
            self._register(number, rule)

    def matches(self, passage: Passage) -> Iterator[tuple[str, Rule, list[Span]]]:
        """Yields every rule that matches, with its label and the words that carry it."""
        view = _View(FoldedText(passage.text), passage.section)
        if _is_contents(view.folded):
            return  # A table of contents names every clause and holds none.
        candidates = set(self._always)
        for key in view.folded.keys & self._by_key.keys():
            candidates.update(self._by_key[key])
        for number in sorted(candidates):
            label, rule = self.rules[number]
            spans = _match(rule, self._needed[number], view)
            if spans:
                yield label, rule, spans

    def _register(self, number: int, rule: Rule) -> None:
        self._needed.append(_needed(rule))
        leads = leading(rule)
        if not all(term.keys for term in leads):
            self._always.append(number)
        for key in frozenset[str]().union(*(term.keys for term in leads)):
            self._by_key[key].append(number)


def leading(rule: Rule) -> tuple[Term, ...]:
    """Returns terms of which a passage holds one, or the rule does not match: the rarest that it needs."""
    return _needed(rule)[:1] or rule.any


def _needed(rule: Rule) -> tuple[Term, ...]:
    return tuple(sorted((*rule.near, *rule.all), key=lambda term: -rarity(term.keys)))


def triggers(text: str, spans: Iterable[Span]) -> tuple[Trigger, ...]:
    """Returns words that carried a label, overlapping ones as one, ordered by start."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(Trigger(start, end, text[start:end]) for start, end in merged)


def may_match(rule: Rule, folded: str) -> bool:
    """Tells quickly whether a rule may match a text, which is folded already; False is certain."""
    return all(_occurs(term, folded) for term in (*rule.near, *rule.all)) and (
        not rule.any or any(_occurs(term, folded) for term in rule.any)
    )


def _occurs(term: Term, folded: str) -> bool:
    return any(each.pattern.search(folded) for each in term.alternatives)


def is_table_of_contents(text: str) -> bool:
    """Tells whether a passage is a part of a table of contents."""
    return _is_contents(FoldedText(text))


def _is_contents(folded: FoldedText) -> bool:
    return len(_CONTENTS_LINE.findall(folded.text)) >= _CONTENTS_LINES


@dataclass(slots=True)
class _View:
    """A passage with what several rules ask of it, computed once."""

    folded: FoldedText
    section: str
    _found: dict[str, list[Span]] = field(default_factory=dict)
    _sentence_ends: list[int] | None = None

    def find(self, term: Term) -> list[Span]:
        spans = self._found.get(term.text)
        if spans is None:
            spans = self._found[term.text] = term.find(self.folded)
        return spans

    def gap(self, left: Span, right: Span) -> int:
        """Returns the number of words between two spans, 0 where they touch or overlap."""
        first, second = sorted((left, right))
        starts = self.folded.starts
        return max(0, bisect_left(starts, second[0]) - bisect_left(starts, first[1]))

    def sentence(self, start: int, end: int) -> Span:
        text = self.folded.text
        if self._sentence_ends is None:
            self._sentence_ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        ends = self._sentence_ends
        before = bisect_right(ends, start)
        after = bisect_left(ends, end)
        return (ends[before - 1] if before else 0, ends[after] if after < len(ends) else len(text))

    def under(self, headings: tuple[Term, ...]) -> bool:
        if any(term.find(_folded_section(self.section)) for term in headings):
            return True
        # Where no heading was recognised, it stands at the beginning of the passage.
        return any(start < _OPENING_CHARACTERS for term in headings for start, _ in self.find(term))


@functools.lru_cache(maxsize=1024)
def _folded_section(section: str) -> FoldedText:
    return FoldedText(section)


def _match(rule: Rule, needed: tuple[Term, ...], view: _View) -> list[Span]:
    """Returns the words that carry the rule; empty where it does not hold."""
    # All that a rule needs, the rarest first: most rules are done with after one look.
    if not all(term.possible(view.folded) for term in needed) or not all(view.find(term) for term in needed):
        return []
    if rule.heading and not view.under(rule.heading):
        return []
    spans: list[Span] = []
    for matches in _conditions(rule, view):
        kept = [match for match in matches if not _excluded(rule, view, match)]
        if not kept:
            return []
        spans += [span for match in kept for span in match]
    return spans


def _conditions(rule: Rule, view: _View) -> Iterable[list[list[Span]]]:
    """Yields for each condition of the rule its matches; a match is the list of its spans."""
    if rule.near:
        yield _near(rule, view)
    if rule.all:
        yield [[view.find(term)[0] for term in rule.all]]
    if rule.any:
        yield [[span] for term in rule.any for span in view.find(term)]


def _near(rule: Rule, view: _View) -> list[list[Span]]:
    matches = []
    for first in view.find(rule.near[0]):
        chain = [first]
        for term in rule.near[1:]:
            nearest = _nearest(rule, view, chain, view.find(term))
            if nearest is None:
                break
            chain.append(nearest)
        else:
            matches.append(chain)
    return matches


def _nearest(rule: Rule, view: _View, chain: list[Span], spans: list[Span]) -> Span | None:
    origin = chain[-1] if rule.ordered else chain[0]
    reachable = [
        (gap, span)
        for span in spans
        if not (rule.ordered and span[0] < origin[1])
        and span not in chain
        and (gap := view.gap(origin, span)) <= rule.within
    ]
    return min(reachable)[1] if reachable else None


def _excluded(rule: Rule, view: _View, match: list[Span]) -> bool:
    if not rule.exclude:
        return False
    start, end = view.sentence(min(span[0] for span in match), max(span[1] for span in match))
    return any(start <= found[0] and found[1] <= end for term in rule.exclude for found in view.find(term))
