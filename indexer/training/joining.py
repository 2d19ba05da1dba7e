"""Joins what several files say of the same text, and finds where they contradict each other."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from indexer.training.findings import Findings
from indexer.training.marked import MarkedText


def join(texts: Iterable[MarkedText], findings: Findings) -> list[MarkedText]:
    """Returns each text once, with all that was marked in it, in the order of its first mention.

    Texts that are cut into passages are joined: what one file leaves out, another may add. Of single
    passages it is known what was looked for, so one that carries a label here and lacks it there is a
    contradiction; all its copies are left out.
    """
    same: dict[tuple[bool, bytes], list[MarkedText]] = {}
    for text in texts:
        key = text.is_passage, sha256(text.text.encode("utf-8", "surrogatepass")).digest()
        same.setdefault(key, []).append(text)
    joined: list[MarkedText] = []
    for group in same.values():
        first, *others = group
        if not others:
            joined.append(first)
        elif not (first.is_passage and _contradicting(group, findings)):
            for other in others:
                what = f"the text is the same as that of {_place(first)}; the labels are joined"
                findings.note(other.file, other.place, what)
            joined.append(_joined(group))
    return joined


def _contradicting(group: Sequence[MarkedText], findings: Findings) -> bool:
    wrong = False
    for number, one in enumerate(group):
        for other in group[:number]:
            labels = {*(_denied(one, other)), *(_denied(other, one))}
            if labels:
                what = f"the text is the same as that of {_place(other)}, but not whether it is "
                findings.problem(one.file, one.place, what + " or ".join(sorted(labels)))
                wrong = True
                break
    return wrong


def _denied(one: MarkedText, other: MarkedText) -> frozenset[str]:
    """Returns the labels that one carries and the other was looked through for in vain."""
    missing = one.carried - other.carried
    return missing if other.judged is None else missing & other.judged


def _joined(group: Sequence[MarkedText]) -> MarkedText:
    judged = [text.judged for text in group]
    return replace(
        group[0],
        marks=tuple(sorted({mark for text in group for mark in text.marks})),
        labels=frozenset[str]().union(*(text.labels for text in group)),
        judged=frozenset[str]().union(*(each for each in judged if each is not None))
        if None not in judged
        else None,
    )


def _place(text: MarkedText) -> str:
    return f"{text.file}, {text.place}"
