"""Rules as people write them in a form: checked field by field, and compiled to what is matched."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from models.errors import RuleTextError
from models.matching import leading
from models.packs.definition import Rule
from models.packs.terms import compile_term, fold

MOST_TERMS, LONGEST_TERM, MOST_WITHIN, MOST_STARS = 40, 200, 60, 3
_LISTS = ("any", "all", "near", "exclude", "heading")
_ORDERED = frozenset({"near"})


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a rule; the fields mean what they mean in ``Rule``."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    within: int = 10
    ordered: bool = False
    exclude: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()


def problems(written: Written) -> dict[str, str]:
    """Returns what is wrong, in plain words, by field; empty where nothing is."""
    found = {name: said for name in _LISTS if (said := _trouble(getattr(written, name)))}
    if not (written.any or written.all or written.near):
        found.setdefault("any", "Give at least one word or phrase to look for.")
    if len(written.near) == 1:
        found.setdefault(
            "near", "Words near each other are at least two; give one more, or use another field."
        )
    if not 1 <= written.within <= MOST_WITHIN:
        found["within"] = f"Give a number of words from 1 to {MOST_WITHIN}, not {written.within}."
    return found or _without_words(written)


def compiled(written: Written, id_: str, probability: float) -> Rule:
    """Returns the rule that is matched.

    Raises:
        RuleTextError: Something is wrong with its words.
    """
    found = problems(written)
    if found:
        raise RuleTextError(found)
    return _rule(written, id_, probability)


def to_json(written: Written) -> str:
    """Returns a rule in one spelling: what matches alike for sure has the same."""
    return json.dumps(
        {each.name: _value(each.name, getattr(written, each.name)) for each in fields(Written)},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_json(text: str) -> Written:
    """Returns the rule of ``to_json``."""
    found: dict[str, Any] = json.loads(text)
    return Written(**found | {name: tuple(found[name]) for name in _LISTS})


def in_words(written: Written) -> str:
    """Returns a rule as one sentence."""
    said = []
    if written.near:
        order = ", in this order" if written.ordered else ""
        said.append(f"{_listed(written.near, 'and')} within {written.within} words of each other{order}")
    if written.all:
        said.append(f"{_listed(written.all, 'and')} anywhere in the passage")
    if written.any:
        said.append(_listed(written.any, "or"))
    if written.heading:
        said.append(f"under a heading with {_listed(written.heading, 'or')}")
    without = f"; not with {_listed(written.exclude, 'or')} in the same sentence" if written.exclude else ""
    return f"{'; '.join(said)}{without}"


def _rule(written: Written, id_: str, probability: float) -> Rule:
    terms = {name: tuple(compile_term(text) for text in getattr(written, name)) for name in _LISTS}
    return Rule(id_, within=written.within, ordered=written.ordered, probability=probability, **terms)


def _without_words(written: Written) -> dict[str, str]:
    if all(term.keys for term in leading(_rule(written, "", 0.5))):
        return {}
    field = "near" if written.near else "all" if written.all else "any"
    return {field: "Give a word of letters too: numbers alone stand in every document."}


def _trouble(texts: Iterable[str]) -> str:
    every = list(texts)
    if len(every) > MOST_TERMS:
        return f"These are {len(every)} words or phrases; at most {MOST_TERMS} fit."
    return next((said for text in every if (said := _trouble_of(text))), "")


def _trouble_of(text: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:59]}…"
    if len(text) > LONGEST_TERM:
        return f"“{shown}” has {len(text)} characters; at most {LONGEST_TERM} fit."
    if len(text.strip()) > 2 and text.strip().startswith("/") and text.strip().endswith("/"):
        return f"“{shown}” is a regular expression; here only words and phrases are looked for."
    if text.count("*") > MOST_STARS:
        return f"“{shown}” has too many *; at most {MOST_STARS} fit into a phrase."
    try:
        compile_term(text)
    except ValueError as error:
        return f"“{shown}” cannot be looked for: {error}."
    return ""


def _value(name: str, value: object) -> object:
    if not isinstance(value, tuple):
        return value
    spelled = [" ".join(fold(text).split()) for text in value]
    return spelled if name in _ORDERED else sorted(set(spelled))


def _listed(texts: Iterable[str], word: str) -> str:
    quoted = [f"“{text}”" for text in texts]
    return f" {word} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
